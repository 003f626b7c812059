"""What outside text may hold, for any test that shows it, and how to tell that none of it reached the terminal."""

from __future__ import annotations

import re

ZWJ, ZWNJ, RLO, RLM = "\u200d", "\u200c", "\u202e", "\u200f"

CONTROLS: dict[str, str] = {
    "escape": "a\x1bb",
    "colour": "a\x1b[4;5;7mb",
    "cursor": "a\x1b[13;37Hb",
    "cursor_up": "a\x1b[37Ab",
    "erase": "a\x1b[2Jb\x1b[3Jc\x1b[1Kd",
    "close_and_move": "a\x1b[0m\x1b[13;37Hb",
    "leave_alternate_screen": "a\x1b[?1049lb",
    "mouse_off": "a\x1b[?1003lb",
    "paste_off": "a\x1b[?2004lb",
    "frame_never_ends": "a\x1b[?2026hb",
    "kitty_keys": "a\x1b[>31ub\x1b[=7;1uc",
    "scroll_region": "a\x1b[3;7rb\x1b[13Sc\x1b[13Td",
    "insert_lines": "a\x1b[37Lb\x1b[37Mc\x1b[37@d\x1b[37Pe",
    "device_attributes": "a\x1b[cb\x1b[>cc\x1b[=cd\x1b[5ne\x1b[6nf\x1b[?6ng\x1b[>qh",
    "answer_back": "a\x05b",
    "window_report": "a\x1b[21tb\x1b[14tc\x1b[8;13;37td",
    "reset": "a\x1bcb\x1b[!pc",
    "soft_reset_and_charset": "a\x1b(0b\x0ec\x0fd\x1b)0e\x1b%Gf",
    "save_restore": "a\x1b7b\x1b8c\x1b[sd\x1b[ue",
    "index": "a\x1bDb\x1bMc\x1bEd\x1bHe",
    "title": "a\x1b]0;owned\x07b",
    "title_st": "a\x1b]2;owned\x1b\\b",
    "title_unterminated": "a\x1b]0;owned",
    "clipboard": "a\x1b]52;c;cm0gLXJm\x07b",
    "clipboard_query": "a\x1b]52;c;?\x07b",
    "link": "a\x1b]8;;http://evil.example\x1b\\b\x1b]8;;\x1b\\c",
    "palette": "a\x1b]4;1;#ff0000\x07b\x1b]11;?\x07c",
    "notification": "a\x1b]9;owned\x07b\x1b]777;notify;owned;owned\x07c",
    "file": "a\x1b]1337;File=inline=1:cm0gLXJm\x07b",
    "shell_marks": "a\x1b]133;A\x07b\x1b]7;file://evil/\x07c",
    "pointer": "a\x1b]22;crosshair\x07b",
    "dcs": "a\x1bPq#0;2;0;0;0#0~~\x1b\\b",
    "dcs_unterminated": "a\x1bP$qm",
    "tmux_passthrough": "a\x1bPtmux;\x1b\x1b]52;c;cm0gLXJm\x07\x1b\\b",
    "apc": "a\x1b_owned\x1b\\b",
    "kitty_graphics": "a\x1b_Gf=24,s=10,v=20;AAAA\x1b\\b",
    "pm_sos": "a\x1b^owned\x1b\\b\x1bXowned\x1b\\c",
    "c1_csi": "a\x9b31mb\x9b2Jc",
    "c1_osc": "a\x9d0;owned\x9cb",
    "c1_dcs": "a\x90q\x9cb",
    "c1_all": "".join(map(chr, range(0x80, 0xA0))),
    "c0_all": "".join(map(chr, range(0x20))) + "\x7f",
    "bell": "a\x07b" * 50,
    "backspace": "safe.exe\b\b\b\btxt.",
    "carriage_return": "you owe 900\ryou owe 0  ",
    "line_ends": "a\r\nb\rc\nd\x0be\x0cf\x85g\u2028h\u2029i",
    "end_of_paste": "a\x1b[201~rm -rf /\nb",
    "nested": "\x1b\x1b[\x1b[3\x1b[4;5;7m1m",
    "split_by_removal": "\x1b\u200e[\u200b4;5;7m \x1b\x00[13;37H",
    "null": "a\x00b",
    "shift_in_utf8": "a\u2028\x1b[13;37H\u2029b",
}
"""Controls, each in the midst of letters. Positions are 13;37, attributes 4;5;7: none of ours has them."""

MARKUP: dict[str, str] = {
    "tag": "[red]red[/red]",
    "closing_tag": "a [/red] b",
    "path": "see [/some/path]",
    "open_closing": "a [/",
    "escaped": "a \\[/red] \\\\[/red] b",
    "action": "[@click=app.quit]press[/]",
    "bell_action": "[@click=app.bell()]press[/]",
    "link": "[link=http://evil.example]bank[/link]",
    "variable": "[$primary]a[/] $error",
    "half_open": "a [",
    "unbalanced": "[b][i]a[/b][/i]",
    "emoji_code": ":skull: :bomb:",
    "markdown": "# a\n> b\n[c](javascript:alert(1))\n![d](file:///etc/passwd)\n```\ne",
    "html": "<script>alert(1)</script>",
}
"""What Rich, Textual or Markdown would take for orders."""

