"""The demo's files, drawn when they are needed: small pictures, one-page documents, plain lists."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

_WIDTH, _HEIGHT = 192, 144

_WALL, _FLOOR, _GLOW = (226, 216, 200), (148, 116, 88), (250, 228, 170)
_SHADE, _WOOD, _CRACK = (92, 88, 96), (176, 128, 80), (40, 30, 30)

# Subject to its rectangles: left, top, right, bottom, colour.
_SUBJECTS = {
    "lamp": (
        (70, 24, 122, 64, _SHADE),
        (92, 64, 100, 104, _WOOD),
        (78, 104, 114, 110, _WOOD),
        (66, 64, 126, 70, _GLOW),
    ),
    "table": ((24, 62, 168, 74, _WOOD), (34, 74, 42, 124, _WOOD), (150, 74, 158, 124, _WOOD)),
}


def photo(subject: str, *, crack: bool = False) -> bytes:
    """A PNG of a lamp or a table in a room, with a crack across it where it arrived broken."""
    rows = bytearray()
    for y in range(_HEIGHT):
        row = bytearray(bytes(_FLOOR if y > 110 else _WALL) * _WIDTH)
        for left, top, right, bottom, colour in _SUBJECTS[subject]:
            if top <= y < bottom:
                row[left * 3 : right * 3] = bytes(colour) * (right - left)
        if crack and 26 <= y < 74:
            x = 84 + (y - 26) // 2 + (3 if y % 8 < 4 else -2)
            row[x * 3 : (x + 2) * 3] = bytes(_CRACK) * 2
        rows += b"\0" + row
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, body) for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    )


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """A PDF of one page with a title and some lines, of characters that its built-in font has."""
    drawn = [f"BT /F1 22 Tf 60 770 Td ({_escaped(title)}) Tj ET"]
    drawn += [f"BT /F1 12 Tf 60 {730 - 20 * place} Td ({_escaped(line)}) Tj ET" for place, line in enumerate(lines)]
    stream = "\n".join(drawn).encode("latin-1", "replace")
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    )
    made = bytearray(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)
    return bytes(made)


def text(title: str, lines: Sequence[str]) -> bytes:
    """A plain list under its title, UTF-8."""
    return "\n".join([title, "", *(f"- {line}" for line in lines), ""]).encode()


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _escaped(line: str) -> str:
    return line.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
