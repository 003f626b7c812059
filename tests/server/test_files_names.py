"""Names and types of uploaded files: what a client says of them is not believed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.server.file_names import content_disposition, safe_name
from console.server.file_types import type_of


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


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a b.pdf", "attachment; filename=\"a b.pdf\"; filename*=UTF-8''a%20b.pdf"),
        ("فا.pdf", "attachment; filename=\"__.pdf\"; filename*=UTF-8''%D9%81%D8%A7.pdf"),
        ('q";x=1%.txt', "attachment; filename=\"q__x=1_.txt\"; filename*=UTF-8''q%22%3Bx%3D1%25.txt"),
    ],
)
def test_a_name_in_a_header_cannot_end_its_quotes(name: str, header: str) -> None:
    assert content_disposition(name) == header


@given(st.text(alphabet=st.characters(), max_size=250))
def test_every_header_is_printable_ascii(raw: str) -> None:
    header = content_disposition(safe_name(raw))
    assert header.isascii()
    assert header.isprintable()


PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(50)


@pytest.mark.parametrize(
    ("head", "name", "kind"),
    [
        (PNG, "photo.png", "image/png"),
        (PNG, "photo.html", "image/png"),
        (bytes.fromhex("ffd8ffe000104a46494600010100") + bytes(40), "p", "image/jpeg"),
        (b"GIF89a" + b"\x01\x00" * 20, "a.gif", "image/gif"),
        (b"%PDF-1.7\n1 0 obj", "bill.pdf", "application/pdf"),
        (b"PK\x03\x04\x14\x00\x00\x00" + bytes(40), "a.zip", "application/zip"),
        (b"PK\x03\x04\x14\x00\x00\x00" + bytes(40), "a.png", "application/zip"),
        (
            b"PK\x03\x04\x14\x00\x06\x00\x08\x00\x00\x00!\x00[Content_Types].xml" + bytes(20),
            "a.docx",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
        (b"<!DOCTYPE html><html><script>alert(1)</script>", "photo.png", "text/plain"),
        (b"<html><body onload=x>", "a.html", "text/plain"),
        (b'<svg xmlns="http://www.w3.org/2000/svg" onload="x"/>', "a.svg", "text/plain"),
        (b'<?xml version="1.0"?><svg/>', "a.xml", "text/plain"),
        (b"<html>\x00\x01\xff", "a.html", "application/octet-stream"),
        (b"MZ\x90\x00" + bytes(60), "setup.exe", "application/octet-stream"),
        (b"\x7fELF" + bytes(40), "a.png", "application/octet-stream"),
        (b"<!--ftypavif\x00--><script>x</script>", "a.avif", "application/octet-stream"),
        (b"\xef\xbb\xbf \n<!--ftypmp42\x00-->", "a.mp4", "application/octet-stream"),
        (b"GIF89a=1;alert(1)//", "a.gif", "text/plain"),
        (b"%PDF-1.7 and nothing but text", "a.pdf", "application/pdf"),
        (b"{\\rtf1 text}", "a.rtf", "application/rtf"),
        (b"ID3\x03\x00" + bytes(40), "a.mp3", "audio/mpeg"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 " + bytes(40), "a.webp", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(40), "a.heic", "image/heif"),
        (b"\x00\x00\x00\x18ftypmp42" + bytes(40), "a.mp4", "video/mp4"),
        (b"OggS\x00\x02" + bytes(40), "a.ogg", "application/ogg"),
        (b"OggS\x00\x02" + bytes(40), "note.opus", "audio/ogg"),
        (b"\x00\x00\x00\x18ftypM4A " + bytes(40), "note.m4a", "audio/mp4"),
        (b"\xff\xf1P\x80" + bytes(40), "note.aac", "audio/aac"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40), "note.wav", "audio/wave"),
        (b"BM" + bytes(40), "a.bmp", "image/x-ms-bmp"),
        (b"BM" + bytes(40), "a.bin", "application/octet-stream"),
        ("<html>".encode("utf-16"), "a.html", "application/octet-stream"),
        (b"BM is how this text begins", "a.txt", "text/plain"),
        ("Merhaba dünya".encode(), "a.txt", "text/plain"),
        ("مرحبا".encode()[:-1], "a.txt", "text/plain"),
        (b"a,b\n1,2\n", "a.csv", "text/csv"),
        (b"{}", "a.json", "application/json"),
        (b"\x80\x81\x82", "a.txt", "application/octet-stream"),
        (bytes(100), "zeros.bin", "application/octet-stream"),
        (b"", "empty.png", "application/octet-stream"),
    ],
)
def test_a_type_comes_from_the_bytes_and_never_runs_in_a_browser(head: bytes, name: str, kind: str) -> None:
    assert type_of(head, name) == kind


@given(st.binary(max_size=200), st.sampled_from(["a.html", "a.svg", "a.png", "a.js", "a"]))
def test_no_bytes_at_all_are_given_a_type_that_a_browser_runs(head: bytes, name: str) -> None:
    assert not any(word in type_of(head, name) for word in ("html", "svg", "xml+", "script"))
