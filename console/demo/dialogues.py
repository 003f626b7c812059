"""Real conversations from a file (contract, 9): JSON lines, gzipped or not, checked whole before any of it is sent."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import IO, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from console.contract.base import Language
from console.contract.shapes import Limits
from console.demo.host import DemoError
from console.demo.names import name_of
from console.demo.story import CUSTOMER, DAY, Line, Person, Talk
from console.text.safe import line as safe_line
from console.values import dataclass

LONGEST_LINE = 8_000_000
"""Characters: a file of something else is refused before it fills the memory."""

SPREAD = 3 * DAY
"""Minutes over which the conversations end, the file's first as the newest."""

OPEN_SHARE = 0.1
"""Of those that need no answer, the newest: somebody may still come back to them."""

WORDLESS = "(no words)"
"""Stands for a turn without any: no server takes an empty message, and none of the file's is to be missing."""

CHANNELS = ("shop.example.com", "help.example.com", "app.example.com")


class _Turn(BaseModel):
    sender: Literal["customer", "workspace"]
    text: str = Field(max_length=Limits().message_characters)


class Dialogue(BaseModel):
    """One line of the file."""

    model_config = ConfigDict(strict=False, frozen=True)

    id: str = Field(min_length=1, max_length=200)
    language: Language
    topics: tuple[str, ...] = ()
    turns: tuple[_Turn, ...] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Dialogues:
    """A file that was read to its end without a complaint."""

    path: Path
    conversations: int
    messages: int


def checked(path: Path) -> Dialogues:
    """Read the whole file once. Raises DemoError that names the first line that cannot be used."""
    conversations = messages = 0
    for dialogue in _read(path):
        conversations += 1
        messages += len(dialogue.turns)
    if not conversations:
        raise DemoError(f"{_named(path)} holds no conversation. Each line is to be one, as a JSON object.")
    return Dialogues(path, conversations, messages)


def talks(dialogues: Dialogues, colleagues: tuple[str, ...]) -> Iterator[Talk]:
    """The conversations, read as they are asked for: each with a made-up customer, a colleague and times of late."""
    for place, dialogue in enumerate(_read(dialogues.path)):
        yield _talk(dialogue, place, dialogues.conversations, colleagues)


def _talk(dialogue: Dialogue, place: int, count: int, colleagues: tuple[str, ...]) -> Talk:
    random = Random(f"{place} {dialogue.id}")
    host = colleagues[place % len(colleagues)]
    ago = 2.0 + SPREAD * place / count
    lines: list[Line] = []
    for turn in reversed(dialogue.turns):
        text = turn.text if turn.text.strip() else WORDLESS
        lines.append(Line(CUSTOMER if turn.sender == "customer" else host, text, ago))
        ago += 0.2 + len(turn.text) / 90 + random.random()
    waits = dialogue.turns[-1].sender == "customer"
    return Talk(
        handle=f"{place}",
        person=Person(name_of(dialogue.language, place), dialogue.language, f"web-user-{place + 1:06}"),
        lines=tuple(reversed(lines)),
        channel=CHANNELS[random.randrange(len(CHANNELS))],
        host=host,
        status="open" if waits or place < count * OPEN_SHARE else "resolved",
        assignee=None if waits and place % 2 else host,
        labels=tuple(sorted({topic.rpartition("_")[0].lower() or topic.lower() for topic in dialogue.topics})),
        unread=1 if waits else 0,
    )


def _read(path: Path) -> Iterator[Dialogue]:
    number = 0
    try:
        with _opened(path) as file:
            while line := file.readline(LONGEST_LINE):
                number += 1
                if len(line) == LONGEST_LINE:
                    raise DemoError(f"{_named(path)}, line {number}: longer than {LONGEST_LINE:,} characters.")
                if line.strip():
                    yield Dialogue.model_validate_json(line)
    except ValidationError as error:
        wrong = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in wrong["loc"])
        what = f"{where}: {wrong['msg']}" if where else wrong["msg"]
        raise DemoError(f"{_named(path)}, line {number}: {safe_line(what, 300)}.") from None
    except UnicodeDecodeError:
        raise DemoError(f"{_named(path)}, after line {number}: not UTF-8 text.") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DemoError(f"{_named(path)}, after line {number}: not a whole gzip file ({error}).") from None
    except OSError as error:
        raise DemoError(f"{_named(path)} cannot be read: {error.strerror}.") from None


def _opened(path: Path) -> IO[str]:
    if path.suffix == ".gz":
        return gzip.open(path, "rt", encoding="utf-8", newline="\n")
    return path.open(encoding="utf-8", newline="\n")


def _named(path: Path) -> str:
    return safe_line(path.name)
