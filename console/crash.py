"""Our own crash report: where it happened and what was said, without the values that were at hand and without keys."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterator
from pathlib import PurePath
from traceback import extract_tb

from console import __version__
from console.text.safe import block, line

REDACTED = "[redacted]"
_MOST_FRAMES = 30  # of one error, the last ones
_MOST_ERRORS = 10  # of one chain
_LONGEST_SAYING = 300  # an error may quote a whole message of a customer's
_SECRET = re.compile(
    r"plato_[\w.\-]+|(?i:\bbearer\s+|\b(?:x-)?api[-_]?key['\"]?\s*[:=]\s*(?:SecretStr\()?['\"]?)[^\s'\",;)]+"
)
_ROOTS = re.compile(r"^(?:site-packages|dist-packages|python3\.\d+)$")


def report(error: BaseException, *, secrets: Collection[str] = ()) -> str:
    """The report to write down: versions, then each error of the chain with its lines. Safe to show and to send.

    `secrets` are redacted wherever they stand, as is whatever looks like a key.
    """
    python = ".".join(map(str, sys.version_info[:3]))
    head = f"Connect360 Console {__version__}, Python {python}, {sys.platform}"
    # As a whole: a line of source may quote a key as well as what was said.
    told = redacted("\n\n".join([head, *(_told(one, secrets) for one in _chain(error))]), secrets)
    return block(told) + "\n"


def sentence(error: BaseException, where: str) -> str:
    """The one line for standard error. `where` is the file of the report."""
    return line(f"The console stopped on an error of its own ({type(error).__name__}). The report is in {where}", 400)


def redacted(text: str, secrets: Collection[str] = ()) -> str:
    """The text without keys."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, REDACTED)
    return _SECRET.sub(REDACTED, text)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, then what it came from, and the errors of a group, each once."""
    waiting, seen = [error], set[int]()
    while waiting and len(seen) < _MOST_ERRORS:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
        before = one.__cause__ or (None if one.__suppress_context__ else one.__context__)
        if before is not None:
            waiting.append(before)


def _told(error: BaseException, secrets: Collection[str]) -> str:
    """One error: its kind, what it says, and the lines it passed through, no values of theirs."""
    frames = extract_tb(error.__traceback__)
    rows = [f"  {_place(frame.filename)}:{frame.lineno} in {frame.name}: {frame.line}" for frame in frames]
    said = line(redacted(str(error), secrets), _LONGEST_SAYING)
    return "\n".join([f"{type(error).__module__}.{type(error).__qualname__}: {said}", *rows[-_MOST_FRAMES:]])


def _place(filename: str) -> str:
    """The file from its package on: where somebody's home is says nothing."""
    parts = PurePath(filename).parts
    roots = [place + 1 for place, part in enumerate(parts) if _ROOTS.match(part)]
    ours = [place for place, part in enumerate(parts) if part == "console"]
    start = max(roots[-1:] or ours[-1:] or [len(parts) - 1])
    return "/".join(parts[start:])
