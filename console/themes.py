"""The themes: colours and attributes by role, read from `themes/*.toml`, for stylesheets and the Line API alike.

A stylesheet says `color: $customer; text-style: $customer-style` and `border: $edge` or `border: $edge-focus`; a
widget that draws its own lines asks `styles(app.current_theme)`. One table feeds both: a role looks alike everywhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter, NoColor
from textual.theme import Theme

from console.values import dataclass

DEFAULT = "dusk"
COLOURLESS = "mono"
"""The theme that shows no colour."""

GROUNDS = ("background", "surface", "panel", "selection")
"""What text stands on."""

TEXTS = (
    "text", "muted", "faint", "accent", "customer", "colleague", "ai", "note", "waiting", "success", "danger",
)  # fmt: skip
"""What text may be, by role; each legible on each of GROUNDS."""

LINES = ("border", "border-focus")

ATTRIBUTES: Mapping[str, str] = {"name": "bold", "unread": "bold"}
"""What stands beside the colour when a theme says nothing else."""

# Textual's own variables, by ours: calm wherever the framework draws by itself.
_TEXTUAL_COLORS: Mapping[str, str] = {
    "foreground": "text",
    "foreground-muted": "muted",
    "foreground-disabled": "faint",
    "text-muted": "muted",
    "text-disabled": "faint",
    "text-primary": "accent",
    "text-secondary": "muted",
    "text-accent": "accent",
    "text-warning": "waiting",
    "text-error": "danger",
    "text-success": "success",
    "block-cursor-foreground": "text",
    "block-cursor-background": "selection",
    "block-cursor-blurred-foreground": "text",
    "block-cursor-blurred-background": "selection",
    "block-hover-background": "panel",
    "border-blurred": "border",
    "surface-active": "panel",
    "scrollbar": "border",
    "scrollbar-hover": "muted",
    "scrollbar-active": "accent",
    "scrollbar-background": "background",
    "scrollbar-background-hover": "background",
    "scrollbar-background-active": "background",
    "scrollbar-corner-color": "background",
    "link-color": "accent",
    "link-color-hover": "accent",
    "link-background-hover": "selection",
    "footer-foreground": "muted",
    "footer-background": "background",
    "footer-key-foreground": "accent",
    "footer-description-foreground": "muted",
    "input-cursor-background": "text",
    "input-cursor-foreground": "background",
    "input-selection-background": "selection",
    "input-selection-foreground": "text",
    "screen-selection-background": "selection",
    "screen-selection-foreground": "text",
    "button-foreground": "text",
    "button-color-foreground": "background",
}
_TEXTUAL_ATTRIBUTES: Mapping[str, str] = {
    "block-cursor-text-style": "selection",
    "block-cursor-blurred-text-style": "selection",
    "button-focus-text-style": "selection",
}


@dataclass(frozen=True, slots=True)
class RoleStyles:
    """A Rich style a role: foreground and attributes. `selection` is a ground, to be added after the others."""

    text: Style
    muted: Style
    faint: Style
    accent: Style
    customer: Style
    colleague: Style
    ai: Style
    note: Style
    waiting: Style
    success: Style
    danger: Style
    border: Style
    border_focus: Style
    name: Style
    unread: Style
    selection: Style


def themes() -> dict[str, Theme]:
    """Every theme by name, the default first; register each with the app before a stylesheet is parsed."""
    found = {file.stem: _theme(file.stem, tomllib.loads(file.read_text("utf-8"))) for file in _folder().glob("*.toml")}
    return {name: found[name] for name in sorted(found, key=lambda name: (name != DEFAULT, name))}


def in_force(chosen: str, *, no_color: bool) -> str:
    """The theme to show: the chosen one, the default if there is none of that name, mono where NO_COLOR is set."""
    if no_color:
        return COLOURLESS
    return chosen if chosen in themes() else DEFAULT


def line_filters(filters: Sequence[LineFilter], theme: str, *, no_color: bool) -> Sequence[LineFilter]:
    """What `App.get_line_filters` is to return, so that mono and NO_COLOR let no colour pass, whoever wrote it.

    Textual's own answer to NO_COLOR turns colours into greys, and the terminal's default colours into black on black.
    """
    return _NO_COLOR if no_color or theme == COLOURLESS else filters


def styles(theme: Theme) -> RoleStyles:
    """The styles of one of ours, for widgets that draw their own lines: each line may ask, 0.1 ms is taken once."""
    kept = _styles.get(theme.name)
    if kept is None or kept[0] is not theme:
        worn = {field.name: _style(theme.variables, field.name.replace("_", "-")) for field in fields(RoleStyles)}
        kept = _styles[theme.name] = theme, RoleStyles(**worn)
    return kept[1]


_styles: dict[str, tuple[Theme, RoleStyles]] = {}
_NO_COLOR: Sequence[LineFilter] = (NoColor(),)


def _folder() -> Path:
    """Where the theme files lie: inside the wheel, else in the checkout, which an editable install runs from."""
    packaged = Path(__file__).parent / "_themes"
    return packaged if packaged.is_dir() else Path(__file__).parent.parent / "themes"


def _theme(name: str, written: Mapping[str, Any]) -> Theme:
    colors: Mapping[str, str] = written["colors"]
    ansi = bool(written.get("ansi", False))
    return Theme(
        name=name,
        dark=written["dark"],
        ansi=ansi,
        primary=colors["accent"],
        secondary=colors["muted"],
        accent=colors["accent"],
        warning=colors["waiting"],
        error=colors["danger"],
        success=colors["success"],
        foreground=colors["text"],
        background=colors["background"],
        surface=colors["surface"],
        panel=colors["panel"],
        variables=_variables(colors, written.get("attributes", {}), written.get("edges", {}), ansi),
    )


def _variables(
    colors: Mapping[str, str], attributes: Mapping[str, str], edges: Mapping[str, str], ansi: bool
) -> dict[str, str]:
    named = {role: colors[role] for role in (*GROUNDS, *LINES, *TEXTS)}
    worn = {**dict.fromkeys(named, "none"), **ATTRIBUTES, **attributes}
    return {
        **named,
        **{f"{role}-style": attribute for role, attribute in worn.items()},
        **{name: colors[role] for name, role in _TEXTUAL_COLORS.items()},
        **{name: worn[role] for name, role in _TEXTUAL_ATTRIBUTES.items()},
        "edge": f"{edges.get('rest', 'round')} {colors['border']}",
        "edge-focus": f"{edges.get('focus', 'round')} {colors['border-focus']}",
        # A cursor in the terminal's own colours shows only when it is reversed.
        "input-cursor-text-style": "reverse" if ansi else "none",
        # Textual's stylesheets name these two, and its ansi themes lack them: the app would end when one is chosen.
        "ansi-background": colors["background"] if ansi else "transparent",
        "ansi-foreground": colors["text"] if ansi else "transparent",
        "link-style": "underline",
        "link-style-hover": "underline",
    }


def _style(variables: Mapping[str, str], role: str) -> Style:
    attributes = Style.parse(variables[f"{role}-style"])
    color = variables.get(role, "ansi_default")
    if color == "ansi_default":
        return attributes
    rich_color = Color.parse(color).rich_color
    worn = Style(bgcolor=rich_color) if role in GROUNDS else Style(color=rich_color)
    return attributes + worn
