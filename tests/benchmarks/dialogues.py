"""Loads a file of dialogues as `connect360 demo --from` does, then opens every conversation and counts what is there.

python -m tests.benchmarks.dialogues FILE.jsonl.gz
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from console.client.api import Api
from console.contract.inputs import ListConversations
from console.demo.afternoon.people import COLLEAGUES
from console.demo.dialogues import checked, talks
from console.demo.host import KeyHolder, host
from console.demo.seed import seed
from console.demo.story import Story


async def main(path: Path) -> None:
    """Print what the file holds, what the server holds, and how long each took."""
    read = checked(path)
    holders = [KeyHolder(f"{one.name} <{one.email}>", "admin") for one in COLLEAGUES]
    async with host("dialogues", holders) as hosted:
        apis = {
            one.handle: Api(hosted.base_url, key, trpc_path="/api/trpc")
            for one, key in zip(COLLEAGUES, hosted.keys, strict=True)
        }
        begun = time.monotonic()
        await seed(
            Story("dialogues", COLLEAGUES, ()),
            apis,
            now=datetime.now(UTC),
            directory=Path(tempfile.gettempdir()),
            on_progress=lambda done, total: None,
            talks=talks(read, tuple(apis)),
            total=read.messages,
        )
        loaded = time.monotonic()
        conversations, messages = await counted(apis[COLLEAGUES[0].handle])
        print(f"file    {read.conversations:6,} conversations {read.messages:7,} messages")  # noqa: T201
        print(f"server  {conversations:6,} conversations {messages:7,} messages")  # noqa: T201
        print(f"loaded in {loaded - begun:.1f} s, every one opened in {time.monotonic() - loaded:.1f} s")  # noqa: T201
        for api in apis.values():
            await api.close()


async def counted(api: Api) -> tuple[int, int]:
    """Every conversation of the server, each one's thread read to its beginning."""
    conversations = messages = 0
    cursor: str | None = None
    while True:
        page = await api.conversations.list(ListConversations(limit=100, cursor=cursor))
        for conversation in page.items:
            conversations += 1
            older: str | None = None
            while True:
                thread = await api.messages.list(conversation.id, limit=100, cursor=older)
                messages += len(thread.items)
                if (older := thread.next_cursor) is None:
                    break
        if (cursor := page.next_cursor) is None:
            return conversations, messages


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
