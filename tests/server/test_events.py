"""The stream of events: what changes, in order, resumable, and to nobody whom it does not concern."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select

from console.contract.errors import UNKNOWN_KEY
from console.contract.events import EVENT
from console.server.refusal import UNREADABLE
from console.server.store.events import PAGE, emit
from console.server.store.schema import events
from console.server.store.writer import Transaction
from tests.server.calling import MOUNT, Talk, talking
from tests.server.streams import Stream, following
from tests.support.server import RunningServer, running_server
from tests.support.waiting import eventually


async def test_each_change_is_told_once_in_order_with_consecutive_ids(admin: Talk) -> None:
    async with following(admin) as stream:
        top = await admin.customer()
        said = await admin.says(top["id"], "Hello?")
        low = await admin.call("createSubConversation", parentId=top["id"])
        await admin.call("updateConversation", id=top["id"], name="Jane")
        read = await admin.call("markRead", conversationId=top["id"], messageId=said["id"])
        await admin.call("deleteConversation", id=low["id"])
        told = [await stream.event() for _ in range(8)]
    assert read == {"unreadCount": 0}
    assert [event["type"] for event in told] == [
        "conversation.created",
        "message.created",
        "conversation.created",
        "conversation.updated",  # the parent has a child more
        "conversation.updated",
        "read.updated",
        "conversation.deleted",
        "conversation.updated",  # and a child less
    ]
    assert [event["_id"] for event in told] == [str(number) for number in range(1, 9)]
    assert told[3]["conversation"]["childCount"] in (0, 1)
    assert told[6]["ids"] == [low["id"]]
    assert told[7]["conversation"]["childCount"] == 0


async def test_an_event_is_a_value_of_the_contract(admin: Talk) -> None:
    async with following(admin) as stream:
        top = await admin.customer()
        said = await admin.says(top["id"], "Hello?")
        created, message = await stream.event(), await stream.event()
    for event in (created, message):
        assert event.pop("_id") == event["id"]
        assert EVENT.dump_python(EVENT.validate_python(event), mode="json", by_alias=True) == event
    assert message["message"] == said
    assert message["conversation"] == await admin.one(top["id"])


async def test_a_stream_that_broke_goes_on_where_it_was(admin: Talk) -> None:
    async with following(admin) as stream:
        top = await admin.customer()
        last = (await stream.event())["id"]
    said = [await admin.says(top["id"], f"{number}") for number in range(5)]
    ways: list[tuple[dict[str, str], dict[str, str]]] = [
        ({"last-event-id": last}, {}),
        ({}, {"lastEventId": last}),
        ({}, {"input": json.dumps({"lastEventId": last})}),
        ({"last-event-id": last}, {"input": json.dumps({"lastEventId": "1"})}),
    ]
    for headers, query in ways:
        async with following(admin, headers, **query) as stream:
            told = [await stream.event() for _ in said]
        assert [event["message"]["id"] for event in told] == [message["id"] for message in said]


async def test_more_was_missed_than_fits_a_page(admin: Talk) -> None:
    top = await admin.customer()
    for start in range(0, 2 * PAGE + 10, 70):
        names = ",".join(["v1.connect.send"] * 70)
        body = {str(n): {"conversationId": top["id"], "content": {"en": f"{start + n}"}} for n in range(70)}
        assert (await admin.http.post(f"/api/trpc/{names}?batch=1", json=body)).status_code == 200
    async with following(admin, {"last-event-id": "0"}) as stream:
        told = [await stream.event() for _ in range(211)]
    assert [event["id"] for event in told] == [str(number) for number in range(1, 212)]
    assert [event["message"]["content"]["en"] for event in told[1:]] == [str(number) for number in range(210)]


async def test_a_past_that_is_not_ours_is_to_be_loaded_again(admin: Talk) -> None:
    await admin.customer()
    for last in ("999", "abc", "-1", "1" * 30, "٣"):
        async with following(admin, lastEventId=last) as stream:
            told = await stream.event()
            assert (told["type"], told["id"], told["_id"]) == ("resync", "1", "1")
    async with following(admin, lastEventId="7") as stream:
        assert (await stream.event())["type"] == "resync"
        await admin.customer("Bo")
        assert (await stream.event())["id"] == "2"


async def test_only_the_resync_moves_a_client_whose_past_is_lost(admin: Talk) -> None:
    await admin.customer()
    for last, told in (("7", None), ("1", "1")):
        async with admin.http.stream("GET", MOUNT + "events", headers={"last-event-id": last}) as answer:
            connected = await Stream(answer).next()
        assert connected is not None
        assert (connected.name, connected.id) == ("connected", told)


async def test_a_past_that_was_dropped_is_to_be_loaded_again(admin: Talk, server: RunningServer) -> None:
    for name in "abc":
        await admin.customer(name)
    assert server.server is not None
    from console.server.store.schema import events as table

    await server.server.service.store.write(
        lambda transaction: transaction.connection.execute(table.delete().where(table.c.id < 3)) and None
    )
    async with following(admin, {"last-event-id": "1"}) as stream:
        assert (await stream.event())["type"] == "resync"
    async with following(admin, {"last-event-id": "2"}) as stream:
        assert (await stream.event())["id"] == "3"


async def test_what_was_deleted_since_is_told_by_its_deletion_alone(admin: Talk) -> None:
    top = await admin.customer()
    await admin.says(top["id"], "A secret")
    await admin.call("deleteConversation", id=top["id"])
    async with following(admin, {"last-event-id": "0"}) as stream:
        told = await stream.event()
    assert (told["type"], told["ids"]) == ("conversation.deleted", [top["id"]])
    assert told["id"] == "3"


async def test_a_read_mark_is_told_to_its_member_alone(agent: Talk, admin: Talk) -> None:
    top = await agent.customer()
    said = await agent.says(top["id"], "Hello?")
    async with following(agent) as mine, following(admin) as others:
        await agent.call("markRead", conversationId=top["id"], messageId=said["id"])
        await agent.customer("Bo")
        told = await mine.event()
        assert (told["type"], told["messageId"], told["unreadCount"]) == ("read.updated", said["id"], 0)
        assert (await mine.event())["type"] == "conversation.created"
        assert (await others.event())["type"] == "conversation.created"


async def test_unread_counts_in_events_are_the_receivers_own(agent: Talk, admin: Talk) -> None:
    top = await agent.customer()
    async with following(agent) as mine, following(admin) as others:
        await agent.answers(top["id"], "Hello")
        assert (await mine.event())["conversation"]["unreadCount"] == 0
        assert (await others.event())["conversation"]["unreadCount"] == 1


async def test_an_idempotency_key_comes_back_to_the_key_that_sent_it_alone(
    server: RunningServer, agent: Talk, admin: Talk
) -> None:
    top = await agent.customer()
    async with (
        talking(server.url, server.key("agent", "Omar Haddad")) as same_member,
        following(agent) as mine,
        following(admin) as others,
        following(same_member) as elsewhere,
    ):
        sent = {"conversationId": top["id"], "content": {"en": "x"}}
        await agent.call("send", {"idempotency-key": "local_1"}, **sent)
        keys = [(await stream.event())["idempotencyKey"] for stream in (mine, others, elsewhere)]
    assert keys == ["local_1", None, None]


async def test_nothing_is_heard_of_another_workspace(admin: Talk, foreign: Talk) -> None:
    async with following(admin) as mine, following(foreign, {"last-event-id": "0"}) as theirs:
        await foreign.customer("Theirs")
        await admin.customer("Mine")
        assert (await mine.event())["conversation"]["customer"]["name"] == "Mine"
        told = await theirs.event()
        assert (told["id"], told["conversation"]["customer"]["name"]) == ("1", "Theirs")


async def test_a_revoked_key_ends_its_open_stream_within_a_second(server: RunningServer) -> None:
    doomed, other = server.key("agent", "Rita Gone"), server.key("agent", "Rita Gone")
    async with (
        talking(server.url, doomed) as talk,
        talking(server.url, other) as stays,
        following(talk) as stream,
        following(stays) as still,
    ):
        server.revoke(doomed)
        async with asyncio.timeout(1):
            told = await stream.next()
        assert told is not None
        assert (told.name, told.value["message"]) == ("serialized-error", UNKNOWN_KEY)
        assert told.value["data"] == {"code": "UNAUTHORIZED", "httpStatus": 401, "path": "v1.connect.events"}
        assert await stream.next() is None
        assert (await talk.ask("session")).status_code == 401
        await stays.customer()
        assert (await still.event())["type"] == "conversation.created"


async def test_the_watch_on_keys_outlives_a_read_that_fails(
    server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    doomed = server.key("viewer", "Rita Gone")
    assert server.server is not None
    store = server.server.service.store

    def rename(old: str, new: str) -> Any:
        return store.write(
            lambda transaction: transaction.connection.exec_driver_sql(f"ALTER TABLE {old} RENAME TO {new}") and None
        )

    async with talking(server.url, doomed) as talk, following(talk) as stream:
        await rename("keys", "mislaid")
        await eventually(lambda: "keys could not be watched" in caplog.text)
        await rename("mislaid", "keys")
        server.revoke(doomed)
        told = await stream.next()
    assert told is not None
    assert told.name == "serialized-error"


async def test_a_stream_whose_store_fails_says_so_and_nothing_of_why(
    server: RunningServer, admin: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    assert server.server is not None
    store = server.server.service.store
    async with following(admin) as stream:
        await store.write(
            lambda transaction: transaction.connection.exec_driver_sql("ALTER TABLE events RENAME TO e") and None
        )
        server.server.service.wake(server.server.service.hub.workspaces())
        told = await stream.next()
        assert told is not None
        assert (told.name, told.value["message"]) == ("serialized-error", UNREADABLE)
        assert told.value["data"]["httpStatus"] == 503
        assert await stream.next() is None
    assert "no such table" in caplog.text
    assert not server.server.service.hub.keys()


async def test_what_has_no_id_leaves_a_client_the_one_it_has(admin: Talk, agent: Talk) -> None:
    top = await admin.customer()
    async with following(admin) as stream:
        await agent.call("setPresence", conversationId=top["id"], state="typing")
        told = [await stream.next() for _ in range(2)]
        await agent.answers(top["id"], "Hello")
        after = await stream.event()
    assert [(one.name, one.id) for one in told if one] == [("message", ""), ("restore-id", "1")]
    assert told[0] is not None
    assert told[0].value["type"] == "presence.updated"
    assert after["_id"] == "2"


async def test_a_stream_that_is_refused_says_so_inside_success(admin: Talk) -> None:
    async with admin.http.stream("GET", MOUNT + "events", params={"input": '{"surprise":1}'}) as answer:
        stream = Stream(answer)
        told = [await stream.next() for _ in range(3)]
    assert answer.status_code == 200
    assert [one.name for one in told if one] == ["connected", "serialized-error"]
    assert told[1] is not None
    assert told[1].value["message"] == "unknown field: surprise"
    posted = await admin.http.post(MOUNT + "events", json={})
    assert (posted.status_code, posted.headers["allow"]) == (200, "GET")
    assert '"httpStatus":405' in posted.text


async def test_the_head_of_a_stream_is_as_recorded(admin: Talk) -> None:
    async with admin.http.stream("GET", MOUNT + "events") as answer:
        assert await Stream(answer).next() is not None
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-cache, no-transform"
    assert answer.headers["x-accel-buffering"] == "no"


async def test_superjson_followers_get_superjson(admin: Talk) -> None:
    async with following(admin, input='{"json":{"lastEventId":"0"}}') as stream:
        await admin.customer()
        told = await stream.next()
    assert told is not None
    assert told.value["json"]["type"] == "conversation.created"


async def test_a_quiet_stream_is_kept_alive_by_pings(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path / "data", ping_seconds=0.05) as server,
        talking(server.url, server.key("viewer")) as talk,
        following(talk) as stream,
    ):
        told = [await stream.next() for _ in range(2)]
    assert [(one.name, one.text) for one in told if one] == [("ping", "")] * 2


async def test_open_streams_end_with_the_server_and_resume_with_the_next(server: RunningServer, admin: Talk) -> None:
    top = await admin.customer()
    async with following(admin) as stream:
        async with asyncio.timeout(5):
            await server.stop()
        assert await stream.next() is None
    await server.start()
    await admin.says(top["id"], "Still here?")
    async with following(admin, {"last-event-id": "1"}) as stream:
        told: Any = await stream.event()
    assert (told["id"], told["message"]["content"]) == ("2", {"en": "Still here?"})


async def test_what_another_process_writes_is_heard_too(server: RunningServer, admin: Talk) -> None:
    await admin.customer()
    async with following(admin) as stream, running_server(server.directory) as second:
        async with talking(second.url, server.key("admin")) as talk:
            await talk.customer("Bo")
        assert (await stream.event())["conversation"]["customer"]["name"] == "Bo"


async def test_who_is_overtaken_while_listening_is_told_to_load_again(server: RunningServer, admin: Talk) -> None:
    assert server.server is not None
    store = server.server.service.store
    top = await admin.customer()

    def burst(transaction: Transaction) -> None:
        """So much at once that what came first is let go before anybody read it."""
        workspace = transaction.connection.execute(select(events.c.workspace_id)).scalars().first()
        assert workspace is not None
        for _ in range(5):
            emit(transaction, workspace, "conversation.updated", conversation=top["id"])
        transaction.connection.execute(delete(events).where(events.c.id <= 4))

    async with following(admin) as stream:
        await store.write(burst)
        told = await stream.event()
        await admin.says(top["id"], "Hello")
        after = await stream.event()
    assert (told["type"], told["_id"]) == ("resync", "6")
    assert (after["type"], after["_id"]) == ("message.created", "7")
