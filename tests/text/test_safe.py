"""Outside text made safe: what is replaced, what is kept, and that nothing gets by."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given

from console.text.excerpt import excerpt
from console.text.safe import LONGEST_LINE, MOST_CHARACTERS, MOST_LINES, block, line, lines, link, name, was_cleaned
from tests.text.hostile import CONTROLS, HOSTILE, SHORT, ZWJ, ZWNJ
from tests.text.nasty import NASTY, unsafe

KINDS: dict[str, Callable[[str], str]] = {
    "line": line,
    "block": block,
    "name": name,
    "link": link,
    "excerpt": excerpt,
}
ORDINARY = (
    "I am sorry about that. A new one is on its way today.",
    "Siparişim nerede? İyi günler, Deniz Yılmaz — ışığı göğe",
    "السلام عليكم، متى يصل طلبي رقم ١٠٤٢؟ شُكْرًا جَزِيلًا",
    "می‌خواهم",  # with a ZWNJ between Arabic letters
    "שלום עולם, 日本語、中文。 한국어 Ελληνικά Русский",
    "Ça coûte 12,50 € – «très» cher… “yes” it’s 100 % ½ x² → ✓",
    "😀 👩‍👩‍👧‍👦 👍 🇦🇪🇹🇷 🧑‍🚀 👨‍🤝‍👨",
    "क्‍ष क्षत्रियाणाम् শ্রীলঙ্কা ශ්‍රී ലങ്ക",
    "Tiếng Việt: ế ệ ǻ̩",
    "a > b && c < d | $HOME `ls` \\n [x] {y} #1 ~ ^ @ % *",
)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("hostile", HOSTILE)
def test_nothing_hostile_gets_by(kind: str, hostile: str) -> None:
    shown = KINDS[kind](HOSTILE[hostile])
    assert unsafe(shown, newline="\n" if kind == "block" else "") == []


@given(text=NASTY)
def test_whatever_comes_is_safe_and_stays_as_it_was_made(text: str) -> None:
    for kind, make in KINDS.items():
        shown = make(text)
        assert unsafe(shown, newline="\n" if kind == "block" else "") == []
        assert make(shown) == shown


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_text_is_shown_as_it_came(text: str) -> None:
    assert line(text) == text
    assert block(text) == text
    assert not was_cleaned(text, block(text))


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x1b[31mb", "a␛[31mb"),
        ("a\x07\x00\x7fb", "a␇␀␡b"),
        ("a\x9b31m\x80b", "a�31m�b"),
        ("a\ud800b\ue000c\uffffd\ufdd0e\U0010fffff", "a�b�c�d�e�f"),
        ("a\ud83d\ude00b", "a😀b"),
        ("a\r\nb\rc\nd\x0be\x0cf\x85g\u2028h\u2029i", "a⏎b⏎c⏎d⏎e⏎f⏎g⏎h⏎i"),
        ("a\tb", "a b"),
        ("a\xa0b\u2009c", "a b c"),
        ("a\u200eb\u200fc\u061cd\u202ae\u202bf\u202cg\u2066h\u2069i", "abcdefghi"),
        ("a\u202eb\u202dc", "a⇄b⇄c"),
        ("a\u200bb\u2060c\ufeffd\xade\u115ff\u3164g\U000e0041h", "abcdefgh"),
        ("\u2764\ufe0f 1\ufe0f\u20e3", "\u2764 1\u20e3"),
        ("\U0001f44d\U0001f3fd", "\U0001f44d"),
        (f"pay{ZWJ}pal {ZWNJ}x", "paypal x"),
        (f"ب{ZWNJ}ب ب{ZWNJ} x{ZWNJ}ب", f"ب{ZWNJ}ب ب xب"),
        (f"\u2764{ZWJ}\U0001f525", "\u2764\U0001f525"),
    ],
)
def test_a_mark_stands_where_something_was(raw: str, shown: str) -> None:
    assert line(raw) == shown


def test_every_line_end_ends_a_line_of_a_block() -> None:
    assert block("a\r\nb\rc\nd\x0be\x0cf\x85g\u2028h\u2029i") == "a\nb\nc\nd\ne\nf\ng\nh\ni"
    assert lines(block("a\r\n\r\nb\tc")) == ["a", "", "b    c"]


@pytest.mark.parametrize(
    "control", ["\u200e", "\u200f", "\u061c", "\u202a", "\u202b", "\u202c", "\u2066", "\u2069", "\u202e"]
)
def test_any_control_of_direction_in_a_name_is_a_mark(control: str) -> None:
    raw = f"invoice{control}fdp.exe"
    assert name(raw) == "invoice⇄fdp.exe"
    assert link(raw) == "invoice⇄fdp.exe"
    assert was_cleaned(raw, name(raw))


def test_a_long_name_keeps_what_kind_of_file_it_is() -> None:
    shown = name("invoice.pdf" + " " * 300 + "x" * 300 + ".exe")
    assert len(shown) <= 120
    assert shown.startswith("invoice.pdf x") and shown.endswith(".exe") and "…" in shown


def test_nothing_is_left_out_of_an_address_without_a_mark() -> None:
    assert link(f"http://pay{ZWJ}pal\u200b.com/\x07\U000e0041") == "http://pay�pal�.com/␇�"


@pytest.mark.parametrize("base", ["e", "ب", "क", " "])
def test_a_base_carries_six_marks_at_most(base: str) -> None:
    assert line(base + "\u0301" * 6) == base + "\u0301" * 6
    assert line(base + "\u0301\u0316" * 40 + "x") == base + "\u0301\u0316" * 3 + "x"


def test_an_endless_chain_of_emoji_is_cut() -> None:
    assert max(map(len, line(ZWJ.join(["\U0001f469"] * 100)).split("\U0001f469" * 2))) < 20


def test_a_long_text_is_cut_with_a_mark() -> None:
    assert line("x" * 201) == "x" * 199 + "…"
    assert line("x" * 200) == "x" * 200
    assert block("x" * (LONGEST_LINE + 1)) == "x" * (LONGEST_LINE - 1) + "…"
    rows = block("x\n" * 500_000).split("\n")
    assert len(rows) == MOST_LINES and rows[-1] == "…" and set(rows[:-1]) == {"x"}
    assert len(block("word " * 200_000)) <= MOST_CHARACTERS
    assert block("y" * 30, characters=30) == "y" * 30
    assert block("\u200b" * 30_000 + "x") == "…"


def test_the_limits_are_the_callers() -> None:
    assert block("a\nb\nc\nd", lines=3) == "a\nb\n…"
    assert block("abcdef\nb", line_characters=4) == "abc…\nb"
    assert line("abcdef", 4) == "abc…"


def test_a_cut_leaves_no_half_of_a_cluster_that_joins_the_next() -> None:
    family = ZWJ.join(["\U0001f469"] * 3)
    for limit in range(2, 12):
        assert not line(family * 4, limit).removesuffix("…").endswith(ZWJ)


@pytest.mark.parametrize("hostile", CONTROLS)
def test_what_was_made_safe_is_known(hostile: str) -> None:
    ends_lines = hostile in ("line_ends", "carriage_return")
    assert was_cleaned(CONTROLS[hostile], block(CONTROLS[hostile])) is not ends_lines


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\r\nb\tc\u2028d", False),  # ends of lines are no trick
        ("\u2764\ufe0f \u200fمرحبا\u200f", False),  # nor is what every Arabic keyboard types
        ("a\ufffdb", False),  # a mark that somebody else set
        ("hello" + chr(0xE0041), True),
        ("\u3164", True),
        ("\u202eabc", True),
        ("Z" + "\u0300" * 30, True),
        ("a" + "\ufe00\ufe01" * 4, True),
    ],
)
def test_what_nobody_types_by_accident_is_told(raw: str, cleaned: bool) -> None:
    assert was_cleaned(raw, block(raw)) is cleaned


@pytest.mark.parametrize("hostile", SHORT)
def test_markup_and_all_else_in_ascii_stays_as_it_is(hostile: str) -> None:
    raw = SHORT[hostile]
    if raw.isascii() and raw.isprintable():
        assert line(raw, 20_000) == raw
