"""What stands before the procedures: hosts, bodies, rates, faults, the session that a client begins with."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from console.contract.events import FEATURES
from console.contract.procedures import AI_STREAM, ASSET, PROCEDURES, UPLOAD
from console.server.dispatch import refusal_of
from console.server.procedures import MOMENTARY, MUTATIONS, QUERIES
from console.server.refusal import BUSY, FAULT, UNREADABLE
from console.server.routes.trpc import MOST_BYTES
from console.server.store.schema import conversations
from tests.server.calling import MOUNT, Talk, talking
from tests.support.server import RunningServer, running_server


def test_every_procedure_of_the_contract_is_served() -> None:
    kinds = {"query": QUERIES, "mutation": {**MUTATIONS, **MOMENTARY}, "subscription": {"events"}}
    for procedure in PROCEDURES.values():
        assert [kind for kind, served in kinds.items() if procedure.name in served] == [procedure.kind]
    assert sum(map(len, kinds.values())) == len(PROCEDURES)


async def test_a_session_says_who_calls_and_what_the_server_can(agent: Talk) -> None:
    session = await agent.call("session")
    assert session["workspace"]["name"] == "Workspace"
    assert (session["member"]["name"], session["member"]["email"]) == ("Omar Haddad", "omar.haddad@example.com")
    assert session["role"] == {"id": "agent", "name": "agent"}
    assert session["permissions"] == ["connect360:conversation:read", "connect360:conversation:engage"]
    assert session["limits"] == {"filesPerUpload": 5, "bytesPerFile": 26214400, "messageCharacters": 20000}
    assert set(session["features"]) == set(FEATURES)
    needed = {procedure.feature for procedure in PROCEDURES.values() if procedure.feature}
    assert needed <= set(session["features"])


async def test_on_loopback_only_its_own_names_are_answered(agent: Talk) -> None:
    asked: list[tuple[dict[str, str], int]] = [
        ({}, 200),
        ({"host": "localhost:1234"}, 200),
        ({"host": "[::1]:80"}, 200),
        ({"host": "LOCALHOST."}, 200),
        ({"host": "evil.example"}, 403),
        ({"host": "localhost.evil.example"}, 403),
        ({"host": "evil.example:127.0.0.1"}, 403),
        ({"host": "[::1"}, 403),
        ({"origin": "http://localhost:3000"}, 200),
        ({"origin": "http://evil.example"}, 403),
        ({"origin": "null"}, 403),
    ]
    for headers, status in asked:
        assert (await agent.ask("session", headers)).status_code == status, headers


async def test_a_public_server_answers_to_any_name(tmp_path: Path) -> None:
    async with running_server(tmp_path / "data", hosts=None) as server, talking(server.url, server.key()) as talk:
        assert (await talk.ask("session", {"host": "support.example.com"})).status_code == 200


async def test_the_mount_tells_itself_without_a_key(server: RunningServer) -> None:
    async with talking(server.url, None) as talk:
        probe = await talk.http.get("/api/trpc/__probe__")
        head = await talk.http.head(MOUNT + "session")
        options = await talk.http.options(MOUNT + "session")
        health = await talk.http.get("/healthz")
        nowhere = await talk.http.get("/api/nowhere")
        mount = await talk.http.get("/api/trpc")
        slash = await talk.http.post(UPLOAD.path + "/")
        got = await talk.http.get(AI_STREAM.path)
    assert (probe.status_code, probe.json()["error"]["data"]["code"]) == (404, "NOT_FOUND")
    assert (head.status_code, head.content) == (204, b"")
    assert (options.status_code, options.headers["content-type"]) == (415, "text/plain;charset=UTF-8")
    assert (health.status_code, health.json()) == (200, {"status": "ok"})
    assert (nowhere.status_code, nowhere.json()) == (404, {"message": "Not found."})
    assert (slash.status_code, slash.json()) == (404, {"message": "Not found."})
    assert (got.status_code, got.json(), got.headers["allow"]) == (405, {"message": "Method not allowed."}, "POST")
    assert mount.status_code == 404


async def test_refusals_come_in_their_order(server: RunningServer) -> None:
    """Path, then method, then key, then permission, then input."""
    async with talking(server.url, None) as talk, talking(server.url, server.key("viewer")) as viewer:
        assert (await talk.http.post(MOUNT + "nothing", json=1)).status_code == 404
        assert (await talk.http.get(MOUNT + "send?input=%7Bbad")).status_code == 405
        assert (await talk.http.post(MOUNT + "send", json={"bad": 1})).status_code == 401
        assert (await viewer.http.post(MOUNT + "send", json={"bad": 1})).status_code == 403
        assert (await viewer.ask("getConversation", bad=1)).status_code == 400
        assert (await viewer.ask("getConversation", id="none")).status_code == 404


async def test_a_body_beyond_the_limit_is_refused_before_it_was_sent(agent: Talk) -> None:
    answer = await agent.http.post(
        MOUNT + "send", content=b" " * (MOST_BYTES + 1), headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]["data"]["code"]) == (413, "PAYLOAD_TOO_LARGE")

    async def unannounced() -> Any:
        for _ in range(MOST_BYTES // 65536 + 8):
            yield b" " * 65536

    answer = await agent.http.post(MOUNT + "send", content=unannounced(), headers={"content-type": "application/json"})
    assert answer.status_code == 413


async def test_a_key_is_slowed_down_after_its_burst_and_others_are_not(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path / "data", rate=2.0) as server,
        talking(server.url, server.key("viewer")) as fast,
        talking(server.url, server.key("viewer")) as calm,
    ):
        answers = [await fast.ask("session") for _ in range(10)]
        assert [answer.status_code for answer in answers] == [200] * 8 + [429] * 2
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 4
        assert answers[-1].json()["error"]["data"]["code"] == "TOO_MANY_REQUESTS"
        subscribed = await fast.http.get(MOUNT + "events")
        assert "TOO_MANY_REQUESTS" in subscribed.text
        assert 1 <= int(subscribed.headers["retry-after"]) <= 4
        batch = await calm.http.get("/api/trpc/" + ",".join(["v1.connect.session"] * 9) + "?batch=1")
        assert (batch.status_code, batch.json()["error"]["message"]) == (400, "Batch call exceeds maximum size")
        assert (await calm.ask("session")).status_code == 200


async def test_a_fault_is_one_sentence_to_the_client_and_a_record_in_the_log(
    agent: Talk, server: RunningServer, caplog: pytest.LogCaptureFixture
) -> None:
    top = (await agent.customer())["id"]
    assert server.server is not None
    await server.server.service.store.write(
        lambda transaction: transaction.connection.execute(conversations.update().values(metadata="no json")) and None
    )
    with caplog.at_level(logging.ERROR):
        path = "/api/trpc/v1.connect.getConversation,v1.connect.session?batch=1&input=" + f'{{"0":{{"id":"{top}"}}}}'
        broken, fine = (await agent.http.get(path)).json()
    assert broken["error"]["message"] == FAULT
    assert broken["error"]["data"] == {
        "code": "INTERNAL_SERVER_ERROR",
        "httpStatus": 500,
        "path": "v1.connect.getConversation",
    }
    assert "result" in fine
    assert "JSONDecodeError" in caplog.text


def test_a_store_that_cannot_write_asks_to_come_back(caplog: pytest.LogCaptureFixture) -> None:
    refusal = refusal_of(OperationalError("INSERT", {}, Exception("database or disk is full")))
    assert (refusal.status, refusal.sentence) == (503, BUSY)
    assert "disk is full" in caplog.text
    assert "INSERT" not in caplog.text


async def test_a_store_that_cannot_be_read_answers_in_the_form_of_each_route(
    server: RunningServer, agent: Talk, caplog: pytest.LogCaptureFixture
) -> None:
    assert server.server is not None
    store = server.server.service.store
    await store.write(lambda transaction: transaction.connection.exec_driver_sql("ALTER TABLE templates RENAME TO t"))
    broken = await agent.ask("listTemplates")
    assert (broken.status_code, broken.json()["error"]["message"]) == (503, UNREADABLE)
    await store.write(lambda transaction: transaction.connection.exec_driver_sql("ALTER TABLE keys RENAME TO k"))
    for answer in (await agent.ask("session"), await agent.ask("send", conversationId="x")):
        assert (answer.status_code, answer.json()["error"]["message"]) == (503, UNREADABLE)
    answer = await agent.http.get(ASSET.path.replace("{key}", "x"))
    assert (answer.status_code, answer.json()) == (503, {"message": UNREADABLE})
    assert (await agent.http.get("/healthz")).status_code == 200
    await store.write(lambda transaction: transaction.connection.exec_driver_sql("ALTER TABLE workspaces RENAME TO w"))
    answer = await agent.http.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, {"message": UNREADABLE})
    assert "no such table" in caplog.text
    assert "SELECT" not in caplog.text


async def test_a_client_that_leaves_midway_disturbs_nobody(server: RunningServer, agent: Talk) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    for sent in (b"", b"POST /api/tr", b"POST /api/trpc/x HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n12"):
        _, writer = await asyncio.open_connection(host, int(port))
        writer.write(sent)
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    assert (await agent.ask("session")).status_code == 200


async def test_a_keys_last_use_is_noted(server: RunningServer, agent: Talk) -> None:
    from console.server.keyring import list_keys

    await agent.call("session")
    async with asyncio.timeout(5):
        while not any(record.last_used_at for record in list_keys(server.directory)):
            await agent.call("session")
