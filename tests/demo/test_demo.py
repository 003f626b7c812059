"""The demo as a whole, but for its screen: what a console would find on the server, and that nothing stays."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.cli.loop import run as run_program
from console.client.api import Api
from console.config import Settings
from console.contract.inputs import ListConversations
from console.contract.shapes import Conversation, Message
from console.demo.afternoon import northwind
from console.demo.afternoon.visitor import HOSTILE
from console.demo.host import DemoError
from console.demo.run import demo
from tests.support.processes import descendants


async def everything(api: Api) -> dict[str, Conversation]:
    """Every conversation of the workspace by what it is called, those below others too."""
    found: dict[str, Conversation] = {}
    asked: list[str | None] = [None]
    while asked:
        parent, cursor = asked.pop(), None
        while True:
            page = await api.conversations.list(ListConversations(parent_id=parent, limit=100, cursor=cursor))
            for one in page.items:
                name = one.name or (one.customer and (one.customer.name or one.customer.external_id)) or one.id
                found[name if name not in found else f"{name} {one.id}"] = one
                if one.child_count:
                    asked.append(one.id)
            if (cursor := page.next_cursor) is None:
                break
    return found


async def thread(api: Api, conversation: Conversation) -> list[Message]:
    """All messages of a conversation, oldest first."""
    messages: list[Message] = []
    cursor = None
    while True:
        page = await api.messages.list(conversation.id, 100, cursor)
        messages += page.items
        if (cursor := page.next_cursor) is None:
            return messages[::-1]


def looking(look: Callable[[Api, Settings], Awaitable[None]]) -> Callable[[Settings], Awaitable[int]]:
    """A console that looks at the server and is left."""

    async def show(settings: Settings) -> int:
        assert settings.api_key is not None
        async with Api(settings.base_url, settings.api_key.get_secret_value()) as api:
            await look(api, settings)
        return 7

    return show


async def test_the_story_arrives_whole_and_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    story = northwind()
    secrets: set[str] = set()
    seen: list[Path] = []

    async def look(api: Api, settings: Settings) -> None:
        seen.append(settings.state_dir)
        assert settings.api_key is not None
        assert settings.api_key.get_secret_value() in secrets
        session = await api.session.get()
        assert (session.workspace.name, session.member.name, session.role.name) == (
            "Northwind Trading",
            "Maya Okafor",
            "agent",
        )
        found = await everything(api)
        assert len(found) == len(story.talks)
        members = {member.id: member.name for member in await api.directory.members()}
        assert set(members.values()) == {"Maya Okafor", "Tomás Rivera", "Aylin Demir"}
        order, now = found["Order #1042"], datetime.now(UTC)
        assert order.parent_id == found["Jane Cooper"].id
        assert order.unread_count == 2
        assert order.waiting_since is not None
        assert timedelta(minutes=3) < now - order.waiting_since < timedelta(minutes=5)
        assert members[order.metadata["assigneeId"]] == "Maya Okafor"
        assert order.metadata["labels"] == ["damaged", "returns"]
        assert order.channels[0].identifier == "shop.example.com"
        assert found["Courier claim C-5520"].metadata["status"] == "snoozed"
        assert found["Returns"].metadata["status"] == "resolved"
        told = await thread(api, order)
        assert [message.sender.kind for message in told].count("customer") == 5
        assert [message.is_note for message in told].count(True) == 2
        assert [file.name for message in told for file in message.attachments] == ["lamp-crack.png"]
        assert told[1].attachments[0].type == "image/png"
        assert told[2].parent_id == told[1].id
        acme = await thread(api, found["Wholesale, Acme GmbH"])
        talk = next(talk for talk in story.talks if talk.handle == "acme")
        assert [message.content["en"] for message in acme] == [line.text for line in talk.lines]
        assert (await thread(api, found["visitor 4821"]))[-1].content == {"en": HOSTILE}
        assert {"ar"} == {language for message in await thread(api, found["ليلى حسن"]) for language in message.content}
        assert [template.name for template in await api.directory.templates()] == ["on-its-way", "thank-you"]
        waiting = [one for one in found.values() if one.waiting_since and one.metadata.get("status") != "resolved"]
        assert 8 <= len(waiting) <= 14
        assert max(now - one.waiting_since for one in waiting if one.waiting_since) < timedelta(hours=3)

    assert await demo(looking(look), secrets=secrets, within=tmp_path) == 7
    assert not seen[0].parent.exists()
    assert not [*tmp_path.iterdir()]  # noqa: ASYNC240
    assert not any("-m console" in command for command in descendants().values())
    lines = sum(len(talk.lines) for talk in story.talks)
    assert capsys.readouterr().err == f"Northwind Trading: {lines} of {lines} messages\n"


async def test_conversations_from_a_file_arrive_as_they_are_in_it(tmp_path: Path) -> None:
    dialogues = [
        {
            "id": f"{number}",
            "language": "tr" if number % 3 == 0 else "en",
            "topics": ["Hotels_2"],
            "turns": [
                {"sender": "customer" if turn % 2 == 0 else "workspace", "text": f"{number}.{turn} şöyle"}
                for turn in range(1 + number % 5)
            ],
        }
        for number in range(24)
    ]
    path = tmp_path / "calls.jsonl"
    path.write_text("\n".join(json.dumps(one) for one in dialogues), encoding="utf-8")

    async def look(api: Api, _settings: Settings) -> None:
        session = await api.session.get()
        assert (session.workspace.name, session.role.name) == ("calls", "viewer")
        found = await everything(api)
        texts = []
        for one in found.values():
            told = await thread(api, one)
            assert (one.waiting_since is not None) == (told[-1].sender.kind == "customer")
            assert one.metadata["labels"] == ["hotels"]
            texts.append([text for message in told for text in message.content.values()])
        assert sorted(texts) == sorted([[turn["text"] for turn in one["turns"]] for one in dialogues])  # type: ignore[index]

    assert await demo(looking(look), role="viewer", dialogues=path, secrets=set()) == 7


async def test_a_bad_file_ends_before_anything_is_started(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("{}\n")

    async def never(_settings: Settings) -> int:
        raise AssertionError("the console must not open")

    with pytest.raises(DemoError, match=r"bad\.jsonl, line 1"):
        await demo(never, dialogues=path, secrets=set(), within=tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["bad.jsonl"]  # noqa: ASYNC240


def test_an_error_while_the_console_is_open_leaves_nothing(tmp_path: Path) -> None:
    async def fail(_settings: Settings) -> int:
        raise RuntimeError("a console that fails")

    path = tmp_path / "calls.jsonl"
    path.write_text('{"id": "1", "language": "en", "turns": [{"sender": "customer", "text": "hi"}]}')
    with pytest.raises(RuntimeError, match="a console that fails"):
        run_program(demo(fail, dialogues=path, secrets=set(), within=tmp_path))
    assert [*tmp_path.iterdir()] == [path]
    assert not any("-m console" in command for command in descendants().values())
