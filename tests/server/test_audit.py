"""The audit log: every mutation, in its own transaction, told by ids and settings and never by words."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.contract.inputs import ListAuditLog
from console.contract.procedures import PROCEDURES, UPLOAD
from console.contract.shapes import AuditEntry
from console.server.procedures import MOMENTARY, MUTATIONS
from console.server.procedures.audit import entries, list_audit_log
from console.server.procedures.auditing import AUDITED, metadata_noted
from console.server.procedures.calls import Reading
from console.server.procedures.pages import Cursor, write_cursor
from console.server.store.audit import Deed, record
from console.server.store.database import Store
from console.server.store.engine import open_engine
from tests.server.calling import MOUNT, Refused, Talk
from tests.server.workspace import caller_in
from tests.support.server import RunningServer

NOON = datetime(2025, 11, 17, 12, tzinfo=UTC)


async def logged(talk: Talk, **wanted: Any) -> list[Any]:
    """What the audit log says of deeds through keys, the newest first."""
    page = await talk.call("listAuditLog", **wanted)
    return [entry for entry in page["items"] if entry["keyId"] is not None]


def test_every_mutation_of_the_contract_is_recorded_but_what_is_kept_nowhere() -> None:
    mutations = {procedure.name for procedure in PROCEDURES.values() if procedure.kind == "mutation"}
    assert mutations == AUDITED | MOMENTARY.keys()
    assert MUTATIONS.keys() == AUDITED
    assert MOMENTARY.keys() == {"setPresence"}


async def test_an_entry_says_who_with_which_key_when_and_what(admin: Talk) -> None:
    session = await admin.call("session")
    made = await admin.customer()
    entry = (await logged(admin))[0]
    assert AuditEntry.model_validate(entry).wire() == entry
    assert entry["actor"] == {"id": session["member"]["id"], "name": session["member"]["name"]}
    assert entry["keyId"].startswith("key_")
    assert entry["action"] == "getOrCreateConversation"
    assert (entry["targetKind"], entry["targetId"]) == ("conversation", made["id"])
    assert entry["at"] == made["createdAt"]


async def test_each_mutation_tells_its_own_details(admin: Talk) -> None:
    customer = {"name": "Jane Cooper", "email": "jane@example.com", "metadata": {"fingerprint": "finger-print"}}
    top = await admin.call("getOrCreateConversation", customer=customer, channelIdentifier="shop.example.com")
    low = await admin.call("createSubConversation", parentId=top["id"], name="Invoice")
    said = await admin.says(top["id"], "My card is 4111", channelIdentifier="shop.example.com")
    note = await admin.call(
        "send", conversationId=top["id"], content={"ar": "ملاحظة", "en": "Rude"}, flags=["internal-note"]
    )
    read = await admin.call("markRead", conversationId=top["id"], messageId=said["id"])
    sorting = {"status": "resolved", "labels": ["refund"], "plan": "gold"}
    await admin.call("updateConversation", id=top["id"], metadata=sorting, name="Jane's card")
    await admin.call("updateConversation", id=low["id"], parentId=None)
    template = await admin.call("saveTemplate", name="Hello", content={"en": "Hello", "tr": "Merhaba"})
    article = await admin.call("saveArticle", name="Returns", content={"en": "30 days"})
    await admin.call("saveArticle", id=article["id"], name="Returns", content={"en": "31 days"})
    claimed = await admin.call("claimGuestConversations", fingerprint="finger-print", customer={"externalId": "u1"})
    await admin.call("deleteConversation", id=low["id"])
    host, who = top["channels"][0]["id"], top["customer"]["id"]
    expected = [
        (
            "getOrCreateConversation",
            top["id"],
            {"customerId": who, "channelIds": [host], "fields": ["channelIdentifier", "customer"], "created": True},
        ),
        (
            "createSubConversation",
            low["id"],
            {"parentId": top["id"], "customerId": who, "channelIds": [host], "fields": ["name", "parentId"]},
        ),
        (
            "send",
            said["id"],
            {
                "conversationId": top["id"],
                "senderKind": "customer",
                "customerId": who,
                "languages": ["en"],
                "channelId": host,
            },
        ),
        (
            "send",
            note["id"],
            {
                "conversationId": top["id"],
                "senderKind": "member",
                "languages": ["ar", "en"],
                "flags": ["internal-note"],
            },
        ),
        ("markRead", top["id"], {"messageId": said["id"], "unreadCount": read["unreadCount"]}),
        (
            "updateConversation",
            top["id"],
            {
                "fields": ["id", "metadata", "name"],
                "triage": {"status": {"from": None, "to": "resolved"}, "labels": {"from": None, "to": ["refund"]}},
                "otherMetadata": 1,
            },
        ),
        ("updateConversation", low["id"], {"fields": ["id", "parentId"]}),
        ("saveTemplate", template["id"], {"created": True, "languages": ["en", "tr"]}),
        ("saveArticle", article["id"], {"created": True, "languages": ["en"]}),
        ("saveArticle", article["id"], {"created": False, "languages": ["en"]}),
        ("deleteConversation", low["id"], {"deleted": 1, "ids": [low["id"]]}),
    ]
    log = (await logged(admin))[::-1]
    told = [(entry["action"], entry["targetId"], entry["details"]) for entry in log]
    claim = told.pop(-2)
    assert told == expected
    assert claim[0] == "claimGuestConversations"
    assert claim[2]["claimed"] == claimed["claimed"]
    text = json.dumps(log, ensure_ascii=False)
    for word in ("Jane", "jane@", "4111", "Rude", "ملاحظة", "gold", "Invoice", "Merhaba", "days", "finger", "u1"):
        assert word not in text


def test_a_value_that_is_no_triage_is_not_repeated() -> None:
    after = {"status": "She was rude", "assigneeId": "Jane <jane@example.com>", "labels": "angry", "priority": 7}
    nothing = {key: {"from": None, "to": None} for key in after}
    assert metadata_noted({}, after) == {"triage": nothing, "otherMetadata": None}
    kept = {"labels": ["a", 7, "x" * 101], "snoozedUntil": "2026-01-31T09:30:00.000Z", "jane@example.com": 1}
    assert metadata_noted(kept, {}) == {
        "triage": {
            "labels": {"from": ["a"], "to": None},
            "snoozedUntil": {"from": "2026-01-31T09:30:00.000Z", "to": None},
        },
        "otherMetadata": 1,
    }


async def test_what_fails_leaves_no_entry(admin: Talk) -> None:
    top = await admin.customer()
    with pytest.raises(Refused):
        await admin.call("send", conversationId=top["id"])
    with pytest.raises(Refused):
        await admin.call("updateConversation", id=top["id"], parentId=top["id"])
    assert [entry["action"] for entry in await logged(admin)] == ["getOrCreateConversation"]


async def test_a_repetition_is_not_recorded_twice(admin: Talk) -> None:
    top = await admin.customer()
    headers = {"idempotency-key": "once"}
    wanted = {"conversationId": top["id"], "content": {"en": "Hello"}}
    said = [await admin.call("send", headers, **wanted) for _ in range(3)]
    assert said[0] == said[1] == said[2]
    assert [entry["action"] for entry in await logged(admin)] == ["send", "getOrCreateConversation"]


async def test_each_call_of_a_batch_is_recorded(admin: Talk) -> None:
    top = await admin.customer()
    body = {str(n): {"conversationId": top["id"], "content": {"en": str(n)}} for n in range(5)}
    answer = await admin.http.post(MOUNT + ",v1.connect.".join(["send"] * 5) + "?batch=1", json=body)
    sent = {result["result"]["data"]["id"] for result in answer.json()}
    assert {entry["targetId"] for entry in await logged(admin, action="send")} == sent


async def test_uploads_stand_in_the_log_without_their_names(admin: Talk) -> None:
    sent = [("files", ("passport of Jane.txt", b"text")), ("files", ("b.txt", b"more"))]
    files = (await admin.http.post(UPLOAD.path, files=sent)).json()["files"]
    log = (await logged(admin, action=UPLOAD.name))[::-1]
    assert [(entry["targetKind"], entry["targetId"]) for entry in log] == [("attachment", file["id"]) for file in files]
    assert [entry["details"] for entry in log] == [{"type": "text/plain", "size": 4}] * 2


async def test_keys_made_and_revoked_at_the_machine_stand_in_the_log(server: RunningServer, admin: Talk) -> None:
    key = server.key("agent", "Omar Haddad")
    server.revoke(key)
    server.revoke(key)  # changes nothing
    log = (await admin.call("listAuditLog", limit=2))["items"]
    assert [entry["action"] for entry in log] == ["revokeKey", "createKey"]
    assert {(entry["keyId"], entry["actor"]["id"], entry["actor"]["name"]) for entry in log} == {
        (None, "command-line", None)
    }
    assert log[0]["targetKind"] == "key"
    assert log[0]["targetId"] == log[1]["targetId"]
    assert log[0]["details"]["role"] == "agent"
    assert key not in json.dumps(log)


async def test_the_log_is_filtered_and_paged_newest_first(server: RunningServer, admin: Talk, agent: Talk) -> None:
    top = await admin.customer()
    for number in range(7):
        await (agent if number % 2 else admin).answers(top["id"], str(number))
    whole = await logged(admin)
    assert [entry["at"] for entry in whole] == sorted((entry["at"] for entry in whole), reverse=True)
    paged, cursor = [], None
    while True:
        page = await admin.call("listAuditLog", action="send", limit=3, cursor=cursor)
        paged += page["items"]
        cursor = page["nextCursor"]
        if cursor is None:
            break
        assert len(page["items"]) == 3
    assert paged == [entry for entry in whole if entry["action"] == "send"]
    omar = (await agent.call("session"))["member"]["id"]
    assert await logged(admin, actorId=omar) == [entry for entry in whole if entry["actor"]["id"] == omar]
    assert await logged(admin, targetId=top["id"], action="getOrCreateConversation") == whole[-1:]
    middle = whole[4]["at"]
    assert await logged(admin, before=middle) == [entry for entry in whole if entry["at"] < middle]
    assert await logged(admin, after=middle) == [entry for entry in whole if entry["at"] > middle]
    assert await logged(admin, after=middle, before=middle) == []


async def test_the_log_of_another_workspace_is_not_seen(admin: Talk, foreign: Talk) -> None:
    top = await admin.customer()
    assert await logged(foreign) == []
    assert await logged(foreign, targetId=top["id"]) == []
    cursor = (await admin.call("listAuditLog", limit=1))["nextCursor"]
    assert await logged(foreign, cursor=cursor) == []


async def test_times_are_exact_to_the_millisecond(tmp_path: Path) -> None:
    moments = iter(NOON + timedelta(milliseconds=step) for step in (0, 0, 0, 1, 1, 2))
    store = Store(tmp_path, lambda _: None, lambda: next(moments))
    try:
        caller = await caller_in(store, "ws")

        def write(target: str) -> Any:
            deed = Deed("send", "message", target, {})
            return store.write(lambda transaction: record(transaction, caller.workspace_id, "m", "k", deed))

        for target in "abcde":
            await write(target)

        async def found(**wanted: Any) -> str:
            given = ListAuditLog(action="send", **wanted)
            page = await store.read(lambda connection: list_audit_log(Reading(connection, caller, 0, ()), given))
            return "".join(entry.target_id for entry in page.items)

        assert await found() == "edcba"
        assert await found(before=NOON + timedelta(milliseconds=1)) == "ba"
        assert await found(after=NOON) == "edc"
        assert await found(after=NOON, before=NOON + timedelta(milliseconds=2)) == "dc"
        assert await found(after=NOON - timedelta(days=365 * 100)) == "edcba"
    finally:
        await asyncio.to_thread(store.close)


FILTERS: dict[str, tuple[dict[str, Any], str]] = {
    "all": ({}, "sqlite_autoindex_audit_1"),
    "actor": ({"actor_id": "mem_1"}, "audit_by_actor"),
    "action": ({"action": "send"}, "audit_by_action"),
    "target": ({"target_id": "msg_1"}, "audit_by_target"),
    "time": ({"before": NOON, "after": NOON - timedelta(days=1)}, "sqlite_autoindex_audit_1"),
    "page": ({"cursor": write_cursor(Cursor(0, "aud_01")), "action": "send"}, "audit_by_action"),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_a_page_costs_the_same_at_any_size(tmp_path: Path, name: str) -> None:
    store = Store(tmp_path, lambda _: None)
    await asyncio.to_thread(store.close)
    wanted, index = FILTERS[name]
    engine = open_engine(tmp_path, "read")
    compiled = entries("ws_1", ListAuditLog(**wanted)).compile(
        dialect=engine.dialect, compile_kwargs={"literal_binds": True}
    )
    with engine.connect() as connection:
        plan = [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}")]
    engine.dispose()
    assert plan[0].startswith(f"SEARCH audit USING INDEX {index} (workspace_id=?")
    assert not any("TEMP B-TREE" in step or "SCAN" in step for step in plan)
    if "before" in wanted or "cursor" in wanted:
        assert "id<?" in plan[0]
