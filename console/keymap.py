"""From keys to actions: the action table's keys, those of the settings, and the letters of other keyboard layouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from console.actions import ACTIONS, BY_ID, Pane
from console.errors import SettingsError

# What an Arabic keyboard sends where a Latin one sends the letter: terminals report the letter, not the key's place.
_ARABIC = dict(zip("qwertyuiopasdfghjklzxcvnm", "ضصثقفغعهخحشسيبلاتنمئءؤرىة", strict=True))
_ARABIC |= {"[": "ج", "]": "د", "/": "ظ", "\\": "ذ"}
# On a Turkish keyboard the key of "i" sends "ı"; the dotted one has its own.
_TURKISH = {"i": "ı"}

_NAMES = {
    "slash": "/",
    "backslash": "\\",
    "question_mark": "?",
    "colon": ":",
    "number_sign": "#",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "backspace": "Backspace",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "home": "Home",
    "end": "End",
}


def shown(sequence: str) -> str:
    """A key sequence as people write it: `ctrl+p` as `Ctrl+P`, `g i` as `g i`."""
    return " ".join(_shown_key(key) for key in sequence.split())


def _shown_key(key: str) -> str:
    *modifiers, last = key.split("+")
    name = _NAMES.get(last, last)
    if modifiers and len(name) == 1:
        name = name.upper()
    if name.startswith("f") and name[1:].isdigit():
        name = name.upper()
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a key came to: an action's id, or a sequence that waits for its next key, or neither."""

    action: str | None = None
    pending: str | None = None


class Keymap:
    """Which action a key means in a pane. `bound` names actions whose keys a person chose anew."""

    def __init__(self, bound: Mapping[str, str] | None = None) -> None:
        bound = bound or {}
        if unknown := sorted(set(bound) - set(BY_ID)):
            raise SettingsError(f"No such action: {', '.join(unknown)}. The README lists the actions by name.")
        self._keys: dict[str, tuple[str, ...]] = {
            action.id: tuple(key.strip() for key in bound[action.id].split(",")) if action.id in bound else action.keys
            for action in ACTIONS
        }
        self._actions: dict[tuple[Pane, str], str] = {}
        self._prefixes: set[tuple[Pane, str]] = set()
        for action in ACTIONS:
            for sequence in self._keys[action.id]:
                for alias in _aliases(sequence):
                    self._bind(action.id, action.panes, alias)

    def keys(self, action_id: str) -> tuple[str, ...]:
        """The key sequences of an action."""
        return self._keys[action_id]

    def shown(self, action_id: str, pane: Pane = "tree") -> str:
        """Its first key that works in a pane, as people write it; empty when it has none."""
        keys = [shown(keys) for keys in self._keys[action_id]]
        return next((key for key in keys if pane != "composer" or len(key) > 1), keys[0] if keys else "")

    def shown_all(self, action_id: str) -> tuple[str, ...]:
        """All its keys, as people write them."""
        return tuple(shown(keys) for keys in self._keys[action_id])

    def press(self, pane: Pane, key: str, character: str | None, pending: str | None = None) -> Pressed:
        """What this key means after `pending`; `key` is the framework's name, `character` what it types."""
        for name in (key, character):
            if name is None:
                continue
            sequence = f"{pending} {name}" if pending else name
            if action := self._actions.get((pane, sequence)):
                return Pressed(action=action)
            if (pane, sequence) in self._prefixes:
                return Pressed(pending=sequence)
        return Pressed()

    def _bind(self, action_id: str, panes: tuple[Pane, ...], sequence: str) -> None:
        first, _, rest = sequence.partition(" ")
        for pane in panes:
            self._actions.setdefault((pane, sequence), action_id)
            if rest:
                self._prefixes.add((pane, first))


def _aliases(sequence: str) -> Iterator[str]:
    """The sequence itself, and as it arrives from an Arabic and from a Turkish keyboard."""
    yield sequence
    keys = sequence.split()
    for layout in (_ARABIC, _TURKISH):
        translated = [layout.get(_NAMES.get(key, key), key) for key in keys]
        if translated != keys:
            yield " ".join(translated)
