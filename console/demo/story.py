"""What a workspace is filled with, as values: people, conversations, files, texts. Times are minutes before now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, Literal

from console.values import dataclass

if TYPE_CHECKING:  # pydantic is behind it, and people.py is wanted before the server is started
    from console.contract.base import Language

HOUR = 60.0
DAY = 24 * HOUR

CUSTOMER = "customer"
"""Who wrote a line, when it was no colleague."""


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of the workspace, who answers."""

    handle: str
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Person:
    """A customer. `facts` are shown beside the conversation."""

    name: str | None
    language: Language
    external_id: str
    email: str | None = None
    phone: str | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `by` is CUSTOMER or a colleague's handle; `answers` counts back to the line that is quoted."""

    by: str
    text: str
    ago: float | None = None
    note: bool = False
    files: tuple[str, ...] = ()
    answers: int | None = None
    language: Language | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation. Its last `unread` messages are new to who sits at the console; `snoozed` is minutes from now."""

    handle: str
    person: Person
    lines: tuple[Line, ...]
    name: str | None = None
    below: str | None = None
    channel: str = "shop.example.com"
    host: str = "maya"
    status: Literal["open", "resolved", "snoozed"] = "open"
    snoozed: float | None = None
    assignee: str | None = None
    labels: tuple[str, ...] = ()
    priority: Literal["low", "normal", "high", "urgent"] = "normal"
    unread: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A template or a knowledge article, in each language that it is written in."""

    name: str
    content: Mapping[Language, str]


@dataclass(frozen=True, slots=True)
class Cue:
    """What a customer writes while the console is open: in a talk of the story or, with a person, as somebody new."""

    text: str
    talk: str = ""
    person: Person | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """What customers say later: unasked, as an answer in one conversation, and as an answer anywhere."""

    cues: tuple[Cue, ...] = ()
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    thanks: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Story:
    """A whole workspace. `files` makes each file's bytes when it is uploaded; the first colleague is at the console."""

    workspace: str
    colleagues: tuple[Colleague, ...]
    talks: tuple[Talk, ...]
    files: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)
    templates: tuple[Prepared, ...] = ()
    articles: tuple[Prepared, ...] = ()
    script: Script = Script()


def them(text: str, ago: float | None = None, *, files: tuple[str, ...] = (), answers: int | None = None) -> Line:
    """The customer says this."""
    return Line(CUSTOMER, text, ago, files=files, answers=answers)


def us(
    by: str, text: str, ago: float | None = None, *, files: tuple[str, ...] = (), answers: int | None = None
) -> Line:
    """A colleague answers the customer."""
    return Line(by, text, ago, files=files, answers=answers)


def note(by: str, text: str, ago: float | None = None) -> Line:
    """A colleague tells the others, in English, which they share."""
    return Line(by, text, ago, note=True, language="en")


def paced(start: float, *lines: Line) -> tuple[Line, ...]:
    """These lines from `start` minutes ago on, each after the time it takes to read and to type."""
    ago = start
    spoken = []
    for line in lines:
        ago = line.ago if line.ago is not None else ago
        spoken.append(replace(line, ago=ago))
        ago = max(0.5, ago - 1.2 - len(line.text) / 60)
    return tuple(spoken)
