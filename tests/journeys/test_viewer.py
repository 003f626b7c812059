"""A viewer's console offers nothing that the key may not do, and the server refuses the same calls made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from console.client.api import Api
from console.contract.inputs import ListConversations
from console.contract.shapes import Conversation, Message, Page
from tests.journeys.steps import CTRL_F, CTRL_P, ESCAPE, customer_writes, find
from tests.journeys.workspace import Workspace

# The documented words, not those of our own code.
ENGAGE, DELETE, MANAGE = "conversation:engage", "conversation:delete", "workspace:manage"


async def test_a_viewer_is_offered_nothing_that_writes(workspace: Workspace, tmp_path: Path) -> None:
    conversation = await customer_writes(workspace, "Vera", "Is anybody there?")
    async with workspace.console(workspace.key("viewer"), tmp_path / "state", columns=120) as terminal:
        await find(terminal, "Vera")
        await terminal.until("Is anybody there?")
        await terminal.until("You read here as viewer.")
        footer = terminal.row(39)
        assert not [offer for offer in ("reply", "note", "draft", "resolve", "attach") if offer in footer]
        for key in ("r", "i", "d", "e", "c", "C", "#", CTRL_F):
            terminal.send(key)
            await terminal.until("The role viewer may not do this")
            terminal.send("H")  # what it may do is done, and what was said goes
            await terminal.until(lambda shown: "The role viewer may not do this" not in shown.text())
        terminal.send(CTRL_P)
        await terminal.until("Go to the next pane")
        terminal.send("delete")
        await terminal.until("Nothing is called so.")
        terminal.send(ESCAPE)
        await terminal.until(lambda shown: "Nothing is called so." not in shown.text())
        terminal.send("q")
        assert await terminal.wait() == 0
    async with Api(workspace.url, workspace.key("viewer")) as api:
        kept = await api.conversations.get(conversation)
        assert kept.metadata == {}
        assert kept.child_count == 0
        assert len((await api.messages.list(conversation)).items) == 1
        assert not (await api.conversations.list(ListConversations(parent_id=conversation))).items


@pytest.mark.parametrize(
    ("procedure", "given", "permission"),
    [
        ("send", {"conversationId": "{id}", "content": {"en": "x"}}, ENGAGE),
        ("send", {"conversationId": "{id}", "content": {"en": "x"}, "flags": ["internal-note"]}, ENGAGE),
        ("getOrCreateConversation", {"customer": {"externalId": "made-by-hand"}}, ENGAGE),
        ("createSubConversation", {"parentId": "{id}", "name": "x"}, ENGAGE),
        ("updateConversation", {"id": "{id}", "metadata": {"status": "resolved"}}, ENGAGE),
        ("updateConversation", {"id": "{id}", "name": "x"}, ENGAGE),
        ("deleteConversation", {"id": "{id}"}, DELETE),
        ("markRead", {"conversationId": "{id}", "messageId": "x"}, ENGAGE),
        ("claimGuestConversations", {"fingerprint": "12345678", "customerId": "x"}, ENGAGE),
        ("saveTemplate", {"name": "x", "content": {"en": "x"}}, MANAGE),
    ],
)
async def test_what_a_viewer_is_not_offered_is_refused_by_hand(
    workspace: Workspace, procedure: str, given: dict[str, Any], permission: str
) -> None:
    conversation = await customer_writes(workspace, "Vera by hand", "Is anybody there?")
    before = await _known(workspace, conversation)
    given = {key: conversation if value == "{id}" else value for key, value in given.items()}
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {workspace.key('viewer')}"}) as hand:
        answer = await hand.post(f"{workspace.url}/api/trpc/v1.connect.{procedure}", json=given)
    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == f"Missing permission: connect360:{permission}"
    assert await _known(workspace, conversation) == before


async def test_a_viewer_uploads_nothing_and_starts_no_agent_by_hand(workspace: Workspace) -> None:
    conversation = await customer_writes(workspace, "Vera by hand")
    refused = {"message": f"Missing permission: connect360:{ENGAGE}"}
    async with httpx.AsyncClient(headers={"Authorization": f"Bearer {workspace.key('viewer')}"}) as hand:
        upload = await hand.post(f"{workspace.url}/api/v1/connect/attachments", files={"files": ("a.txt", b"a")})
        assert (upload.status_code, upload.json()) == (403, refused)
        given = {"agentId": "agent_retrieving", "conversationId": conversation, "senderId": "x"}
        draft = await hand.post(f"{workspace.url}/api/v1/connect/ai-stream", json=given)
        assert (draft.status_code, draft.json()) == (403, refused)


async def _known(workspace: Workspace, conversation: str) -> tuple[Page[Conversation], Page[Message]]:
    """The workspace's conversations, and this one's messages, as the viewer may read them."""
    async with Api(workspace.url, workspace.key("viewer")) as api:
        return await api.conversations.list(ListConversations()), await api.messages.list(conversation)
