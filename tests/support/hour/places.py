"""Where a word stands: on the server, in the outbox, or in a draft; read from the files and the server themselves."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from console.client.api import Api
from console.state.rows import Written

_WRITTEN: TypeAdapter[Written] = TypeAdapter(Written)


@dataclass(frozen=True)
class Places:
    """Texts by the conversation that they are in; `outbox` with the state of each."""

    server: dict[str, list[str]] = field(default_factory=dict)
    outbox: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    drafts: dict[str, list[str]] = field(default_factory=dict)

    def sent(self, word: str) -> int:
        """How many messages on the server have this word in them."""
        return sum(word in text for texts in self.server.values() for text in texts)

    def kept(self, word: str) -> list[str]:
        """In which conversations this machine keeps the word, once for each text."""
        unsent = [id for id, letters in self.outbox.items() for _, text in letters if word in text]
        return unsent + [id for id, texts in self.drafts.items() for text in texts if word in text]


def on_disk(database: Path) -> Places:
    """What the state directory's database keeps."""
    outbox: dict[str, list[tuple[str, str]]] = {}
    drafts: dict[str, list[str]] = {}
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        connection.execute("begin")  # both tables as they were at one moment
        for id, state, written in connection.execute("select conversation_id, state, written from outbox"):
            outbox.setdefault(id, []).append((state, _WRITTEN.validate_json(written).text))
        for id, written in connection.execute("select conversation_id, written from drafts"):
            drafts.setdefault(id, []).append(_WRITTEN.validate_json(written).text)
    return Places(outbox=outbox, drafts=drafts)


async def everywhere(database: Path, api: Api, conversations: list[str]) -> Places:
    """What the database keeps and what the server has, the server read first: a word may go there, and never back."""
    server: dict[str, list[str]] = {}
    for id in conversations:
        page = await api.messages.list(id, limit=100)
        server[id] = [str(message.content.get("en", "")) for message in page.items]
        assert page.next_cursor is None or len(page.items) == 100
        while page.next_cursor:
            page = await api.messages.list(id, limit=100, cursor=page.next_cursor)
            server[id] += [str(message.content.get("en", "")) for message in page.items]
    kept = on_disk(database)
    return Places(server, kept.outbox, kept.drafts)
