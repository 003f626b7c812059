"""Presence: who looks at what, told to colleagues alone, and forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from console.contract.events import EVENT, PresenceUpdated
from console.server.presence import GONE, Place, Presence, Who
from tests.server.calling import Refused, Talk, talking
from tests.server.streams import Stream, following
from tests.support.server import RunningServer, running_server

MAYA = Who("ws_1", "mem_maya")
OMAR = Who("ws_1", "mem_omar")


@dataclass
class Alarm:
    """A call that is to come after a while."""

    at: float
    call: Callable[[], None]
    is_cancelled: bool = False

    def cancel(self) -> None:
        """Not any more."""
        self.is_cancelled = True


@dataclass
class Hours:
    """Time that passes when a test says so."""

    now: float = 0.0
    alarms: list[Alarm] = field(default_factory=list)

    def later(self, wait: float, call: Callable[[], None]) -> Alarm:
        """Set an alarm."""
        self.alarms.append(Alarm(self.now + wait, call))
        return self.alarms[-1]

    def pass_by(self, seconds: float) -> None:
        """Let time go by."""
        self.now += seconds
        for alarm in [one for one in self.alarms if one.at <= self.now]:
            self.alarms.remove(alarm)
            if not alarm.is_cancelled:
                alarm.call()


class Told:
    """A presence, and what it told."""

    def __init__(self) -> None:
        self.hours = Hours()
        self.heard: list[tuple[Who, Place]] = []
        self.presence = Presence(lambda who, place: self.heard.append((who, place)), 30.0, self.hours.later)

    def news(self) -> list[tuple[Who, Place]]:
        """What was told since."""
        heard, self.heard = self.heard, []
        return heard


async def test_a_place_is_told_once_and_again_only_when_it_changes() -> None:
    told = Told()
    told.presence.say(MAYA, "key", Place("a"))
    told.presence.say(MAYA, "key", Place("a"))
    told.presence.say(MAYA, "key", Place("a", "typing"))
    told.presence.say(MAYA, "key", GONE)
    told.presence.say(MAYA, "key", GONE)
    assert told.heard == [(MAYA, Place("a")), (MAYA, Place("a", "typing")), (MAYA, GONE)]


async def test_who_says_nothing_is_forgotten_and_who_repeats_it_stays() -> None:
    told = Told()
    told.presence.say(MAYA, "key", Place("a"))
    told.presence.say(OMAR, "other", Place("a"))
    told.news()
    told.hours.pass_by(25)
    told.presence.say(MAYA, "key", Place("a"))
    told.hours.pass_by(6)
    assert told.news() == [(OMAR, GONE)]
    told.hours.pass_by(23)
    assert told.news() == []
    told.hours.pass_by(1)
    assert told.news() == [(MAYA, GONE)]
    assert told.presence.keys() == frozenset()


async def test_of_two_consoles_the_one_that_moved_last_is_told_and_then_the_other() -> None:
    told = Told()
    told.presence.say(MAYA, "desk", Place("a"))
    told.presence.say(MAYA, "laptop", Place("b"))
    assert told.news() == [(MAYA, Place("a")), (MAYA, Place("b"))]
    told.presence.say(MAYA, "desk", Place("a"))  # it is still there, it did not move
    assert told.news() == []
    told.presence.say(MAYA, "laptop", GONE)
    assert told.news() == [(MAYA, Place("a"))]
    told.presence.say(MAYA, "desk", GONE)
    assert told.news() == [(MAYA, GONE)]


async def test_a_console_that_leaves_behind_another_is_not_missed() -> None:
    told = Told()
    told.presence.say(MAYA, "desk", Place("a"))
    told.presence.say(MAYA, "laptop", Place("b"))
    told.news()
    told.presence.forget(["desk", "nobody's"])
    assert told.news() == []
    assert told.presence.of("ws_1") == {"mem_maya": Place("b")}
    assert told.presence.of("ws_2") == {}


@pytest.fixture
async def thread(admin: Talk) -> str:
    """A conversation."""
    return str((await admin.customer())["id"])


async def _presence(stream: Stream) -> tuple[str | None, str]:
    told = await stream.event("presence.updated")
    return told["conversationId"], told["state"]


async def test_colleagues_hear_of_it_without_an_id(admin: Talk, agent: Talk, viewer: Talk, thread: str) -> None:
    member = (await agent.call("session"))["member"]["id"]
    async with following(admin) as stream, following(viewer) as other:
        assert await agent.call("setPresence", conversationId=thread, state="typing") == {}
        for one in (stream, other):
            told = await one.event("presence.updated")
            assert told.pop("_id") is None
            event = EVENT.validate_python(told)
            assert isinstance(event, PresenceUpdated)
            assert (event.conversation_id, event.member_id, event.state) == (thread, member, "typing")
            assert event.id is None


async def test_who_leaves_is_told_with_no_conversation(admin: Talk, agent: Talk, thread: str) -> None:
    async with following(admin) as stream:
        await agent.call("setPresence", conversationId=thread, state="viewing")
        await agent.call("setPresence", conversationId=None, state="viewing")
        places = [await _presence(stream)]
        while places[-1][0] is not None:
            places.append(await _presence(stream))
    assert places[-1] == (None, "viewing")


async def test_oneself_hears_nothing_of_oneself(server: RunningServer, admin: Talk, agent: Talk, thread: str) -> None:
    second = server.key("agent", "Omar Haddad")
    async with talking(server.url, second) as laptop, following(agent) as stream:
        await laptop.call("setPresence", conversationId=thread, state="viewing")
        await agent.call("setPresence", conversationId=thread, state="typing")
        await admin.says(thread, "Hello?")
        assert (await stream.event())["type"] == "message.created"


async def test_who_opens_a_stream_hears_who_is_there_now(admin: Talk, agent: Talk, foreign: Talk, thread: str) -> None:
    theirs = (await foreign.customer())["id"]
    await foreign.call("setPresence", conversationId=theirs, state="viewing")
    await agent.call("setPresence", conversationId=thread, state="typing")
    async with following(admin) as stream:
        assert await _presence(stream) == (thread, "typing")
    await agent.call("setPresence", conversationId=None, state="viewing")
    async with following(admin) as stream:
        said = await admin.says(thread, "Hello?")
        assert (await stream.event())["message"] == said


async def test_another_workspace_hears_nothing_and_cannot_look_in(agent: Talk, foreign: Talk, thread: str) -> None:
    async with following(foreign) as stream:
        await agent.call("setPresence", conversationId=thread, state="viewing")
        with pytest.raises(Refused) as refused:
            await foreign.call("setPresence", conversationId=thread, state="viewing")
        assert (refused.value.status, refused.value.sentence) == (404, "Conversation not found.")
        await foreign.customer()
        assert (await stream.event())["type"] == "conversation.created"


async def test_nobody_is_in_a_conversation_that_is_deleted(admin: Talk, agent: Talk, thread: str) -> None:
    await admin.call("deleteConversation", id=thread)
    with pytest.raises(Refused) as refused:
        await agent.call("setPresence", conversationId=thread, state="viewing")
    assert refused.value.status == 404


@pytest.fixture
async def hasty(tmp_path: Path) -> AsyncIterator[RunningServer]:
    """A server that forgets quickly."""
    async with running_server(tmp_path / "hasty", presence_seconds=0.3, watch_seconds=0.02) as server:
        yield server


async def test_a_console_that_died_is_told_to_be_gone(hasty: RunningServer) -> None:
    async with (
        talking(hasty.url, hasty.key("admin")) as maya,
        talking(hasty.url, hasty.key("agent", "Omar Haddad")) as omar,
    ):
        thread = (await maya.customer())["id"]
        async with following(maya) as stream:
            await omar.call("setPresence", conversationId=thread, state="viewing")
            assert await _presence(stream) == (thread, "viewing")
            assert await _presence(stream) == (None, "viewing")


async def test_a_revoked_key_is_nobody_s_presence(server: RunningServer, admin: Talk, thread: str) -> None:
    key = server.key("agent", "Gone Soon")
    async with talking(server.url, key) as leaver, following(admin) as stream:
        await leaver.call("setPresence", conversationId=thread, state="typing")
        assert await _presence(stream) == (thread, "typing")
        server.revoke(key)
        assert await _presence(stream) == (None, "viewing")  # long before the thirty seconds are over


async def test_nothing_of_it_is_on_disk(server: RunningServer, admin: Talk, agent: Talk, thread: str) -> None:
    async with following(admin) as stream:
        await agent.call("setPresence", conversationId=thread, state="typing")
        assert await _presence(stream) == (thread, "typing")
    log: Any = await admin.call("listAuditLog")
    assert "setPresence" not in {entry["action"] for entry in log["items"]}
    async with following(admin, lastEventId="0") as stream:
        assert (await stream.event())["type"] == "conversation.created"
        assert await _presence(stream) == (thread, "typing")  # told as it is now, after what is missed
    assert server.server is not None
    await server.stop()
    await server.start()
    async with following(admin) as stream:
        said = await admin.says(thread, "Hello?")
        assert (await stream.event())["message"] == said
