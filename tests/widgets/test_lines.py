"""What the tree and the thread draw, without an app."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from console.contract.base import EARLIEST
from console.contract.shapes import Limits
from console.state.reduce import identity_of
from console.state.rows import FileCard, Identity, LineStatus, Quote
from console.text.safe import SafeBlock, SafeLine
from console.text.width import cell_width
from console.widgets.footer import Notice, footer_line, footer_lines
from console.widgets.pane_title import pane_title
from console.widgets.spans import Span
from console.widgets.thread_lines import ThreadLine, day_name, entry_lines
from console.widgets.top_bar import top_line
from console.widgets.tree_lines import Marks, tree_line
from tests.widgets.rows import NOW, entry, outline_line, row


def said(spans: Iterable[Span]) -> str:
    """The text of a line."""
    return "".join(text for text, _ in spans)


def rows_of(lines: Iterable[ThreadLine]) -> list[str]:
    """The texts of lines, right ends stripped."""
    return [said(line.spans).rstrip() for line in lines]


def test_a_line_says_who_waits_how_long_and_how_much_is_unread() -> None:
    waiting = row(unread=2, waiting_since=NOW - timedelta(minutes=9))
    text = said(tree_line(outline_line(waiting), Marks(is_open=True), width=30, now=NOW))
    assert text == "▌Jane Cooper         ● 2 · 9m "


def test_a_line_says_no_age_where_no_time_is_known() -> None:
    text = said(tree_line(outline_line(row(at=EARLIEST)), Marks(), width=24, now=NOW))
    assert text.rstrip() == " Jane Cooper"


def test_a_folded_line_says_how_many_are_below_and_whether_somebody_waits_there() -> None:
    def shown(**changes: bool) -> list[Span]:
        folded = outline_line(row(), has_children=True, folded_away=3, **changes)
        return tree_line(folded, Marks(), width=30, now=NOW)

    assert said(shown()) == " Jane Cooper            +3 3m "
    assert ("+3", "muted") in shown(hides_waiting=True) and "+3● 3m" in said(shown(hides_waiting=True))
    assert ("+3", "unread") in shown(hides_unread=True) and "●" not in said(shown(hides_unread=True))


def test_sub_conversations_hang_from_guides() -> None:
    first = outline_line(row(name=SafeLine("Order #1042")), False, False, depth=1)
    last = outline_line(row(name=SafeLine("Returns")), False, True, depth=1)
    assert said(tree_line(first, Marks(), width=24, now=NOW)).startswith("  ├ Order #1042")
    assert said(tree_line(last, Marks(), width=24, now=NOW)).startswith("  └ Returns")


@pytest.mark.parametrize("width", [12, 20, 28, 40, 80])
@pytest.mark.parametrize("name", ["Jane", "ليلى حسن", "Deniz Yılmaz " * 9, "日本語の名前です", "👩‍👩‍👧 family"])
def test_a_line_is_exactly_as_wide_as_its_room(width: int, name: str) -> None:
    busy = row(name=SafeLine(name), unread=3, waiting_since=NOW - timedelta(hours=2), priority="urgent")
    assert cell_width(said(tree_line(outline_line(busy), Marks(has_draft=True), width=width, now=NOW))) <= max(
        width, 16
    )


def test_every_state_has_a_glyph_besides_its_colour() -> None:
    def shown(**changes: object) -> str:
        return said(tree_line(outline_line(row(**changes)), Marks(), width=40, now=NOW))

    assert "✓" in shown(status="resolved")
    assert " z " in shown(status="snoozed")
    assert " ! " in shown(priority="urgent")
    assert "●" in shown(waiting_since=NOW)


def test_a_customers_lines_carry_a_gutter_mark_that_no_text_can_draw() -> None:
    forged = entry(bodies=(SafeBlock("▎ Maya Okafor\n┋ a note?\nplain"),))
    for line in list(entry_lines(forged, 40))[:-1]:
        assert line.spans[0] == ("▎", "customer")
        assert all("\n" not in text for text, _ in line.spans)


def test_a_note_is_told_by_word_and_glyph() -> None:
    head, body, _ = entry_lines(entry(note=True, who="member", sender=SafeLine("Maya Okafor")), 50)
    assert said(head.spans).startswith("┋ Maya Okafor · note")
    assert body.spans[-1][1] == "note"


def test_an_agents_message_says_ai() -> None:
    head = next(iter(entry_lines(entry(who="agent", sender=SafeLine("Guide")), 40)))
    assert "Guide · AI" in said(head.spans)


def test_what_no_longer_leaves_by_itself_does_not_wait_to_leave() -> None:
    leaving = entry(delivery="waiting")
    assert "waiting to leave" in rows_of(entry_lines(leaving, 60))[0]
    parked = rows_of(entry_lines(replace(leaving, problem=SafeLine("There was no line.")), 60))
    assert "not sent yet" in parked[0] and "Enter looks at it" in "".join(parked)


def test_a_message_shows_its_quote_files_and_delivery() -> None:
    failed = entry(
        who="member",
        quote=Quote("msg_0", SafeLine("Jane Cooper"), SafeLine("Where is it?")),
        files=(FileCard("f", SafeLine("photo.jpg"), 1_234_567, SafeLine("image/jpeg"), "k"),),
        delivery="failed",
        problem=SafeLine("The server is not there."),
    )
    text = "\n".join(rows_of(entry_lines(failed, 80)))
    assert "│ Jane Cooper: Where is it?" in text
    assert "▤ photo.jpg 1.2 MB" in text
    assert "not sent" in text and "The server is not there." in text and "Enter sends it again" in text


def test_arabic_stands_at_the_right() -> None:
    _, body, _ = entry_lines(entry(bodies=(SafeBlock("مرحبا"),)), 40)
    assert said(body.spans).startswith("▎ " + " " * 10)


@pytest.mark.parametrize("width", [20, 40, 76, 200])
def test_no_line_of_a_message_is_wider_than_the_pane(width: int) -> None:
    long = entry(bodies=(SafeBlock("word " * 60 + "\n" + "x" * 500 + "\n" + "مرحبا بكم " * 40),), cleaned=True)
    assert all(cell_width(said(line.spans)) <= width for line in entry_lines(long, width))


def test_another_year_is_named() -> None:
    assert day_name(NOW.date().replace(year=2025), NOW.date()) == "Monday 17 November 2025"


IDENTITY = Identity(
    SafeLine("Northwind Trading"),
    "mem_1",
    SafeLine("Maya Okafor"),
    SafeLine("agent"),
    frozenset(),
    frozenset(),
    Limits(),
)


def test_the_top_line_leaves_out_what_no_server_tells() -> None:
    nobody, status = identity_of(None), LineStatus("polling", NOW, every=2.0)

    def text(identity: Identity) -> str:
        return said(top_line(identity, status, SafeLine("inbox"), SafeLine(""), NOW, 60))

    assert text(nobody).split() == ["inbox", "◐", "polling", "every", "2", "s"]
    assert text(replace(nobody, member=SafeLine("Maya Okafor"))).rstrip().endswith("every 2 s   Maya Okafor")


def test_the_top_line_says_where_what_is_true_and_who() -> None:
    status = LineStatus("live", NOW, 38)
    text = said(top_line(IDENTITY, status, SafeLine("inbox"), SafeLine("demo"), NOW, 100))
    assert text.startswith(" Northwind Trading ▸ inbox")
    assert text.rstrip().endswith("● live 38 ms   Maya Okafor · agent   demo")


def test_the_state_of_the_line_stays_when_there_is_little_room() -> None:
    broke = NOW - timedelta(minutes=4)
    status = LineStatus("offline", broke, as_of=broke)
    whole, shorter, least = (
        said(top_line(IDENTITY, status, SafeLine("inbox"), SafeLine("demo"), NOW, width)) for width in (80, 54, 42)
    )
    assert f"○ offline since {broke.astimezone():%H:%M} · seen 4m ago" in whole and "Maya" not in whole
    assert shorter.rstrip().endswith("○ offline · seen 4m ago")
    assert least.rstrip().endswith("○ offline")


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        (LineStatus("connecting", NOW), "○ connecting"),
        (LineStatus("live", NOW, 38), "● live 38 ms"),
        (LineStatus("live", NOW), "● live"),
        (LineStatus("polling", NOW, every=5.0), "◐ polling every 5 s"),
        (LineStatus("polling", NOW, every=120.0), "◐ polling every 2 min"),
        (LineStatus("polling", NOW, every=5.0, as_of=NOW - timedelta(seconds=40)), "◐ polling every 5 s"),
        (LineStatus("polling", NOW, every=5.0, as_of=NOW - timedelta(minutes=2)), "◐ polling every 5 s · seen 2m ago"),
        (LineStatus("reconnecting", NOW, as_of=NOW), "◌ reconnecting"),
        (LineStatus("reconnecting", NOW, as_of=NOW - timedelta(hours=8)), "◌ reconnecting · seen 8h ago"),
        (LineStatus("refused", NOW), "✕ refused"),
    ],
    ids=str,
)
def test_what_is_true_of_the_line_is_said_in_words(status: LineStatus, shown: str) -> None:
    text = said(top_line(IDENTITY, status, SafeLine("inbox"), SafeLine(""), NOW, 80))
    assert text.partition("inbox")[2].partition("   Maya")[0].strip() == shown


@pytest.mark.parametrize(("ago", "shown"), [(1, "{:%a %H:%M}"), (6, "{:%a %H:%M}"), (7, "{0.day} {0:%b}")])
def test_what_broke_on_another_day_says_on_which(ago: int, shown: str) -> None:
    broke = NOW - timedelta(days=ago)
    text = said(top_line(IDENTITY, LineStatus("offline", broke), SafeLine("inbox"), SafeLine(""), NOW, 80))
    assert f"○ offline since {shown.format(broke.astimezone())} " in text


def test_what_is_said_of_the_line_stays_while_less_than_a_minute_passes() -> None:
    def shown(now: datetime) -> str:
        status = LineStatus("offline", NOW, as_of=NOW)
        return said(top_line(IDENTITY, status, SafeLine("inbox"), SafeLine(""), now, 80))

    texts = [shown(NOW + timedelta(seconds=second)) for second in range(600)]
    changes = sum(before != after for before, after in itertools.pairwise(texts))
    assert changes == 9


def test_what_is_said_has_the_first_right_to_the_last_line() -> None:
    keys = tuple((letter, "something long") for letter in "abcdefgh")
    text = said(footer_line(keys, Notice(SafeLine("The server is not there."), True), SafeLine(""), SafeLine(""), 60))
    assert text.rstrip().endswith("The server is not there.")
    assert cell_width(text) == 60


@pytest.mark.parametrize("length", [60, 70, 77, 78, 79, 300])
def test_a_long_sentence_is_whole_or_ends_in_a_mark_and_no_key_stands_at_it(length: int) -> None:
    keys = (("r", "reply"), ("?", "keys"))
    text = said(footer_line(keys, Notice(SafeLine("x" * length)), SafeLine(""), SafeLine(""), 80))
    assert cell_width(text) == 80
    assert text.endswith(" " + "x" * length + " ") if length <= 78 else text == " " + "x" * 77 + "… "


def test_a_sentence_that_does_not_fit_begins_in_a_row_above_the_keys() -> None:
    keys = (("r", "reply"), ("?", "keys"))
    sentence = "The message was not written down, since there is no room on the disk. Free some space, then send again."
    rows = [said(row) for row in footer_lines(keys, Notice(SafeLine(sentence), True), SafeLine(""), SafeLine(""), 80)]
    assert [cell_width(row) for row in rows] == [80, 80]
    assert rows[0].strip() == "The message was not written down, since there is no room on the disk. Free"
    assert rows[1].startswith(" r reply  ? keys ") and rows[1].endswith(" some space, then send again. ")
    pressed = footer_lines(keys, Notice(SafeLine(sentence)), SafeLine(""), SafeLine("g"), 80)
    assert [said(row).rstrip()[-3:] for row in pressed] == ["g …"], "what is about to happen is one row"


@pytest.mark.parametrize("length", [79, 156, 157, 300])
def test_a_sentence_takes_two_rows_at_most(length: int) -> None:
    rows = footer_lines((("?", "keys"),), Notice(SafeLine("x" * length)), SafeLine(""), SafeLine(""), 80)
    text = "".join(said(row).strip() for row in rows).replace("? keys", "").replace(" ", "")
    assert len(rows) == 2
    assert text == "x" * length if length <= 156 else text == "x" * 155 + "…"


def test_a_title_gives_way_at_its_right_end() -> None:
    wide = pane_title(SafeLine("Jane Cooper › Order #1042"), SafeLine("shop.example.com · en"), 80)
    assert wide.plain.startswith("Jane Cooper › Order #1042 ──") and wide.plain.endswith("shop.example.com · en")
    assert len(wide.plain) == 74
    narrow = pane_title(SafeLine("Jane Cooper › Order #1042"), SafeLine("shop.example.com · en"), 32)
    assert narrow.plain == "Jane Cooper › Order #1042"


def test_what_was_not_sent_is_counted_in_the_first_line_as_long_as_there_is_any() -> None:
    def shown_at(width: int, unsent: int) -> str:
        nothing = SafeLine("")
        spans = top_line(None, None, SafeLine("inbox"), nothing, NOW, width, unsent=unsent)
        return "".join(text for text, _ in spans)

    assert "2 not sent" in shown_at(80, 2) and "not sent" not in shown_at(80, 0)
