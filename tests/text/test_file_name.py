"""Names of files as others give them: whatever they hold, one plain file that every system takes."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.text.file_name import safe_name


@pytest.mark.parametrize(
    ("raw", "safe"),
    [
        ("photo.jpg", "photo.jpg"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("C:\\Users\\maya\\photo.jpg", "photo.jpg"),
        ("/etc/passwd/", "passwd"),
        ("a\x00b.png", "ab.png"),
        ("a\x1b]0;pwned\x07.png", "a]0;pwned.png"),
        ("photo\u202egnp.exe", "photognp.exe"),
        ("\u2066invoice\u2069.pdf", "invoice.pdf"),
        ("line\r\nbreak\u2028.txt", "linebreak.txt"),
        ("two  \u00a0 spaces.txt", "two spaces.txt"),
        (".bashrc", "bashrc"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        ("\x00\u202e", "file"),
        ("/", "file"),
        ("فاتورة.pdf", "فاتورة.pdf"),
        ("Fatura_İÇİN.pdf", "Fatura_İÇİN.pdf"),
        ("e\u0301.txt", "é.txt"),
        ("\ud800.txt", "txt"),
        ("CON", "_CON"),
        ("nul.tar.gz", "_nul.tar.gz"),
        ("com1 .x.txt", "_com1 .x.txt"),
        ("LPT³", "_LPT³"),
        ("console.txt", "console.txt"),
        ("a.txt:evil.exe", "a.txt_evil.exe"),
        ('<a>|"b"?*.txt', "_a___b___.txt"),
        ("a.exe. . ", "a.exe"),
        ("-rf", "rf"),
        ("~root", "root"),
        ("...hidden", "hidden"),
        ("a" + "\u0301\u0302" * 50 + ".txt", "á\u0302" + "\u0301\u0302" * 2 + "\u0301.txt"),
        ("\u0301\u0302.txt", "txt"),
        (" \u0301a", "a"),
        ("\u3164\u2800\u115f.txt", "txt"),
        ("\u3164", "file"),
        ("e\u200d\u0301.txt", "é.txt"),
    ],
)
def test_a_name_is_made_harmless(raw: str, safe: str) -> None:
    assert safe_name(raw) == safe


def test_a_long_name_keeps_its_extension() -> None:
    assert safe_name("x" * 300 + ".jpeg") == "x" * 195 + ".jpeg"
    assert safe_name("x." + "y" * 300) == "x." + "y" * 198


def test_a_long_name_of_wide_characters_fits_a_file_system() -> None:
    name = safe_name("ملف" * 100 + ".pdf")
    assert name.endswith(".pdf")
    assert 200 < len(name.encode()) <= 240


DEVIOUS = st.text(
    alphabet=st.one_of(st.sampled_from("./\\ -~:CONul1\u0301\u0308\u200d\u202e\u3164İıé"), st.characters()),
    max_size=400,
)


@given(DEVIOUS)
def test_every_name_is_safe_and_stays_as_it_is_the_second_time(raw: str) -> None:
    name = safe_name(raw)
    assert 1 <= len(name) <= 200
    assert not set(name) & set("/\\")
    assert not name.startswith((".", "-", "~", " "))
    assert not set(name) & set('<>:"|?*')
    assert not {unicodedata.category(char) for char in name} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert safe_name(name) == name
