"""The clipboard's and the title's sequences."""

from __future__ import annotations

import base64

import pytest

from console.terminal.doors import MOST_COPIED, clipboard, copied, title
from tests.text.hostile import HOSTILE
from tests.text.nasty import unsafe


def pasted(sequence: str) -> str:
    """What a paste of it brings."""
    return base64.b64decode(sequence.removeprefix("\x1b]52;c;").removesuffix("\x07")).decode()


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_is_copied_is_safe_to_paste(hostile: str) -> None:
    text = pasted(clipboard(HOSTILE[hostile]))
    assert unsafe(text, newline="\n") == []
    assert not text.endswith("\n")
    assert len(text) <= MOST_COPIED


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_title_is_one_sequence(hostile: str) -> None:
    sequence = title(HOSTILE[hostile])
    assert sequence.startswith("\x1b]2;") and sequence.endswith("\x07")
    assert unsafe(sequence[4:-1]) == []
    assert len(sequence) <= 125


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("\x1b]52;c;YcSx\x07", "aı"),
        ("\x1b]52;c;\x07", ""),
        ("\x1b]52;c;?\x07", None),
        ("\x1b]52;c;YQ=\x07", None),
        ("\x1b]52;c;/w==\x07", None),
        ("\x1b]52;p;YQ==\x07", None),
        ("\x1b]52;c;YQ==\x07\x1b[2J", None),
        ("x\x1b]52;c;YQ==\x07", None),
    ],
)
def test_only_a_copy_as_the_framework_makes_it_is_one(written: str, text: str | None) -> None:
    assert copied(written) == text
