"""An answer from request to end: who is asked what, the stream, and the message that is posted when it is done."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Collection, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.contract.ai import AiDelta, AiDone, AiError, AiEvent, AiRequest
from console.contract.base import LANGUAGES, Language
from console.contract.content import languages_of, text_in
from console.contract.procedures import AI_STREAM
from console.contract.shapes import Conversation, Limits, Message, Sender
from console.server.ai.agent import Agent, AgentFailed, Assignment, Turn
from console.server.ai.workspace import thread
from console.server.auth import Caller, unknown_key
from console.server.procedures.channels import attach, known
from console.server.procedures.posting import Origin, Post, conversation_row, post
from console.server.refusal import Refusal, bad_request, not_found
from console.server.store import audit
from console.server.store.conversations import conversations_by_id
from console.server.store.database import Store
from console.server.store.keys import is_good
from console.server.store.messages import messages_by_id
from console.server.store.writer import Transaction
from console.text.language import language_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

_MOST_CHARACTERS = Limits().message_characters
_DELTAS = 100
"""A delta brings all of the text so far (contract, 7), so it waits until it adds a hundredth to it: an answer of n
characters costs at most about 100 n on the wire, however small its pieces are, and not n²/2."""
_SENDER_REQUIRED = "senderId is required unless it can be read from lastMessageId"
_EMPTY = "The agent had nothing to say. Try again, or write it yourself."


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request whose references were all found."""

    agent: Agent
    assignment: Assignment
    caller: Caller
    posts: bool
    channel_id: str | None


@dataclass(frozen=True, slots=True)
class _Scene:
    conversation: Conversation
    last: Message | None
    turns: Sequence[Message]


class Answering:
    """Has agents answer in conversations of the store."""

    def __init__(self, store: Store, agents: Mapping[str, Agent]) -> None:
        self._store = store
        self._agents = agents

    def check(self, request: AiRequest) -> Agent:
        """The agent of a request that is complete. Raises the refusal of one that is not."""
        agent = self._agents.get(request.agent_id)
        if agent is None:
            raise not_found("Agent")
        if request.sender_id is None and request.last_message_id is None and request.mode != "draft":
            raise bad_request(_SENDER_REQUIRED)
        if request.task not in (None, "reply", "continue") and not (request.text or "").strip():
            raise bad_request(f'text is required for the task "{request.task}"')
        if request.task not in (None, "reply") and request.mode != "draft":
            raise bad_request(f'the task "{request.task}" needs the mode "draft"')
        return agent

    async def prepare(self, caller: Caller, request: AiRequest) -> Prepared:
        """Find what the request names. Raises its refusal; what is missing and what is foreign look alike."""
        agent = self.check(request)
        scene = await self._store.read(_scene, caller, request, self._agents.keys())
        posts = request.mode != "draft"
        channel_id = request.channel_id or _channel(scene)
        if posts and channel_id is None:
            raise bad_request("channelId is required: neither the conversation nor the last message has a channel")
        return Prepared(agent, _assignment(caller, request, scene), caller, posts, channel_id)

    async def events(self, prepared: Prepared) -> AsyncGenerator[AiEvent, None]:
        """The stream of an answer. Closed midway, the agent stops and nothing is posted."""
        text = held = ""
        failure: str | None = None
        try:
            async with aclosing(prepared.agent.answer(prepared.assignment)) as pieces:
                async for piece in pieces:
                    held += piece[: _MOST_CHARACTERS - len(text) - len(held)]
                    if not text:
                        held = held.lstrip()
                    if len(held) * _DELTAS > len(text):
                        text += held
                        yield AiDelta(delta=held, text=text)
                        held = ""
                    if len(text) + len(held) >= _MOST_CHARACTERS:
                        break
        except AgentFailed as error:
            failure = str(error)
        if held:
            text += held
            yield AiDelta(delta=held, text=text)
        if failure is None and not text.strip():
            failure = _EMPTY
        message_id = None
        if failure is None and prepared.posts:
            try:
                message_id = await self._post(prepared, text)
            except Refusal as refusal:
                failure = str(refusal)
        yield AiDone(message_id=message_id, text=text) if failure is None else AiError(error=failure)

    async def answer(self, caller: Caller, request: AiRequest) -> AiDone | AiError:
        """The same with nobody reading along: for a message that was sent with `ai`."""
        try:
            prepared = await self.prepare(caller, request)
        except Refusal as error:
            return AiError(error=str(error))
        async for event in self.events(prepared):
            if not isinstance(event, AiDelta):
                return event
        raise AssertionError("a stream of events ends with done or error")

    async def _post(self, prepared: Prepared, text: str) -> str:
        """The answer as the agent's message. The conversation may be gone by now, which is a refusal like any."""

        def posting(transaction: Transaction) -> str:
            workspace_id, key_id = prepared.caller.workspace_id, prepared.caller.key_id
            if not is_good(transaction.connection, key_id, transaction.now):
                raise unknown_key()
            row = conversation_row(transaction.connection, workspace_id, prepared.assignment.conversation)
            channels = known(
                transaction.connection, workspace_id, "Channel", [prepared.channel_id] if prepared.channel_id else ()
            )
            attach(transaction, workspace_id, row.id, channels)
            message = Post(
                sender=Sender(kind="agent", id=prepared.agent.id, name=prepared.agent.name),
                content={prepared.assignment.language: text},
                channel_id=prepared.channel_id,
            )
            posted = post(transaction, workspace_id, row, message, Origin(key_id))
            details = {"agentId": prepared.agent.id, "conversationId": row.id}
            deed = audit.Deed(AI_STREAM.name, "message", posted.id, details)
            audit.record(transaction, workspace_id, prepared.caller.member_id, key_id, deed)
            return posted.id

        return await self._store.write(posting)


