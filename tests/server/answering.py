"""Asking agents over a real store, without HTTP."""

from __future__ import annotations

import asyncio
from typing import Any

from console.contract.ai import AiEvent, AiRequest
from console.contract.shapes import Conversation
from console.server.ai.agent import AgentFailed
from console.server.ai.answering import Answering
from console.server.auth import Caller
from tests.server.workspace import Desk, FakeAgent


async def events_of(answering: Answering, caller: Caller, request: AiRequest) -> list[AiEvent]:
    """The whole stream of an answer."""
    return [event async for event in answering.events(await answering.prepare(caller, request))]


def draft(conversation: Conversation, agent: str = "agent_fake", **more: Any) -> AiRequest:
    """Ask for a draft."""
    return AiRequest(agent_id=agent, conversation_id=conversation.id, mode="draft", **more)


def answering_with(desk: Desk, *script: str | asyncio.Event | AgentFailed) -> tuple[Answering, FakeAgent]:
    """Answers by an agent that follows a script, and that agent."""
    agent = FakeAgent(list(script))
    return Answering(desk.store, {agent.id: agent}), agent
