"""What a terminal answers to questions nobody asked, taken out of the input before it can become key presses.

The framework's parser gives up on what it does not know and hands it on letter by letter: reports in one name were
132 keys. Answers that the framework waits for (modes, size, cursor) pass, and so do keys, mouse and pastes.
"""

from __future__ import annotations

import re

from console.text.marks import PICTURES

_NEXT = re.compile(
    r"(?P<kept>\x1b\[\?\d+;\d\$y)"  # the state of a mode, which the framework asked for
    r"|(?P<paste>\x1b\[200~)"
    r"|(?P<string>\x1b(?:\]\d{1,4};|P[\d;]*[!$+>|]|_G))"  # OSC, DCS, kitty graphics; less is a key held with Alt
    r"|\x1b\[(?:"
    r"[?>=][0-?]*[ -/]*[@-~]"  # device attributes, versions, kitty flags
    r"|(?P<status>0n)"  # it is there
    r"|\d[\d;]*[cnxy]"  # status, parameters
    r"|(?!48;\d{1,4};\d{1,4};\d{1,5};\d{1,5}t)\d[\d;:]*t"  # the window, unless a size in band that may be true
    r"|\d[\d;]*[$*&'][@-~]"
    r"|[\d;:]*\d{7,}[\d;:]*[ -/]*[@-~]"  # no key has such a number, and the framework would take it for a character
    r")"
)
"""An answer, the beginning of one that has an end of its own, or of a paste."""
_STRING_END = re.compile(r"\x07|\x1b\\")
_PARTIAL = re.compile(r"\x1b(?:\[(?:[?>=0-9][0-?]{0,60}[ -/]{0,2})?|\]\d{0,4}|P[\d;]{0,16}|_)?\Z")
ESCAPE = "\x1b"
_INTRODUCES = "[O]P_"  # a sequence, behind an escape; and nothing does not
_BEGINS = f"[{re.escape(_INTRODUCES)}]"
_KEY_BEFORE_KEY = re.compile(rf"(\x1b)(?=(?!{_BEGINS})[^\x1b\x7f\b]|\x1b(?!{_BEGINS}))")
_PASTE_END = "\x1b[201~"
_PARTIAL_PASTE_END = re.compile(r"\x1b(?:\[(?:2(?:01?)?)?)?\Z")

_MOST = 1 << 20
"""Characters of one answer before we think that its end was lost."""
_PATIENCE = 20
"""Moments without input before we think so."""


def keys_apart(text: str) -> list[str]:
    """What passed, with each escape by itself that is a key and not the beginning of one.

    A slow line brings a key together with the escape before it, and terminals send the same for a letter held with Alt,
    which means nothing here. Backspace with Alt does.
    """
    return [part for part in _KEY_BEFORE_KEY.split(text) if part]


class Answers:
    """The input of one terminal without the answers."""

    def __init__(self) -> None:
        self._held = ""
        self._in_paste = False
        self._in_string = False
        self._swallowed = 0
        self._moments = 0
        self._statuses = 0

    def taken_statuses(self) -> int:
        """How many times since the last call the terminal said that it is there, which is how the line is measured."""
        statuses, self._statuses = self._statuses, 0
        return statuses

    def pressed_escape(self, text: str) -> bool:
        """Whether the escape that is held back was a key, as this goes on with no sequence. It is let go then."""
        is_key = self._held == ESCAPE and not self._in_paste and not self._in_string and text[:1] not in _INTRODUCES
        if is_key:
            self._held = ""
        return is_key

    def feed(self, text: str) -> str:
        """What of it is keys, mouse and pasted text. The beginning of an answer at its end is held back."""
        text, self._held, self._moments = self._held + text, "", 0
        kept: list[str] = []
        while text:
            read = self._string if self._in_string else self._paste if self._in_paste else self._keys
            passed, text = read(text)
            kept.append(passed)
        return "".join(kept)

    def flush(self) -> str:
        """What was held back after all. To be called when no more came for a moment."""
        self._moments += 1
        if self._in_string:
            self._in_string = self._moments < _PATIENCE
            return ""
        held, self._held = self._held, ""
        return held

    def _keys(self, text: str) -> tuple[str, str]:
        """What passes up to the next answer or paste, and what follows."""
        if found := _NEXT.search(text):
            self._in_paste = found["paste"] is not None
            self._in_string = found["string"] is not None
            self._swallowed = 0
            self._statuses += found["status"] is not None
            passes = self._in_paste or found["kept"] is not None
            return text[: found.end() if passes else found.start()], text[found.end() :]
        return self._hold(text, _PARTIAL), ""

    def _paste(self, text: str) -> tuple[str, str]:
        """What was pasted, up to its end, and what follows. The framework would take sequences in it for keys."""
        inside, end, after = text.partition(_PASTE_END)
        self._in_paste = not end
        pasted = inside if end else self._hold(inside, _PARTIAL_PASTE_END)
        return pasted.replace("\x1b", PICTURES[0x1B]) + end, after

    def _string(self, text: str) -> tuple[str, str]:
        """Nothing of the answer that is being swallowed, and what follows its end."""
        if end := _STRING_END.search(text):
            self._in_string = False
            return "", text[end.end() :]
        self._swallowed += len(text)
        self._in_string = self._swallowed < _MOST
        self._held = "\x1b" if text.endswith("\x1b") else ""  # half of its end
        return "", ""

    def _hold(self, text: str, partial: re.Pattern[str]) -> str:
        """The text without the partial sequence at its end, which is held back."""
        if cut := partial.search(text):
            self._held = cut[0]
            return text[: cut.start()]
        return text
