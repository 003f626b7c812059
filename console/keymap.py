"""From keys to actions: the action table's keys, those of the settings, and the letters of other keyboard layouts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from console.actions import ACTIONS, BY_ID, Action, Pane
from console.errors import SettingsError
from console.values import dataclass

# What an Arabic keyboard sends where a Latin one sends the letter: terminals report the letter, not the key's place.
_ARABIC = dict(zip("qwertyuiopasdfghjklzxcvnm", "ضصثقفغعهخحشسيبلاتنمئءؤرىة", strict=True))
_ARABIC |= {"[": "ج", "]": "د", "/": "ظ", "\\": "ذ", "b": "ﻻ", "?": "؟"}
# With Shift, by the Arabic (101) layout. Not D and L, which send "]" and "/": these are keys of their own.
_ARABIC |= dict(zip("QWERTYUIOP", "\u064e\u064b\u064f\u064c\ufef9إ`÷×؛", strict=True))
_ARABIC |= dict(zip("ASGHJKZXCVBNM", "\u0650\u064d\ufef7أ\u0640،~\u0652}{\ufef5آ'", strict=True))
# Other systems send G, which is a ligature of two letters, as both of them.
_ARABIC_APART = _ARABIC | {"G": "ل أ", "U": "‘", "M": "’"}
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
_BY_SHOWN = {shown: name for name, shown in _NAMES.items()}


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
    """Which action a key means in a pane. `bound` names actions whose keys a person chose anew: these come first.

    Raises SettingsError for an action that is not there, and for two of theirs on one key.
    """

    def __init__(self, bound: Mapping[str, str] | None = None) -> None:
        bound = bound or {}
        if unknown := sorted(set(bound) - set(BY_ID)):
            raise SettingsError(f"No such action: {', '.join(unknown)}. The README lists the actions by name.")
        self._actions: dict[tuple[Pane, str], str] = {}
        self._prefixes: set[tuple[Pane, str]] = set()
        own = [(BY_ID[id], tuple(_sequences(keys))) for id, keys in bound.items()]
        for action, sequences in own:
            for sequence in sequences:
                self._claim(action, sequence)
        every = own + [(action, action.keys) for action in ACTIONS if action.id not in bound]
        for action, sequences in every:
            for sequence in sequences:
                for alias in _aliases(sequence):
                    self._bind(action, alias)
        self._keys: dict[str, tuple[str, ...]] = {
            action.id: tuple(
                one for one in sequences if any(self._means(action.id, pane, one) for pane in action.panes)
            )
            for action, sequences in every
        }

    def keys(self, action_id: str) -> tuple[str, ...]:
        """The key sequences of an action."""
        return self._keys[action_id]

    def shown(self, action_id: str, pane: Pane = "tree") -> str:
        """Its first key that works in a pane, as people write it; empty when it has none."""
        keys = self._keys[action_id]
        here = (
            key for key in keys if self._means(action_id, pane, key) and (pane != "composer" or len(shown(key)) > 1)
        )
        return shown(next(here, keys[0] if keys else ""))

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

    def _claim(self, action: Action, sequence: str) -> None:
        """Give a person's own key to its action, before any default. Raises SettingsError where two want it."""
        for pane in action.panes:
            for taken, owner in self._actions.items():
                if owner != action.id and taken[0] == pane and _collide(taken[1], sequence):
                    raise SettingsError(
                        f"The settings give {owner} and {action.id} the same key, {shown(sequence)}. Change one."
                    )
        self._bind(action, sequence)

    def _bind(self, action: Action, sequence: str) -> None:
        first, _, rest = sequence.partition(" ")
        for pane in action.panes:
            if rest or (pane, sequence) not in self._prefixes:
                self._actions.setdefault((pane, sequence), action.id)
            if rest:
                self._prefixes.add((pane, first))

    def _means(self, action_id: str, pane: Pane, sequence: str) -> bool:
        first, _, rest = sequence.partition(" ")
        is_reached = not rest or (pane, first) not in self._actions
        return is_reached and self._actions.get((pane, sequence)) == action_id


def _collide(one: str, other: str) -> bool:
    """Whether two sequences are the same, or one would never be finished because the other is its beginning."""
    return one == other or other.startswith(f"{one} ") or one.startswith(f"{other} ")


def _sequences(text: str) -> Iterator[str]:
    """The sequences of a setting, by the framework's names: people also write `/` and `Ctrl+E`, as the README does."""
    for sequence in text.split(","):
        if keys := sequence.split():
            yield " ".join(map(_framework_key, keys))


def _framework_key(key: str) -> str:
    *modifiers, last = key.split("+") if len(key) > 1 else [key]
    last = _BY_SHOWN.get(last, last)
    if modifiers or (last.startswith("F") and last[1:].isdigit()):
        last = last.lower()
    return "+".join([*(modifier.lower() for modifier in modifiers), last])


def _aliases(sequence: str) -> Iterator[str]:
    """The sequence itself, and as it arrives from an Arabic and from a Turkish keyboard."""
    yield sequence
    keys = sequence.split()
    for layout in (_ARABIC, _ARABIC_APART, _TURKISH):
        translated = [layout.get(_NAMES.get(key, key), key) for key in keys]
        if translated != keys:
            yield " ".join(translated)
