"""The scripted customers: they write now and then while the console is open, and answer who answers them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import field
from functools import partial
from random import Random

from console.client.api import Api
from console.client.errors import ApiError
from console.contract.base import LANGUAGES, Language
from console.contract.events import MessageCreated
from console.contract.inputs import GetOrCreateConversation, Send
from console.contract.shapes import Conversation
from console.demo.seed import customer
from console.demo.story import Cue, Script
from console.values import dataclass

BETWEEN_CUES = (20.0, 60.0)
"""Seconds until somebody writes."""

BEFORE_ANSWER = (5.0, 14.0)
"""Seconds that a customer needs to read a reply and to answer it."""

BEFORE_TRYING_AGAIN = (2.0, 4.0)
"""Seconds after a call that failed. The server may be on its way back, as may the person who stopped it."""

MOST_ANSWERS = 3
"""In one conversation: real customers stop, too."""

Pause = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class _Cast:
    api: Api
    script: Script
    places: Mapping[str, str]
    random: Random
    pause: Pause
    answered: dict[str, int] = field(default_factory=dict)

    async def rest(self, between: tuple[float, float]) -> None:
        """Let some time pass."""
        await self.pause(self.random.uniform(*between))


async def perform(
    api: Api,
    script: Script,
    places: Mapping[str, str],
    *,
    random: Random | None = None,
    pause: Pause = asyncio.sleep,
) -> None:
    """Play the script until cancelled. `places` are the ids of the story's conversations by their handles."""
    cast = _Cast(api, script, places, random or Random(), pause)
    async with asyncio.TaskGroup() as group:
        group.create_task(_cues(cast))
        group.create_task(_listen(cast, group))


async def _cues(cast: _Cast) -> None:
    for cue in cast.script.cues:
        await cast.rest(BETWEEN_CUES)
        await _until_taken(cast, partial(_write, cast, cue))


async def _listen(cast: _Cast, group: asyncio.TaskGroup) -> None:
    """Hear what colleagues send, and have each customer answer in their own time."""
    last: str | None = None
    while True:
        try:
            async with aclosing(cast.api.events.follow(last)) as events:
                async for event in events:
                    last = event.id or last
                    if isinstance(event, MessageCreated) and _asks_for_an_answer(cast, event):
                        group.create_task(_answer(cast, event))
        except ApiError:
            pass
        await cast.rest(BEFORE_TRYING_AGAIN)


def _asks_for_an_answer(cast: _Cast, event: MessageCreated) -> bool:
    message, place = event.message, event.conversation.id
    if message.sender.kind not in ("member", "agent") or message.is_note or event.conversation.customer is None:
        return False
    so_far = cast.answered.get(place, 0)
    cast.answered[place] = so_far + 1
    return so_far < MOST_ANSWERS


async def _answer(cast: _Cast, event: MessageCreated) -> None:
    turn = cast.answered[event.conversation.id] - 1
    await cast.rest(BEFORE_ANSWER)
    handle = next((handle for handle, id in cast.places.items() if id == event.conversation.id), "")
    own = cast.script.answers.get(handle, ())
    if turn < len(own):
        text = own[turn]
    elif thanks := cast.script.thanks.get(_language(event.conversation)):
        text = cast.random.choice(thanks)
    else:
        return
    await _until_taken(cast, partial(_send, cast, event.conversation, text))


def _language(conversation: Conversation) -> Language:
    """The customer's own."""
    known = conversation.customer and conversation.customer.metadata
    return next((language for language in LANGUAGES if known and known.get("language") == language), "en")


async def _write(cast: _Cast, cue: Cue) -> None:
    if cue.person is not None:
        created = GetOrCreateConversation(customer=customer(cue.person), channel_identifier="shop.example.com")
        conversation = await cast.api.conversations.get_or_create(created)
    else:
        conversation = await cast.api.conversations.get(cast.places[cue.talk])
    await _send(cast, conversation, cue.text)


async def _send(cast: _Cast, conversation: Conversation, text: str) -> None:
    if conversation.customer is None or conversation.customer.id is None:
        return
    await cast.api.messages.send(
        Send(
            conversation_id=conversation.id,
            content={_language(conversation): text},
            sender="customer",
            customer_id=conversation.customer.id,
        )
    )


async def _until_taken(cast: _Cast, act: Callable[[], Awaitable[None]]) -> None:
    """Try until the server takes it; give up where it says no: the person may have deleted the conversation."""
    while True:
        try:
            return await act()
        except ApiError as error:
            if error.status is not None and error.status < 500:
                return None
        await cast.rest(BEFORE_TRYING_AGAIN)
