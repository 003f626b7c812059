"""Our own crash report."""

from __future__ import annotations

import json
import traceback
from pathlib import Path

import pytest

from console.crash import redacted, report, sentence
from tests.text.nasty import unsafe

KEY = "plato_live_4f8a9b"


def failing(key: str, words: str) -> None:
    """Fails with everything at hand that must not be told."""
    customer = "jane@example.com"  # noqa: F841  a local, which must not be printed
    try:
        json.loads("{" + key)
    except ValueError as error:
        raise RuntimeError(f"refused {words}") from error


def caught(words: str) -> RuntimeError:
    """The error, as the top of the program gets it."""
    with pytest.raises(RuntimeError) as raised:
        failing(KEY, words)
    return raised.value


def test_a_report_names_the_errors_and_their_places_without_a_home() -> None:
    told = report(caught("it"))
    assert "builtins.RuntimeError: refused it" in told
    assert "json.decoder.JSONDecodeError: Expecting property name" in told
    assert "json/decoder.py:" in told and "in raw_decode" in told
    assert str(Path(__file__).parent) not in told and str(Path.home()) not in told


def test_a_report_holds_no_local_and_no_key() -> None:
    told = report(caught(f"with Bearer {KEY} and hunter2"), secrets=["hunter2"])
    assert KEY not in told and "hunter2" not in told and "jane@example.com" not in told
    assert "[redacted]" in told


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key plato_abc-1.2_z!", "key [redacted]!"),
        ("Authorization: Bearer abc.def", "Authorization: [redacted]"),
        ("{'x-api-key': 'abc'}", "{'[redacted]'}"),
        ("api_key=SecretStr('abc')", "[redacted]')"),
        ("nothing here", "nothing here"),
    ],
)
def test_whatever_looks_like_a_key_is_redacted(text: str, shown: str) -> None:
    assert redacted(text) == shown


def test_a_secret_goes_though_another_is_part_of_it() -> None:
    assert redacted("abcdef abc", ["abc", "abcdef", ""]) == "[redacted] [redacted]"


def test_what_a_customer_wrote_is_safe_and_short_in_a_report() -> None:
    told = report(caught("\x1b]0;owned\x07" + "x" * 5_000))
    assert unsafe(told, newline="\n") == []
    assert len(told) < 4_000


def test_errors_of_a_group_are_told_once_each() -> None:
    inner = caught("inner")
    told = report(ExceptionGroup("both", [inner, inner, ValueError("other")]))
    assert told.count("refused inner") == 1 and "builtins.ValueError: other" in told


def test_an_endless_recursion_is_told_by_its_end() -> None:
    def deeper() -> None:
        deeper()

    with pytest.raises(RecursionError) as raised:
        deeper()
    assert len(report(raised.value).splitlines()) < 50
    assert len(traceback.format_exception(raised.value)) > 5


def test_one_sentence_says_where_the_report_is() -> None:
    said = sentence(caught("\x1b[2J"), "/state/crash.txt")
    assert "RuntimeError" in said and "/state/crash.txt" in said
    assert "\n" not in said and "refused" not in said
