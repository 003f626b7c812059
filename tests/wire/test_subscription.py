"""The real client follows our events: over a broken line and a silent one, until it may no longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import get_args
from urllib.parse import parse_qs, urlsplit

import pytest
import pytest_asyncio

from console.contract.errors import NO_KEY, UNKNOWN_KEY
from console.contract.events import EVENT
from tests.server.calling import Talk, talking
from tests.support.faulty_line import faulty_line
from tests.support.server import RunningServer, running_server
from tests.support.waiting import eventually
from tests.wire.node import Client, Node, Transformer, Version, running_node

pytestmark = pytest.mark.asyncio(loop_scope="module")

TRANSFORMERS: tuple[Transformer, ...] = get_args(Transformer)
each_form = pytest.mark.parametrize("transformer", TRANSFORMERS)
each_client = pytest.mark.parametrize(
    ("transformer", "version"), [(form, version) for version in get_args(Version) for form in TRANSFORMERS]
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def node(packages: Path) -> AsyncIterator[Node]:
    """Node with the real clients."""
    async with running_node(packages) as node:
        yield node


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningServer]:
    """One server for all, which says twice a second that it is there."""
    async with running_server(tmp_path_factory.mktemp("events") / "data", ping_seconds=0.5) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def talk(server: RunningServer) -> AsyncIterator[Talk]:
    """A line for what happens."""
    async with talking(server.url, server.key("admin", "Someone Else")) as talk:
        yield talk


def follower(server: RunningServer, transformer: Transformer, version: Version = "newest") -> Client:
    """The real client with a header that a browser could not send."""
    return Client(server.url, server.key("agent"), "httpSubscriptionLink", transformer, version)


@each_client
async def test_what_changes_is_told_with_the_id_to_go_on_from(
    node: Node, server: RunningServer, talk: Talk, transformer: Transformer, version: Version
) -> None:
    following = node.follow(follower(server, transformer, version))
    await following.next("started")
    await following.next("state", "pending")

    top = await talk.customer(f"{transformer} {version}")
    said = await talk.says(top["id"], "Hello? \u2028 ليلى")
    created, sent = await following.value(), await following.value()
    await following.leave()

    assert created["data"]["type"] == "conversation.created"
    assert sent["data"]["message"] == said
    assert int(sent["id"]) == int(created["id"]) + 1
    for told in (created, sent):
        assert told.keys() == {"id", "data"}
        assert told["id"] == told["data"]["id"]
        assert EVENT.dump_python(EVENT.validate_python(told["data"]), mode="json", by_alias=True) == told["data"]


@each_client
async def test_a_broken_line_is_taken_up_again_where_it_broke(
    node: Node, server: RunningServer, talk: Talk, transformer: Transformer, version: Version
) -> None:
    top = await talk.customer()
    async with faulty_line(server.url) as line:
        following = node.follow(replace(follower(server, transformer, version), url=line.url))
        await following.next("started")
        await talk.says(top["id"], "before")
        before = await following.value()
        line.cut()
        await following.next("state", "connecting")
        for text in ("while away", "and again"):
            await talk.says(top["id"], text)
        line.mend()
        started = await following.next("started")
        missed = [await following.value() for _ in range(2)]
        await following.leave()

    assert started["request"]["headers"]["last-event-id"] == before["id"]
    assert [told["data"]["message"]["content"]["en"] for told in missed] == ["while away", "and again"]
    assert [int(told["id"]) - int(before["id"]) for told in missed] == [1, 2]


async def test_who_has_heard_nothing_yet_misses_nothing_either(node: Node, server: RunningServer, talk: Talk) -> None:
    top = await talk.customer()
    async with faulty_line(server.url) as line:
        following = node.follow(replace(follower(server, "plain"), url=line.url))
        await following.next("started")
        line.cut()
        await following.next("state", "connecting")
        await talk.says(top["id"], "while away")
        line.mend()
        told = await following.value()
        await following.leave()
    assert told["data"]["message"]["content"] == {"en": "while away"}


async def test_a_line_that_falls_silent_is_left_for_another_that_goes_on_from_the_last(
    node: Node, server: RunningServer, talk: Talk
) -> None:
    top = await talk.customer()
    async with faulty_line(server.url) as line:
        following = node.follow(replace(follower(server, "superjson"), url=line.url))
        await following.next("started")
        await talk.says(top["id"], "before")
        before = await following.value()
        line.hush()
        await talk.says(top["id"], "unheard")
        silent = await following.next("state", "connecting")
        started = await following.next("started")
        told = await following.value()
        await following.leave()
    assert "Timeout of 1500ms reached" in silent["error"]["message"]
    address = urlsplit(started["request"]["url"])
    assert parse_qs(address.query)["input"] == [f'{{"json":{{"lastEventId":"{before["id"]}"}}}}']
    assert told["data"]["message"]["content"] == {"en": "unheard"}


async def test_pings_keep_a_quiet_line_alive(node: Node, server: RunningServer, talk: Talk) -> None:
    top = await talk.customer()
    following = node.follow(follower(server, "plain"))
    await following.next("started")
    await following.next("state", "pending")
    async with talk.http.stream("GET", "/api/trpc/v1.connect.events") as clock:
        pings = 0
        async for line in clock.aiter_lines():
            pings += line == "event: ping"
            if pings == 4:  # longer than the client bears silence
                break
    await talk.says(top["id"], "Still there?")
    told = await following.told()  # and nothing of a line that was taken up again
    await following.leave()
    assert told["told"] == "data"


@each_form
@pytest.mark.parametrize("way", ["lastEventId", "Last-Event-Id", "input"])
async def test_the_last_event_may_be_told_in_the_address_or_the_input(
    node: Node, server: RunningServer, talk: Talk, transformer: Transformer, way: str
) -> None:
    top = await talk.customer()
    await talk.says(top["id"], "Hello?")
    client = follower(server, transformer)
    given = {"lastEventId": "1"} if way == "input" else None
    following = node.follow(replace(client, query="" if given else f"?{way}=1"), given)
    told = await following.value()
    await following.leave()
    assert told["id"] == "2"


@each_form
async def test_a_past_that_is_gone_is_to_be_loaded_again(
    node: Node, server: RunningServer, talk: Talk, transformer: Transformer
) -> None:
    await talk.customer()
    following = node.follow(follower(server, transformer), {"lastEventId": "999999"})
    told = await following.value()
    await following.leave()
    assert told["data"]["type"] == "resync"
    assert told["id"] == told["data"]["id"] != "999999"


@each_form
async def test_presence_comes_without_an_id_and_the_line_goes_on_from_what_had_one(
    node: Node, server: RunningServer, talk: Talk, transformer: Transformer
) -> None:
    top = await talk.customer()
    async with faulty_line(server.url) as line:
        following = node.follow(replace(follower(server, transformer), url=line.url))
        await following.next("started")
        await talk.answers(top["id"], "with an id")
        tracked = await following.value()
        await talk.call("setPresence", conversationId=top["id"], state="typing")
        seen = await following.value()
        line.cut()
        await following.next("state", "connecting")
        await talk.answers(top["id"], "while away")
        line.mend()
        missed = await following.value()
        await following.leave()
        await talk.call("setPresence", conversationId=None, state="viewing")
    assert (seen["type"], seen["state"]) == ("presence.updated", "typing")
    assert int(missed["id"]) == int(tracked["id"]) + 1


@each_client
async def test_refusals_reach_whoever_subscribed(
    node: Node, server: RunningServer, transformer: Transformer, version: Version
) -> None:
    client = follower(server, transformer, version)
    unknown = node.follow(replace(client, key="plato_unknown"))
    odd = node.follow(client, {"surprise": 1})

    refused = (await unknown.next("error"))["error"]
    invalid = (await odd.next("error"))["error"]

    assert (refused["message"], refused["data"]) == (
        UNKNOWN_KEY,
        {"code": "UNAUTHORIZED", "httpStatus": 401, "path": "v1.connect.events"},
    )
    assert (invalid["message"], invalid["data"]["httpStatus"]) == ("unknown field: surprise", 400)


async def test_a_key_is_never_taken_from_the_address(node: Node, server: RunningServer) -> None:
    client = follower(server, "plain")
    parameters = {"authorization": f"Bearer {client.key}", "apiKey": str(client.key)}
    following = node.follow(replace(client, key=None, options={"connectionParams": parameters}))
    assert (await following.next("error"))["error"]["message"] == NO_KEY


async def test_a_subscription_to_nothing_fails_and_is_not_tried_again(node: Node, server: RunningServer) -> None:
    following = node.follow(follower(server, "plain"), path="v1.connect.nope")
    assert (await following.next("error"))["error"]["name"] == "TRPCClientError"


@each_form
async def test_a_revoked_key_ends_the_subscription_within_a_second(
    node: Node, server: RunningServer, transformer: Transformer
) -> None:
    client = follower(server, transformer)
    following = node.follow(client)
    await following.next("started")
    await following.next("state", "pending")
    server.revoke(str(client.key))
    async with asyncio.timeout(1):
        refused = await following.next("error")
    assert refused["error"]["message"] == UNKNOWN_KEY


async def test_who_unsubscribes_is_listened_to_no_longer(node: Node, server: RunningServer) -> None:
    assert server.server is not None
    hub = server.server.service.hub
    await eventually(lambda: not hub.keys())
    following = node.follow(follower(server, "plain"))
    await following.next("started")
    await eventually(lambda: bool(hub.keys()))
    await following.leave()
    await eventually(lambda: not hub.keys())
