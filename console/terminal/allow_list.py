"""What may be written to the terminal: the sequences that we and the framework write, and nothing else.

Two kinds of write reach a driver. A *frame* is drawn text: it may move the cursor and colour spans, each closed before
anything else follows, which is how the compositor writes. Everything that changes the terminal itself is a write of its
own, so it passes only as a *whole* write: text on the screen can never be one. The clipboard and the title have no
sequence here at all; `console.terminal.doors` makes theirs.

Read from Textual 8.2.8: drivers/linux_driver.py, app.py, _compositor.py and strip.py.
"""

from __future__ import annotations

import re

from console.text.marks import DRAWN, OVERRIDE, PICTURES, REPLACEMENT

WHOLE: dict[str, str] = {
    "\x1b[?1049h": "alternate screen, on start",
    "\x1b[?1049l": "and off",
    "\x1b[?1000h": "mouse: clicks",
    "\x1b[?1000l": "and off",
    "\x1b[?1003h": "mouse: movement",
    "\x1b[?1003l": "and off",
    "\x1b[?1015h": "mouse: numbers beyond 223, the old way",
    "\x1b[?1015l": "and off",
    "\x1b[?1006h": "mouse: numbers beyond 223",
    "\x1b[?1006l": "and off",
    "\x1b[?1016h": "mouse: pixels, once the terminal said that it resizes in band",
    "\x1b[?1016l": "and off, which the framework forgets",
    "\x1b[?25l": "cursor hidden while we draw our own",
    "\x1b[?25h": "and shown",
    "\x1b[?1004h": "focus in and out",
    "\x1b[?1004l": "and off",
    "\x1b[?2004h": "bracketed paste",
    "\x1b[?2004l": "and off",
    "\x1b[?7l": "no wrapping at the right edge",
    "\x1b[?7h": "and on",
    "\x1b[?2026h": "a frame begins: draw nothing before it ends",
    "\x1b[?2026l": "and ends",
    "\x1b[?2026$p": "asks whether it knows frames",
    "\x1b[?2048h": "sizes in band",
    "\x1b[?2048l": "and off",
    "\x1b[?2048$p": "asks whether it knows sizes in band",
    "\x1b[>25u": "kitty keys: disambiguate, report all, with text",
    "\x1b[<u": "and off",
    "\x07": "the app's bell",
}
"""Sequence to reason. Kitty's push of another flag is not among them: the flags are a constant of the framework."""

MARKS_OF_FRAMES = ("\x1b[?2026h", "\x1b[?2026l")

_POINTER = re.compile(r"\x1b\]22;[a-z-]{1,24}\x07")
"""The mouse pointer's shape over a widget, from the framework's own list of words."""

_COLOUR = r"3[0-79]|4[0-79]|9[0-7]|10[0-7]|[34]8;5;\d{1,3}|[34]8;2;\d{1,3};\d{1,3};\d{1,3}"
_ATTRIBUTE = r"[123479]|21|53"  # not 5, 6 and 8: nothing of ours blinks or hides
_STYLE = rf"\x1b\[(?:{_COLOUR}|{_ATTRIBUTE})(?:;(?:{_COLOUR}|{_ATTRIBUTE}))*+m"
_MOVE = r"\x1b\[\d{1,4};\d{1,4}H"
_TEXT = f"[^{DRAWN.pattern[1:]}"
_LINE = r"\n(?=[\n\x1b]|\Z)"  # the compositor ends a row so, and moves the cursor at once

_FRAME = re.compile(rf"(?:{_STYLE}{_TEXT}*+\x1b\[0m|{_MOVE}|{_TEXT}++|{_LINE})*+")
"""A frame without fault, in one look: 27 KB of it in a fifth of a millisecond."""

_TOKEN = re.compile(
    rf"(?P<text>{_TEXT}++)|(?P<close>\x1b\[0m)|(?P<style>{_STYLE})|(?P<move>{_MOVE})|(?P<line>{_LINE})|(?P<other>.)",
    re.DOTALL,
)
_BEGINS_FRAME = re.compile(_MOVE)
_PARTIAL = re.compile(r"\x1b(?:\[[0-?]{0,40}[ -/]{0,2}|\](?:2(?:2(?:;[a-z-]{0,24})?)?)?)?\Z")
"""A sequence that the end of a write cut in two."""

_CLOSE = "\x1b[0m"


class AllowList:
    """The writes of one terminal, each replaced where it holds what we did not write."""

    def __init__(self) -> None:
        self.refused = 0
        """How many control characters were replaced so far."""
        self._partial = ""
        self._is_open = False  # within a span whose colour is not closed yet

    def feed(self, text: str) -> str:
        """What may be written of it now. A cut sequence at its end is held back for the next write."""
        if text.startswith("\x1b") and self._partial:  # what was held back is no beginning of this
            return self.flush() + self.feed(text)
        text = self._partial + text
        self._partial = ""
        if is_whole(text):
            return self._closed() + text
        if not self._is_open and _FRAME.fullmatch(text):
            return text
        if cut := _PARTIAL.search(text):
            self._partial = cut[0]
            text = text[: cut.start()]
        before = self._closed() if self._is_open and _BEGINS_FRAME.match(text) else ""
        return before + "".join(self._passed(token) for token in _TOKEN.finditer(text))

    def flush(self) -> str:
        """What was held back, made visible, and an open span closed."""
        text, self._partial = self._partial, ""
        return self._replaced(text) + self._closed()

    def _passed(self, token: re.Match[str]) -> str:
        """One token as it may be written; within a span only text and its end may."""
        kind, text = token.lastgroup, token[0]
        if kind == "text":
            return text
        if kind == "close" and self._is_open:
            self._is_open = False
            return text
        if self._is_open or kind in ("close", "other"):
            return self._replaced(text)
        self._is_open = kind == "style"
        return text

    def _replaced(self, text: str) -> str:
        """The controls of a sequence as pictures, its other characters as they are: "␛[2J"."""
        shown = DRAWN.sub(_picture, text)
        self.refused += sum(here != there for here, there in zip(text, shown, strict=True))
        return shown

    def _closed(self) -> str:
        """The end of a span that was left open, once."""
        was_open, self._is_open = self._is_open, False
        return _CLOSE if was_open else ""


def is_whole(text: str) -> bool:
    """Whether it is one sequence that changes the terminal itself, and all of the write."""
    return text in WHOLE or (text.startswith("\x1b]22;") and _POINTER.fullmatch(text) is not None)


def _picture(match: re.Match[str]) -> str:
    character = match[0]
    return OVERRIDE if "\u202a" <= character <= "\u2069" else PICTURES.get(ord(character), REPLACEMENT)
