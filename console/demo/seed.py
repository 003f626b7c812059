"""A story told to a server through its public API, many calls at a time: the order is in the times that they carry."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime, timedelta
from pathlib import Path

from console.client.api import Api
from console.contract.base import to_wire_time
from console.contract.given import Metadata
from console.contract.inputs import (
    CreateSubConversation,
    CustomerInput,
    GetOrCreateConversation,
    SaveArticle,
    SaveTemplate,
    Send,
    UpdateConversation,
)
from console.contract.shapes import NOTE_FLAG, Conversation
from console.demo.story import CUSTOMER, Line, Person, Story, Talk
from console.errors import Connect360Error
from console.values import dataclass

WORKERS = 8
"""Conversations told at once."""

STRETCH = 24
"""Messages of one conversation on their way at once: else the longest thread decides how long all of it takes."""

CALLS = 6
"""Calls on their way at once: enough to keep two processes busy, few enough that neither keeps lists of who waits."""

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _Telling:
    """What the workers share while they tell one story."""

    story: Story
    apis: Mapping[str, Api]
    now: datetime
    directory: Path
    members: Mapping[str, str]
    total: int
    on_progress: Progress
    calls: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CALLS))
    places: dict[str, asyncio.Future[Conversation]] = field(default_factory=dict)
    done: int = 0

    def at(self, ago: float | None) -> datetime:
        """The moment that was so many minutes before now."""
        return self.now - timedelta(minutes=ago or 0)


async def seed(
    story: Story,
    apis: Mapping[str, Api],
    *,
    now: datetime,
    directory: Path,
    on_progress: Progress,
    talks: Iterable[Talk] | None = None,
    total: int | None = None,
) -> dict[str, str]:
    """Fill a workspace; the ids of its conversations by the story's handles.

    `apis` has one for each colleague, whose keys may manage the workspace. `talks`, of `total` messages, stand in for
    the story's own when they are too many to hold. Raises the first Connect360Error of any call.
    """
    messages = total if total is not None else sum(len(talk.lines) for talk in story.talks)
    first = apis[story.colleagues[0].handle]
    by_email = {member.email: member.id for member in await first.directory.members()}
    telling = _Telling(
        story,
        apis,
        now,
        directory,
        {one.handle: by_email[one.email] for one in story.colleagues},
        messages,
        on_progress,
    )
    queue = iter(story.talks if talks is None else talks)
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(WORKERS):
                group.create_task(_work(telling, queue))
            group.create_task(_prepare(telling, first))
    except* Connect360Error as failed:
        raise _first(failed) from None
    return {handle: told.result().id for handle, told in telling.places.items()}


async def _work(telling: _Telling, queue: Iterator[Talk]) -> None:
    for talk in queue:
        await _tell(telling, talk)


async def _prepare(telling: _Telling, api: Api) -> None:
    for article in telling.story.articles:
        await api.directory.save_article(SaveArticle(name=article.name, content=dict(article.content)))
    for template in telling.story.templates:
        await api.directory.save_template(SaveTemplate(name=template.name, content=dict(template.content)))


async def _tell(telling: _Telling, talk: Talk) -> None:
    place = telling.places.setdefault(talk.handle, asyncio.get_running_loop().create_future())
    conversation = await _make(telling, talk)
    place.set_result(conversation)
    said: list[str] = []
    for stretch in _stretches(talk.lines):
        async with asyncio.TaskGroup() as group:
            saying = [group.create_task(_say(telling, talk, conversation, line, said)) for line in stretch]
        said += [done.result() for done in saying]
    if talk.status != "open":
        # Not before: a customer's message opens a conversation again.
        await telling.apis[talk.host].conversations.update(
            UpdateConversation(id=conversation.id, metadata=_triage(telling, talk))
        )
    seen = len(said) - talk.unread
    first = telling.story.colleagues[0].handle
    if seen and talk.lines[seen - 1].by != first:  # what one writes oneself is read
        await telling.apis[first].conversations.mark_read(conversation.id, said[seen - 1])


def _stretches(lines: Sequence[Line]) -> Iterator[Sequence[Line]]:
    """Lines that may be said at once: none that quotes another of them."""
    start = 0
    for place, line in enumerate(lines):
        if place - start == STRETCH or (line.answers is not None and place - start >= line.answers):
            yield lines[start:place]
            start = place
    yield lines[start:]


async def _make(telling: _Telling, talk: Talk) -> Conversation:
    conversations = telling.apis[talk.host].conversations
    created_at = telling.at(talk.lines[0].ago if talk.lines else None)
    metadata = _triage(telling, talk) if talk.status == "open" else {}
    if talk.below is None:
        return await conversations.get_or_create(
            GetOrCreateConversation(
                name=talk.name,
                customer=customer(talk.person),
                channel_identifier=talk.channel,
                metadata=metadata,
                created_at=created_at,
            )
        )
    # Whoever tells the parent began before: the story has it first.
    parent = await telling.places[talk.below]
    return await conversations.create_sub(
        CreateSubConversation(
            parent_id=parent.id,
            name=talk.name,
            customer=customer(talk.person),
            metadata=metadata,
            created_at=created_at,
        )
    )


async def _say(telling: _Telling, talk: Talk, conversation: Conversation, line: Line, said: list[str]) -> str:
    is_customer = line.by == CUSTOMER
    api = telling.apis[talk.host if is_customer else line.by]
    given = {
        "conversation_id": conversation.id,
        "content": {line.language or talk.person.language: line.text},
        "created_at": telling.at(line.ago),
    }
    if is_customer:
        given |= {"sender": "customer", "customer_id": conversation.customer and conversation.customer.id}
    if line.note:
        given["flags"] = [NOTE_FLAG]
    if line.answers is not None:
        given["parent_id"] = said[talk.lines.index(line) - line.answers]
    async with telling.calls:
        if line.files:
            uploaded = await api.files.upload([_written(telling, name) for name in line.files])
            given["attachment_ids"] = [one.id for one in uploaded]
        sent = await api.messages.send(Send(**given))
    telling.done += 1
    telling.on_progress(telling.done, telling.total)
    return sent.id


def customer(person: Person) -> CustomerInput:
    """The customer that a person of the story is."""
    given = {
        "external_id": person.external_id,
        "name": person.name,
        "email": person.email,
        "phone": person.phone,
        "metadata": {"language": person.language, **person.facts},
    }
    return CustomerInput(**{field: value for field, value in given.items() if value is not None})


def _triage(telling: _Telling, talk: Talk) -> Metadata:
    """What stands in a conversation's metadata: only what is not the default."""
    until = to_wire_time(telling.now + timedelta(minutes=talk.snoozed)) if talk.snoozed else None
    given: Metadata = {
        "status": talk.status if talk.status != "open" else None,
        "assigneeId": telling.members[talk.assignee] if talk.assignee else None,
        "labels": list(talk.labels) or None,
        "priority": talk.priority if talk.priority != "normal" else None,
        "snoozedUntil": until,
    }
    return {key: value for key, value in given.items() if value is not None}


def _written(telling: _Telling, name: str) -> Path:
    """A file of the story on disk, from where it is uploaded as a person's would be."""
    path = telling.directory / name
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
            file.write(telling.story.files[name]())
    return path


def _first(group: BaseExceptionGroup[Connect360Error]) -> Connect360Error:
    """The error that ended the others."""
    found = group.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
