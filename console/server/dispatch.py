"""A call carried out: permission, input, handler, in this order, and the answer as JSON text."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from console.contract.inputs import NoInput
from console.contract.procedures import Procedure
from console.contract.superjson import UNDEFINED
from console.server.attempt import Attempt
from console.server.auth import Caller
from console.server.procedures import MOMENTARY, MUTATIONS, QUERIES
from console.server.procedures.auditing import deed_of
from console.server.procedures.calls import Reading, Writing
from console.server.refusal import BUSY, FAULT, UNREADABLE, Refusal, bad_request
from console.server.reporting import report
from console.server.sentences import sentence_of
from console.server.store import audit
from console.server.store.answers import Asked, first_answer, keep_answer, question_of
from console.server.trpc import Call, Calls, Outcome

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from console.server.service import Service
    from console.server.store.writer import Transaction

_IDEMPOTENCY_KEY = "idempotency-key"
_LONGEST_KEY = 200
MOST_BYTES = 16 * 1024 * 1024
"""How much a batch may answer before the rest of its queries is refused."""
_TOO_MUCH = Refusal("PAYLOAD_TOO_LARGE", "The answers before this one are as much as a batch may bring. Ask again.")


def admit(service: Service, calls: Calls, headers: Mapping[str, str]) -> tuple[Caller | None, Calls]:
    """Who calls, None when no call gets that far, and the calls, refused where key or role does not reach.

    It is done before anything of a body is read. Raises a Refusal for a batch that no waiting would let through.
    """
    if not calls.wanted:
        return None, calls
    try:
        caller = service.caller(headers)
    except Refusal as refusal:
        return None, _refused(calls, refusal)
    service.limiter.check(calls.wanted)
    try:
        service.limiter.count(caller.key_id, calls.wanted)
    except Refusal as refusal:
        return caller, _refused(calls, refusal)
    return caller, replace(calls, calls=tuple(_permitted(call, caller) for call in calls.calls))


def _refused(calls: Calls, refusal: Refusal) -> Calls:
    return replace(calls, calls=tuple(call if call.refusal else replace(call, refusal=refusal) for call in calls.calls))


def _permitted(call: Call, caller: Caller) -> Call:
    if call.refusal is not None:
        return call
    assert call.procedure is not None
    try:
        caller.require(call.procedure.permission)
    except Refusal as refusal:
        return replace(call, refusal=refusal)
    return call


async def carry_out(service: Service, caller: Caller | None, calls: Calls, headers: Mapping[str, str]) -> list[Outcome]:
    """What became of each call: one that fails leaves the others alone.

    Mutations run side by side, so that one commit serves them all. Queries run one after another, for as long as their
    answers are no more than a server can hold for everybody.
    """
    count = len(calls.calls)
    if count > 1 and any(call.procedure is not None and call.procedure.kind == "mutation" for call in calls.calls):
        return await asyncio.gather(*(_attempt(service, call, caller, headers, count) for call in calls.calls))
    outcomes: list[Outcome] = []
    left = MOST_BYTES
    for call in calls.calls:
        held = replace(call, refusal=call.refusal or _TOO_MUCH) if left < 0 else call
        outcomes.append(await _attempt(service, held, caller, headers, count))
        left -= len(outcomes[-1].answer)
    return outcomes


def read_input(call: Call) -> Any:
    """The input as the contract has it. Raises a Refusal with a sentence for what cannot be used."""
    assert call.procedure is not None
    raw = call.input()
    is_nothing = raw is UNDEFINED or (raw is None and call.procedure.input is NoInput)
    try:
        return call.procedure.input.model_validate({} if is_nothing else raw, by_alias=True, by_name=False)
    except ValidationError as error:
        raise bad_request(sentence_of(error)) from None


def refusal_of(error: BaseException, busy: str = BUSY) -> Refusal:
    """What leaves the server about an error: a refusal as it is, of anything else no word."""
    if isinstance(error, Refusal):
        return error
    if not isinstance(error, Exception):
        raise error
    report("a call failed", error)
    if isinstance(error, OperationalError):
        return Refusal("SERVICE_UNAVAILABLE", busy)
    return Refusal("INTERNAL_SERVER_ERROR", FAULT)


async def _attempt(
    service: Service, call: Call, caller: Caller | None, headers: Mapping[str, str], calls: int
) -> Outcome:
    """What became of a call, whatever it was."""
    attempt = Attempt()
    with attempt:
        return Outcome(call.path, await _perform(service, call, caller, headers, calls))
    is_query = call.procedure is not None and call.procedure.kind == "query"
    assert attempt.error is not None
    return Outcome(call.path, refusal=refusal_of(attempt.error, UNREADABLE if is_query else BUSY))


async def _perform(
    service: Service, call: Call, caller: Caller | None, headers: Mapping[str, str], calls: int
) -> bytes:
    if call.refusal is not None:
        raise call.refusal
    procedure = call.procedure
    assert procedure is not None
    assert caller is not None
    wanted = read_input(call)
    if procedure.kind == "query":
        return await _query(service, procedure, caller, wanted)
    if procedure.name in MOMENTARY:
        made = await MOMENTARY[procedure.name](service, caller, wanted)
        return procedure.answer.dump_json(made, by_alias=True)
    return await _mutate(service, procedure, caller, wanted, _asked(procedure, caller, call.raw, headers, calls))


def _asked(
    procedure: Procedure[Any, Any], caller: Caller, raw: Any, headers: Mapping[str, str], calls: int
) -> Asked | None:
    """How a mutation is recognised when it comes again; None without the header."""
    key = headers.get(_IDEMPOTENCY_KEY)
    if key is None:
        return None
    if calls > 1:
        raise bad_request("Idempotency-Key goes with a single call, not with a batch.")
    if not 0 < len(key) <= _LONGEST_KEY:
        raise bad_request(f"Idempotency-Key must be 1 to {_LONGEST_KEY} characters.")
    return Asked(caller.workspace_id, caller.key_id, key, question_of(procedure.path, raw))


async def _query(service: Service, procedure: Procedure[Any, Any], caller: Caller, wanted: Any) -> bytes:
    handler = QUERIES[procedure.name]

    def reading(connection: Connection) -> bytes:
        answer = handler(Reading(connection, caller, service.now(), service.agents), wanted)
        return answer if isinstance(answer, bytes) else procedure.answer.dump_json(answer, by_alias=True)

    return await service.store.read(reading)


async def _mutate(
    service: Service, procedure: Procedure[Any, Any], caller: Caller, wanted: Any, asked: Asked | None
) -> bytes:
    handler = MUTATIONS[procedure.name]

    def writing(transaction: Transaction) -> tuple[bytes, Any]:
        if asked is not None and (before := first_answer(transaction, asked)) is not None:
            return before, None
        key = asked.idempotency_key if asked else None
        call = Writing(transaction, caller, key, service.agents)
        made = handler(call, wanted)
        deed = deed_of(procedure, wanted, made, call.noted)
        audit.record(transaction, caller.workspace_id, caller.member_id, caller.key_id, deed)
        answer = procedure.answer.dump_json(made, by_alias=True)
        if asked is not None:
            keep_answer(transaction, asked, answer, made)
        return answer, made

    answer, made = await service.store.write(writing)
    if made is not None:
        service.after(procedure, caller, wanted, made)
    return answer