DIRECTION: dict[str, str] = {
    "override": f"{RLO}gpj.exe",
    "override_left": "\u202dabc\u202c",
    "file_name": f"invoice{RLO}fdp.exe",
    "isolates": "a\u2066b\u2067c\u2068d\u2069e",
    "embeddings": "a\u202ab\u202bc\u202cd",
    "marks": f"a\u200eb{RLM}c\u061cd",
    "unclosed": "\u202b" * 200 + "x",
}
HIDDEN: dict[str, str] = {
    "tags": "hello" + "".join(chr(0xE0000 + ord(letter)) for letter in "ignore the above"),
    "selectors": "a" + "".join(chr(0xFE00 + nibble) for nibble in range(16)) * 8,
    "more_selectors": "a" + "".join(map(chr, range(0xE0100, 0xE01F0))),
    "fillers": "a\u115f\u1160\u3164\uffa0b",
    "only_fillers": "\u3164" * 30,
    "zero_width": "a\u200b\u2060\ufeff\u00ad\u034f\u180eb",
    "joiners": f"p{ZWJ}a{ZWNJ}y{ZWJ}{ZWJ}pal",
    "formats": "a\ufff9b\ufffac\ufffbd\U0001d173e",
    "invisible_operators": "a\u2061b\u2062c\u2063d\u2064e",
    "surrogates": "a\ud800b\udfffc\udc9bd",
    "split_emoji": "\ud83d \ude00 \ud83d\ude00",
    "non_characters": "a\ufffeb\uffffc\ufdd0d\U0001ffffe\U0010ffff",
    "private_use": "a\ue000b\uf8ffc\U000f0000d\U00100000e",
    "object_replacement": "a\ufffcb",
}
PILES: dict[str, str] = {
    "zalgo": "Z" + "\u0300\u0316\u0334\u0489" * 60 + "a",
    "only_marks": "\u0301" * 500,
    "arabic_marks": "ب" + "\u064b\u0651" * 60,
    "enclosing": "a" + "\u20dd" * 60,
    "joined_emoji": ZWJ.join(["\U0001f469"] * 500),
    "joined_with_tones": ZWJ.join(["\U0001f469\U0001f3fd"] * 60),
    "indic": "\u0915" + f"\u094d{ZWJ}" * 60,
    "flags": "\U0001f1e6" * 501,
    "keycaps": "1\ufe0f\u20e3" * 60,
    "wide": "\U0001f600" * 3_000,
    "nested_brackets": "(\u05d0[" * 700,
}
SIZES: dict[str, str] = {
    "megabyte": "x" * 1_000_000,
    "megabyte_of_words": "word " * 200_000,
    "short_lines": "x\n" * 500_000,
    "empty_lines": "\n" * 500_000,
    "carriage_returns": "\r" * 500_000,
    "escapes": "\x1b[4;5;7m" * 120_000,
    "marks": "a" + "\u0301" * 500_000,
    "zero_width": "\u200b" * 500_000,
    "arabic": "مرحبا " * 150_000,
    "paragraphs": "a\n\n" * 10_000,
    "tabs": "\t" * 100_000,
}

HOSTILE: dict[str, str] = {
    f"{kind}_{name}": text
    for kind, texts in (
        ("control", CONTROLS),
        ("markup", MARKUP),
        ("direction", DIRECTION),
        ("hidden", HIDDEN),
        ("pile", PILES),
        ("size", SIZES),
    )
    for name, text in texts.items()
}
"""All of them, by a name to show in a test's id."""

SHORT: dict[str, str] = {name: text for name, text in HOSTILE.items() if len(text) < 10_000}

# Written anew and not taken from the allow-list, so that the one is a witness of the other.
_OURS = re.compile(
    r"\x1b\[(?:"
    r"(?!13;37H)(?:\d+(?:;\d+)?)?H"
    r"|\d*[ABCD]|\d+[Gd]|(?:\d+;\d+)?r|5n"  # the painter's moves, its margins, and what it asks
    r"|(?!4;5;7m)[\d;]*m"
    r"|\?(?:1000|1003|1015|1006|1016|1004|1049|25|7|2004|2026|2048)[hl]"
    r"|\?(?:2026|2048)\$p"
    r"|>25u|<u|2[23];2t"
    r")"
    r"|\x1b\](?:22;[a-z-]+|2;[^\x00-\x1f\x7f-\x9f]*|52;c;(?!cm0gLXJm)[A-Za-z0-9+/=]*)\x07"
    r"|\x1bM|\x08{1,3}|[\r\n]"  # the painter's again; a terminal's line discipline makes CRLF of a newline
)
_FOREIGN = re.compile(r"\x1b.{0,12}|[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", re.DOTALL)


def foreign(written: bytes) -> list[str]:
    """The controls among the bytes that reached a terminal which the console did not write itself."""
    return _FOREIGN.findall(_OURS.sub("", written.decode("utf-8", "replace")))
