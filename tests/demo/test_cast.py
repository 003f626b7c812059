"""The scripted customers, on a real server and with time in the test's hands."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from console.client.api import Api
from console.contract.inputs import CustomerInput, GetOrCreateConversation, ListConversations, Send
from console.contract.shapes import NOTE_FLAG, Conversation, Message
from console.demo.cast import BEFORE_ANSWER, BETWEEN_CUES, MOST_ANSWERS, perform
from console.demo.host import KeyHolder, host
from console.demo.story import Cue, Person, Script
from tests.support.waiting import answer_of

SCRIPT = Script(
    cues=(
        Cue("Still there?", talk="gone"),
        Cue("Anybody?", talk="jane"),
        Cue("مرحبا", person=Person("سالم", "ar", "web-9")),
    ),
    answers={"jane": ("My own first answer.",)},
    thanks={"en": ("Thanks.",), "ar": ("شكرا",), "tr": ("Sağ ol.",)},
)


class Time:
    """Time that passes when the test says so. `asked` is how long each part wanted to wait."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self._may_pass = asyncio.Semaphore(0)

    async def pause(self, seconds: float) -> None:
        """Wait for the test."""
        self.asked.append(seconds)
        await self._may_pass.acquire()

    def pass_by(self, pauses: int = 1) -> None:
        """Let so many pauses end."""
        for _ in range(pauses):
            self._may_pass.release()


@asynccontextmanager
async def stage(within: Path) -> AsyncIterator[tuple[Api, Api]]:
    """A server, an agent at the console and the one whom the cast acts through."""
    holders = [KeyHolder("Maya <maya@example.com>", "agent"), KeyHolder("Aylin <aylin@example.com>", "admin")]
    async with (
        host("Northwind", holders, within=within) as hosted,
        Api(hosted.base_url, hosted.keys[0]) as maya,
        Api(hosted.base_url, hosted.keys[1]) as aylin,
    ):
        yield maya, aylin


async def begun(api: Api, name: str, language: str) -> Conversation:
    """A conversation with a customer who speaks this language."""
    who = CustomerInput(external_id=name, name=name, metadata={"language": language})
    return await api.conversations.get_or_create(GetOrCreateConversation(customer=who))


async def heard(api: Api, conversation: Conversation, count: int) -> list[Message]:
    """The thread, oldest first, once it has so many messages."""
    page = await answer_of(lambda: api.messages.list(conversation.id), lambda page: len(page.items) >= count)
    return [*page.items][::-1]


@pytest.fixture
async def time() -> Time:
    """Time in the test's hands."""
    return Time()


async def test_customers_write_when_their_time_has_come_and_pass_over_what_was_deleted(
    tmp_path: Path, time: Time
) -> None:
    async with stage(tmp_path) as (maya, aylin), asyncio.TaskGroup() as group:
        jane, gone = await begun(maya, "Jane", "en"), await begun(maya, "Gone", "en")
        await aylin.conversations.delete(gone.id)
        places = {"jane": jane.id, "gone": gone.id}
        playing = group.create_task(perform(aylin, SCRIPT, places, random=Random(1), pause=time.pause))
        time.pass_by(2)
        (said,) = await heard(maya, jane, 1)
        assert (said.sender.kind, said.sender.name, said.content) == ("customer", "Jane", {"en": "Anybody?"})
        assert (await maya.conversations.list(ListConversations())).items[0].waiting_since is not None
        time.pass_by()
        listed = await answer_of(
            lambda: maya.conversations.list(ListConversations()), lambda page: len(page.items) == 2
        )
        new = next(one for one in listed.items if one.id != jane.id)
        (said,) = await heard(maya, new, 1)
        assert said.content == {"ar": "مرحبا"}
        assert all(BETWEEN_CUES[0] <= seconds <= BETWEEN_CUES[1] for seconds in time.asked)
        playing.cancel()


async def test_a_reply_is_answered_in_the_customers_language_and_not_without_end(tmp_path: Path, time: Time) -> None:
    async with stage(tmp_path) as (maya, aylin), asyncio.TaskGroup() as group:
        jane, deniz = await begun(maya, "Jane", "en"), await begun(maya, "Deniz", "tr")
        script = Script(answers=SCRIPT.answers, thanks=SCRIPT.thanks)
        playing = group.create_task(perform(aylin, script, {"jane": jane.id}, pause=time.pause))
        await _following(maya, aylin, time)
        await maya.messages.send(Send(conversation_id=deniz.id, content={"en": "Hello Deniz"}))
        time.pass_by()
        assert (await heard(maya, deniz, 2))[-1].content == {"tr": "Sağ ol."}
        note = Send(conversation_id=jane.id, content={"en": "Between us."}, flags=[NOTE_FLAG])
        await maya.messages.send(note)
        for turn in range(MOST_ANSWERS + 1):
            await maya.messages.send(Send(conversation_id=jane.id, content={"en": f"Reply {turn}"}))
            if turn < MOST_ANSWERS:
                time.pass_by()
                await heard(maya, jane, 3 + 2 * turn)
        told = await heard(maya, jane, 2 + 2 * MOST_ANSWERS)
        assert [message.content["en"] for message in told if message.sender.kind == "customer"] == [
            "My own first answer.",
            "Thanks.",
            "Thanks.",
        ]
        assert len(time.asked) == 1 + MOST_ANSWERS
        assert all(BEFORE_ANSWER[0] <= seconds <= BEFORE_ANSWER[1] for seconds in time.asked)
        playing.cancel()


async def _following(maya: Api, aylin: Api, time: Time) -> None:
    """Wait until the cast hears what is sent: it answers somebody as often as it answers anybody, then forgotten.

    As often as that, for a greeting may still be on its way to it when the first was heard.
    """
    ada = await begun(maya, "Ada", "en")
    hello = Send(conversation_id=ada.id, content={"en": "Hello?"})
    await answer_of(lambda: maya.messages.send(hello), lambda _: len(time.asked) == MOST_ANSWERS)
    await aylin.conversations.delete(ada.id)
    time.pass_by(MOST_ANSWERS)
    time.asked.clear()
