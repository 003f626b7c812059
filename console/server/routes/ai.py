"""The AI stream (contract, 7): a request that is wrong is an HTTP error, what goes wrong later an `error` event."""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from console.contract.ai import AiError, AiEvent, AiRequest
from console.contract.inputs import Send
from console.contract.procedures import AI_STREAM, SEND
from console.contract.shapes import Agent, Message
from console.server.ai.agents import agents_of
from console.server.ai.answering import Answering, Prepared
from console.server.ai.model import ModelSettings
from console.server.ai.workspace import WorkspaceKnowledge
from console.server.auth import Caller
from console.server.broadcast import until_over
from console.server.dispatch import refusal_of
from console.server.refusal import Refusal, bad_request, not_found
from console.server.routes.body import GONE, Body, EarlyAnswer
from console.server.routes.rest import refused
from console.server.routes.sse import event_source
from console.server.sentences import sentence_of
from console.server.service import Service
from console.server.trpc import read_json

if TYPE_CHECKING:
    from sse_starlette import ServerSentEvent

log = logging.getLogger("connect360.server")

_MOST_BYTES = 256 * 1024
_NO_CONVERSATION = not_found("Conversation").sentence


class AiRoutes:
    """The endpoint over a service and its agents, and the answers that `send` asks for."""

    def __init__(self, service: Service, models: Sequence[ModelSettings] = (), *, pace: float = 0.015) -> None:
        agents = agents_of(WorkspaceKnowledge(service.store), models, pace=pace)
        self._service = service
        self._answering = Answering(service.store, agents)
        service.agents = tuple(
            Agent(id=agent.id, name=agent.name, description=agent.description) for agent in agents.values()
        )
        service.follow_ups[SEND.name] = self._after_send

    def routes(self) -> list[Route]:
        """To be mounted."""
        return [Route(AI_STREAM.path, self._stream, methods=["POST"])]

    async def _stream(self, request: Request) -> Response:
        body = None
        try:
            caller = self._service.authorize(request.headers, AI_STREAM.permission)
            too_large = Refusal("PAYLOAD_TOO_LARGE", f"A request may have at most {_MOST_BYTES:,} bytes.")
            body = Body(request, _MOST_BYTES, too_large)
            wanted = await _read(request, body)
            self._answering.check(wanted)
            return self._answer(caller, await self._prepared(caller, wanted))
        except ClientDisconnect:
            return Response(status_code=GONE)
        except Refusal as refusal:
            return EarlyAnswer(refused(refusal), body)

    async def _prepared(self, caller: Caller, wanted: AiRequest) -> Prepared | AiError:
        """A conversation that is not found is told in the stream, as the documentation has it."""
        try:
            return await self._answering.prepare(caller, wanted)
        except Refusal as refusal:
            if refusal.sentence != _NO_CONVERSATION:
                raise
            return AiError(error=refusal.sentence)

    def _answer(self, caller: Caller, prepared: Prepared | AiError) -> Response:
        events = _alone(prepared) if isinstance(prepared, AiError) else self._answering.events(prepared)
        events = self._while_good(caller, events)
        headers = {"cache-control": "no-cache, no-transform", "x-accel-buffering": "no"}
        return event_source(_told(events), headers=headers, ping=self._service.config.ping_seconds, sep="\n")

    def _after_send(self, caller: Caller, wanted: Send, made: Message) -> None:
        """Have the agent answer that the message was sent with."""
        if wanted.ai is None:
            return
        request = AiRequest(
            agent_id=wanted.ai.agent_id,
            conversation_id=made.conversation_id,
            channel_id=wanted.ai.channel_id,
            last_message_id=made.id,
        )
        self._service.in_background(self._answer_alone(caller, request))

    async def _answer_alone(self, caller: Caller, request: AiRequest) -> None:
        async for ended in self._while_good(caller, self._ended(caller, request)):
            if isinstance(ended, AiError):
                log.warning("no answer to message %s: %s", request.last_message_id, ended.error)

    async def _ended(self, caller: Caller, request: AiRequest) -> AsyncGenerator[AiEvent, None]:
        yield await self._answering.answer(caller, request)

    async def _while_good(self, caller: Caller, events: AsyncGenerator[AiEvent, None]) -> AsyncGenerator[AiEvent, None]:
        """The events for as long as the caller's key is good; then why there are no more."""
        with self._service.hub.listening(caller.workspace_id, caller.key_id) as listener:
            async with aclosing(until_over(events, listener)) as good:
                async for event in good:
                    yield event
            if listener.refusal is not None:
                yield AiError(error=listener.refusal.sentence)


async def _read(request: Request, body: Body) -> AiRequest:
    """The request as the contract has it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise Refusal("UNSUPPORTED_MEDIA_TYPE", "The request must be application/json.")
    whole = b"".join([piece async for piece in body])
    try:
        return AiRequest.model_validate(read_json(whole), by_alias=True, by_name=False)
    except ValidationError as error:
        raise bad_request(sentence_of(error)) from None


async def _alone(event: AiEvent) -> AsyncGenerator[AiEvent, None]:
    yield event


async def _told(events: AsyncGenerator[AiEvent, None]) -> AsyncIterator[ServerSentEvent]:
    """Events as `data:` lines and nothing else. Leaving, or being left, closes them and what they come from."""
    async with aclosing(events):
        try:
            async for event in events:
                yield _said(event)
        except SQLAlchemyError as error:
            yield _said(AiError(error=refusal_of(error).sentence))


def _said(event: AiEvent) -> ServerSentEvent:
    from sse_starlette import ServerSentEvent

    return ServerSentEvent(event.model_dump_json(by_alias=True), sep="\n")
