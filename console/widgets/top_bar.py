"""The first line: the workspace and its view, what is true of the line to the server, who we are."""

from __future__ import annotations

from datetime import UTC, datetime

from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from console import themes
from console.state.rows import Identity, LineStatus
from console.text.age import age
from console.text.safe import SafeLine
from console.widgets.spans import Role, Span, shown, spread, strip_of, width_of

_STATES: dict[str, tuple[str, str, Role]] = {
    "connecting": ("○", "connecting", "muted"),
    "live": ("●", "live", "success"),
    "polling": ("◐", "polling", "muted"),
    "reconnecting": ("◌", "reconnecting", "waiting"),
    "offline": ("○", "offline", "danger"),
    "refused": ("✕", "refused", "danger"),
}


class TopBar(Widget):
    """One line, made of what it is given."""

    DEFAULT_CSS = """
    TopBar { height: 1; width: 1fr; }
    """

    identity: reactive[Identity | None] = reactive(None)
    status: reactive[LineStatus | None] = reactive(None)
    place: reactive[SafeLine] = reactive(SafeLine(""))
    profile: reactive[SafeLine] = reactive(SafeLine(""))
    now: reactive[datetime] = reactive(lambda: datetime.now(UTC))

    def render_line(self, y: int) -> Strip:
        spans = top_line(self.identity, self.status, self.place, self.profile, self.now, self.size.width)
        return strip_of(spans, themes.styles(self.app.current_theme), self.size.width, self.rich_style)


def top_line(
    identity: Identity | None,
    status: LineStatus | None,
    place: SafeLine,
    profile: SafeLine,
    now: datetime,
    width: int,
) -> list[Span]:
    """The line in `width` cells. Where there is little room the line's state stays, who we are goes first."""
    state = _state(status, now)
    who: list[Span] = []
    if identity:
        who = [("   ", "text"), (shown(identity.member, 24), "text"), (f" · {identity.role}", "muted")]
    if profile:
        who += [("   ", "text"), (profile, "muted")]
    where: list[Span] = [(" ", "text")]
    if identity:
        where += [(shown(identity.workspace, max(8, width // 3)), "name"), (" ▸ ", "faint")]
    where.append((place, "muted"))
    if width_of(where) + width_of(state) + width_of(who) + 3 > width:
        who = []
    return spread(where, [*state, *who, (" ", "text")], width)


def _state(status: LineStatus | None, now: datetime) -> list[Span]:
    if status is None:
        return []
    mark, words, role = _STATES[status.state]
    spans: list[Span] = [(mark + " ", role), (words, "muted" if role == "success" else role)]
    if status.state == "live" and status.latency_ms is not None:
        spans.append((f" {status.latency_ms} ms", "muted"))
    elif status.state in ("offline", "reconnecting") and (how_long := age(status.since, now)) != "now":
        spans.append((f" {how_long}", role))
    return spans
