"""Types of uploaded files, which are not believed, and their names in a header."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.server.file_names import content_disposition
from console.server.file_types import type_of
from console.text.file_name import safe_name


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
