"""The AI stream (contract, 7): a request, and the server-sent events that answer it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from console.contract.base import BUILT_WHEN_USED, Input, Language, MaybeText, Shape, Text, unread_as
from console.contract.given import Id

Task = Literal["reply", "continue", "shorten", "lengthen", "simplify", "tone"]


class AiRequest(Input):
    """Ask an agent for an answer: posted when it is done, unless `mode` is "draft" (extension `ai-drafts`)."""

    agent_id: Id
    conversation_id: Id
    channel_id: Id | None = None
    last_message_id: Id | None = None
    sender_id: Id | None = None
    # extension, feature `ai-drafts`
    mode: Literal["reply", "draft"] | None = None
    task: Task | None = None
    text: str | None = Field(default=None, max_length=20_000)
    tone: str | None = Field(default=None, max_length=200)
    language: Language | None = None
    instruction: str | None = Field(default=None, max_length=2_000)


class AiDelta(Shape):
    """A piece of the answer; `text` is all of it so far."""

    type: Literal["delta"] = "delta"
    delta: Text
    text: str


class AiDone(Shape):
    """The whole answer. `message_id` names the posted message, null for a draft."""

    type: Literal["done"] = "done"
    message_id: MaybeText = None
    text: str


class AiError(Shape):
    """The stream ended in an error."""

    type: Literal["error"] = "error"
    error: Annotated[str, unread_as("The agent could not answer.")]


AiEvent = AiDelta | AiDone | AiError
AI_EVENT: TypeAdapter[AiEvent] = TypeAdapter(Annotated[AiEvent, Field(discriminator="type")], config=BUILT_WHEN_USED)