def _scene(connection: Connection, caller: Caller, request: AiRequest, agents: Collection[str]) -> _Scene:
    """What stands in the conversation up to the message that is to be answered. All that is named must be there."""
    workspace_id, conversation_id = caller.workspace_id, request.conversation_id
    found = conversations_by_id(connection, workspace_id, caller.member_id, [conversation_id])
    if conversation_id not in found:
        raise not_found("Conversation")
    known(connection, workspace_id, "Channel", [request.channel_id] if request.channel_id else ())
    if request.sender_id is not None and request.sender_id not in agents:
        known(connection, workspace_id, "Sender", [request.sender_id])
    last = None
    if request.last_message_id is not None:
        last = messages_by_id(connection, workspace_id, [request.last_message_id]).get(request.last_message_id)
        if last is None or last.conversation_id != conversation_id:
            raise not_found("Message")
        if request.mode != "draft":
            _check_answerable(request, last)
    said: Sequence[Message] = thread(connection, workspace_id, conversation_id, last)
    if last is None and request.sender_id is not None:
        said = _up_to_the_last_of(said, request.sender_id)
    return _Scene(found[conversation_id], last, said)


def _check_answerable(request: AiRequest, last: Message) -> None:
    if last.is_note:
        raise bad_request("lastMessageId is an internal note: an answer to it would reach the customer")
    if request.sender_id is None and last.sender.id is None:
        raise bad_request(_SENDER_REQUIRED)


def _up_to_the_last_of(said: Sequence[Message], sender_id: str) -> Sequence[Message]:
    """The thread as far as this customer's last message; all of it for a colleague, who asks for the next answer."""
    places = [
        place
        for place, message in enumerate(said, 1)
        if message.sender.kind == "customer" and message.sender.id == sender_id
    ]
    return said[: places[-1]] if places else said


def _channel(scene: _Scene) -> str | None:
    """The last message's channel, else the conversation's first."""
    if scene.last is not None and scene.last.channel_id is not None:
        return scene.last.channel_id
    return next((channel.id for channel in scene.conversation.channels), None)


def _assignment(caller: Caller, request: AiRequest, scene: _Scene) -> Assignment:
    turns = tuple(
        Turn("customer" if message.sender.kind == "customer" else "workspace", text)
        for message in scene.turns
        if message.sender.kind != "system" and (text := text_in(message.content).strip())
    )
    return Assignment(
        workspace=caller.workspace_id,
        workspace_name=caller.workspace_name,
        conversation=scene.conversation.id,
        language=request.language or _language(scene.turns),
        turns=turns,
        task=request.task or "reply",
        text=request.text or "",
        tone=request.tone,
        instruction=request.instruction,
        is_posted=request.mode != "draft",
    )


def _language(said: Sequence[Message]) -> Language:
    """The customer's: by its letters where they tell, else what their message is marked as."""
    for message in reversed(said):
        text = text_in(message.content)
        if message.sender.kind != "customer" or not text.strip():
            continue
        seen = language_of(text)
        marked = next((language for language in LANGUAGES if language in languages_of(message.content)), None)
        if seen is not None:
            return seen if seen != "en" else marked or "en"
        if marked is not None:
            return marked
    return "en"
