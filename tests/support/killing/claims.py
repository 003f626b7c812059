"""What must be true of a data directory after a kill, and of what the server tells in the end."""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from console.server.store.engine import DATABASE
from tests.support.killing.follower import Follower
from tests.support.killing.line import Line
from tests.support.killing.writers import Thread, Writer


def check_dead(directory: Path, writers: Sequence[Writer]) -> int:
    """Of the data as a killed server left it: sound, and all there. How many calls were made but not acknowledged.

    A copy is looked at, with its log: opening the original would do the recovery that the server has to do.
    """
    with tempfile.TemporaryDirectory() as scratch:
        for file in directory.glob(f"{DATABASE}*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, scratch)
        with closing(sqlite3.connect(Path(scratch) / DATABASE)) as connection:
            return _check_tables(connection, writers)


def _check_tables(connection: sqlite3.Connection, writers: Sequence[Writer]) -> int:
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    count, first, last = connection.execute("SELECT count(*), min(id), max(id) FROM events").fetchone()
    assert (first, last) == ((1, count) if count else (None, None))
    messages = dict(connection.execute("SELECT id, content FROM messages"))
    conversations = dict(connection.execute("SELECT id, metadata FROM conversations"))
    answered = {key for (key,) in connection.execute("SELECT idempotency_key FROM answers")}
    for writer in writers:
        assert not {thread.id for thread in writer.gone} & conversations.keys()
        there = [thread for thread in writer.threads if thread.id in conversations]
        for thread in there:
            said = {id: {"en": text} for id, text in thread.texts.items()}
            assert {id: json.loads(messages[id]) for id in said} == said
        as_told = [one for one in there if one.metadata.items() <= json.loads(conversations[one.id]).items()]
        # The call that is not answered yet may have deleted one, or changed one again.
        assert len(writer.threads) - len(as_told) <= (writer.open_key is not None)
    return len({writer.open_key for writer in writers} & answered)


async def check_told(line: Line, writers: Sequence[Writer]) -> None:
    """What the server lists is what was acknowledged: all of it with its content, none of it twice, nothing else."""
    listed = await _conversations(line)
    known = {thread.id: thread for writer in writers for thread in writer.threads}
    assert listed.keys() == known.keys()
    for id, thread in known.items():
        conversation = listed[id]
        assert conversation["name"] == thread.name
        assert conversation["parentId"] == (thread.parent.id if thread.parent else None)
        assert conversation["metadata"] == thread.metadata
        assert await _texts(line, id) == thread.texts


async def _conversations(line: Line) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    parents: list[str | None] = [None]
    while parents:
        parent = parents.pop()
        cursor = None
        while True:
            page = await line.query("listConversations", limit=100, cursor=cursor, parentId=parent)
            for one in page["items"]:
                assert one["id"] not in found
                found[one["id"]] = one
                if one["childCount"]:
                    parents.append(one["id"])
            if (cursor := page["nextCursor"]) is None:
                break
    return found


async def _texts(line: Line, conversation: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    cursor = None
    while True:
        page = await line.query("listMessages", conversationId=conversation, limit=100, cursor=cursor)
        for message in page["items"]:
            assert message["id"] not in texts
            texts[message["id"]] = message["content"]["en"]
        if (cursor := page["nextCursor"]) is None:
            return texts


def check_events(directory: Path, writers: Sequence[Writer], follower: Follower) -> None:
    """Events are numbered without a gap, match what was done once each, and were all told in their order.

    Of what has been deleted since only the deletion is told, so those numbers may be missing from the stream.
    """
    with closing(sqlite3.connect(directory / DATABASE)) as connection:
        rows = connection.execute(
            "SELECT id, type, conversation_id, message_id, ids FROM events ORDER BY id"
        ).fetchall()
        audited = Counter(connection.execute("SELECT action, target_id FROM audit WHERE key_id IS NOT NULL"))
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    threads = [thread for writer in writers for thread in (*writer.threads, *writer.gone)]
    gone = {thread.id for writer in writers for thread in writer.gone}
    done = Counter((kind, conversation, message) for _, kind, conversation, message, ids in rows if not ids)
    expected: Counter[tuple[str, str | None, str | None]] = Counter()
    for thread in threads:
        expected["conversation.created", thread.id, None] = 1
        expected["conversation.updated", thread.id, None] += thread.updates
        if thread.parent:  # which has one child more, or one less
            expected["conversation.updated", thread.parent.id, None] += 1 + (thread.id in gone)
        expected.update({("message.created", thread.id, message): 1 for message in thread.texts})
    _same(done, +expected)
    assert Counter(id for row in rows if row[4] for id in json.loads(row[4])) == Counter(gone)
    for number, kind, conversation, message, ids in rows:
        event = follower.seen.get(number)
        if event is None:
            assert conversation in gone, f"event {number} was not told"
            continue
        assert event["type"] == kind
        assert event.get("ids", []) == json.loads(ids or "[]")
        assert event.get("message", {}).get("id") == message
        assert event.get("conversation", {}).get("id") == conversation
    _check_audit(audited, threads, gone)


def _check_audit(audited: Counter[tuple[str, str]], threads: Sequence[Thread], gone: set[str]) -> None:
    """Each mutation is in the log, once."""
    expected: Counter[tuple[str, str]] = Counter()
    for thread in threads:
        expected["createSubConversation" if thread.parent else "getOrCreateConversation", thread.id] = 1
        expected["updateConversation", thread.id] = thread.updates
        expected["deleteConversation", thread.id] = int(thread.id in gone)
        expected.update({("send", message): 1 for message in thread.texts})
    _same(audited, +expected)


def _same(found: Counter[Any], expected: Counter[Any]) -> None:
    assert not found - expected, f"too much: {found - expected}"
    assert not expected - found, f"missing: {expected - found}"
