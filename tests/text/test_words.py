"""Languages, folding, ages and excerpts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from console.text.age import age
from console.text.excerpt import excerpt
from console.text.fold import fold
from console.text.language import is_rtl, language_of
from tests.text.hostile import HOSTILE

NOW = datetime(2026, 11, 17, 14, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order?", "en"),
        ("Thanks", "en"),
        ("ok", "en"),
        ("Kargo nerede?", "tr"),
        ("Siparişim hâlâ gelmedi", "tr"),
        ("Merhaba", "tr"),
        ("İYİ GÜNLER", "tr"),
        ("siparis ne zaman gelir", "tr"),
        ("Hi, my name is Deniz Yılmaz and I have not got my order", "en"),
        ("أين طلبي؟", "ar"),
        ("طلبي رقم ORD-1042 من shop.example.com لم يصل حتى الآن يا جماعة", "ar"),
        ("My name is ليلى and I have a question", "en"),
        ("1042", None),
        ("👍", None),
        ("", None),
        ("日本語", None),
    ],
)
def test_the_language_is_told_from_script_letters_and_words(text: str, language: str | None) -> None:
    assert language_of(text) == language


def test_the_language_of_a_megabyte_is_told_from_its_beginning() -> None:
    assert language_of(HOSTILE["size_arabic"]) == "ar"


@pytest.mark.parametrize(
    ("text", "rtl"),
    [("hello", False), ("مرحبا hello", True), ("hello مرحبا", False), ("123 שלום", True), ("😀", False), ("", False)],
)
def test_the_first_letter_says_where_a_text_begins(text: str, rtl: bool) -> None:
    assert is_rtl(text) is rtl


@pytest.mark.parametrize(
    "same",
    [
        ("İstanbul", "ISTANBUL", "istanbul", "ıstanbul"),
        ("Yılmaz", "yilmaz", "YILMAZ"),
        ("Şükrü Çağ", "sukru cag"),
        ("أحمد", "احمد", "أَحْمَد", "احـــمد"),
        ("ليلى", "ليلي"),
        ("فاطمة", "فاطمه"),
        ("طلب ١٠٤٢", "طلب 1042", "طلب ۱۰۴۲"),
        ("Straße", "STRASSE", "strasse"),
        ("Café", "Cafe\u0301", "cafe"),
        ("ﻻ", "لا"),
        ("می‌خواهم", "ميخواهم"),
    ],
)
def test_what_people_take_for_the_same_is_the_same(same: tuple[str, ...]) -> None:
    assert len({fold(text) for text in same}) == 1


def test_what_differs_still_differs() -> None:
    assert len({fold(text) for text in ("سلام", "سلم", "salam", "1042", "1043", "日本", "कि", "का")}) == 8


@pytest.mark.parametrize(
    ("passed", "shown"),
    [
        (timedelta(seconds=-90), "now"),
        (timedelta(seconds=59), "now"),
        (timedelta(minutes=3, seconds=59), "3m"),
        (timedelta(minutes=60), "1h"),
        (timedelta(hours=23, minutes=59), "23h"),
        (timedelta(days=2), "2d"),
        (timedelta(days=7), "1w"),
        (timedelta(days=40), "5w"),
        (timedelta(days=800), "2y"),
    ],
)
def test_an_age_is_whole_units_that_have_passed(passed: timedelta, shown: str) -> None:
    assert age(NOW - passed, NOW) == shown


def test_an_excerpt_is_one_line_cut_at_a_word() -> None:
    assert excerpt("Hello,\r\n\n  the lamp\tarrived\nbroken.  ") == "Hello, the lamp arrived broken."
    assert excerpt("the lamp arrived broken", 11) == "the lamp…"
    assert excerpt("x" * 100, 10) == "x" * 9 + "…"
    assert excerpt("a" + "\n" * 5_000 + "b", 10) == "a…"
    assert excerpt(" \n ") == ""
