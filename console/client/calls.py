"""The calls of the table, made: mount, input, retry, answer. What every resource is built on."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, TypeVar

from console.client.budget import Deadline
from console.client.capabilities import DOCUMENTED_ONLY, Capabilities, capabilities_of
from console.client.errors import (
    ApiError,
    Forbidden,
    LineError,
    NotFound,
    TimedOut,
    TooManyRequests,
    Unauthorized,
    Unsupported,
)
from console.client.mount import PROBE, Transformer, candidates, configured, mount_of, no_mount
from console.client.pages import page_of, unrolled
from console.client.retry import repeated
from console.client.transport import Transport
from console.client.trpc import Mount, request_of, value_of
from console.contract.base import Input
from console.contract.inputs import NoInput, Paged
from console.contract.procedures import (
    GET_OR_CREATE_CONVERSATION,
    MARK_READ,
    SESSION,
    UPDATE_CONVERSATION,
    Procedure,
)
from console.contract.shapes import Page, Session

I = TypeVar("I", bound=Input)  # noqa: E741  the input, as in the table
A = TypeVar("A")
T = TypeVar("T")

# mutations that, done twice, leave what once would have left
_REPEATABLE = frozenset(one.name for one in (GET_OR_CREATE_CONVERSATION, UPDATE_CONVERSATION, MARK_READ))


class Needs(NamedTuple):
    """A feature without which a call is not made, and the sentence that says so."""

    feature: str
    why: str


class Calls:
    """Calls to one server with one key, each of which ends within `budget` seconds, whatever it has to wait for."""

    def __init__(self, transport: Transport, *, trpc_path: str, transformer: Transformer, budget: float) -> None:
        self.transport = transport
        self._budget = budget
        self._trpc_path = trpc_path
        self._transformer = transformer
        self._mount = configured(trpc_path, transformer)
        self._mounting = asyncio.Lock()
        self._believed: Mount | None = None  # until an answer bears it out or speaks against it
        self._keep: Callable[[Mount], None] = lambda mount: None
        self._capabilities: Capabilities | None = None
        self._learning = asyncio.Lock()

    def believe(self, mount: Mount | None, keep: Callable[[Mount], None]) -> None:
        """Call there without asking first, if the settings allow it; `keep` is told of what is found out instead."""
        self._keep = keep
        if (
            mount is not None
            and mount.path in candidates(self._trpc_path)
            and self._transformer in ("auto", mount.transformer)
        ):
            self._believed = mount

    async def call(
        self, procedure: Procedure[I, A], given: I, *, idempotency_key: str | None = None, needs: Needs | None = None
    ) -> A:
        """The answer of one call, made again where the rules allow it. Raises ApiError.

        A mutation carries an idempotency key wherever the server is known to take one; it is repeated only then, or if
        doing it twice is harmless.
        """
        return await self._call(procedure, given, idempotency_key=idempotency_key, needs=needs)

    async def page(self, procedure: Procedure[I, Page[T]], given: I, *, needs: Needs | None = None) -> Page[T]:
        """A page of a list, in any of the forms that servers of this family use."""
        return await self._call(procedure, given, needs=needs, tidy=page_of)

    async def every(self, procedure: Procedure[Paged, Page[T]]) -> tuple[T, ...]:
        """A whole list, page by page."""
        return await unrolled(lambda cursor: self.page(procedure, Paged(limit=100, cursor=cursor)))

    async def session(self) -> Session:
        """Who the key is; what it says of the server is remembered. Raises NotFound from a server without it."""
        try:
            session = await self.call(SESSION, NoInput())
        except NotFound as error:
            if error.code is not None:  # tRPC itself says so, not a proxy that knows no such page
                self._capabilities = DOCUMENTED_ONLY
            raise
        self._capabilities = capabilities_of(session)
        return session

    @property
    def known(self) -> Capabilities:
        """What the server is known to be able to, without asking."""
        return self._capabilities or DOCUMENTED_ONLY

    async def capabilities(self) -> Capabilities:
        """What the server can, asked once."""
        async with self._learning:
            if self._capabilities is None:
                try:
                    await self.session()
                except NotFound:
                    if self._capabilities is None:
                        raise
            return self.known

    async def require(self, needs: Needs) -> None:
        """Raise Unsupported unless the server has the feature."""
        if not (await self.capabilities()).has(needs.feature):
            raise Unsupported(needs.why)

    async def mount(self) -> Mount:
        """Where tRPC answers: as set, else probed once. Raises ApiError, and asks again at the next call."""
        async with self._mounting:
            if self._mount is None:
                deadline = Deadline.after(self._budget)
                self._mount = await repeated(lambda: self._probe(deadline), repeatable=True, deadline=deadline)
                self._keep(self._mount)
            return self._mount

    async def _probe(self, deadline: Deadline) -> Mount:
        answers = []
        for path in candidates(self._trpc_path):
            answer = await self.transport.request("GET", f"{path}/{PROBE}", deadline=deadline)
            if found := mount_of(path, self._transformer, answer):
                return found
            answers.append(answer)
        raise no_mount(self.transport.base, answers)

    async def _call(
        self,
        procedure: Procedure[I, A],
        given: I,
        *,
        idempotency_key: str | None = None,
        needs: Needs | None = None,
        tidy: Callable[[Any], Any] = lambda value: value,
    ) -> A:
        deadline = Deadline.after(self._budget)
        if needs is not None:
            async with self._in_time(deadline):
                await self.require(needs)
        if self._mount is None and (believed := self._believed) is not None and procedure.kind == "query":
            try:
                answer = await self._asked(believed, procedure, given, {}, tidy, deadline)
            except ApiError as error:
                if not _speaks_against(error):
                    raise
                self._believed = None
            else:
                self._mount = self._mount or believed
                return answer
        async with self._in_time(deadline):
            mount = await self.mount()
            headers = await self._idempotency(procedure, idempotency_key)
        return await self._asked(mount, procedure, given, headers, tidy, deadline)

    @asynccontextmanager
    async def _in_time(self, deadline: Deadline) -> AsyncGenerator[None]:
        try:
            async with asyncio.timeout_at(deadline.at):
                yield
        except TimeoutError:
            raise TimedOut(f"{self.transport.base} did not answer within {self._budget:g} s. Try again.") from None

    async def _asked(
        self,
        mount: Mount,
        procedure: Procedure[I, A],
        given: I,
        headers: Mapping[str, str],
        tidy: Callable[[Any], Any],
        deadline: Deadline,
    ) -> A:
        """The answer of one call at a mount, made again where the rules allow it."""
        request = request_of(mount, procedure, given)
        is_repeatable = procedure.kind == "query" or procedure.name in _REPEATABLE or bool(headers)

        async def attempt() -> A:
            return await self.transport.value(
                request.method,
                request.path,
                lambda answer: value_of(mount, procedure, answer, tidy=tidy),
                query=request.query,
                headers=headers,
                body=request.body,
                repeatable=is_repeatable,
                deadline=deadline,
            )

        return await repeated(attempt, repeatable=is_repeatable, deadline=deadline)

    async def _idempotency(self, procedure: Procedure[Any, Any], key: str | None) -> Mapping[str, str]:
        if procedure.kind != "mutation":
            return {}
        known = self.known if key is None else await self.capabilities()
        if not known.has("idempotency"):
            return {}
        return {"Idempotency-Key": key or secrets.token_hex(16)}


def _speaks_against(error: ApiError) -> bool:
    """Whether a call may have ended so because tRPC answers elsewhere, or in another transformer."""
    if isinstance(error, LineError | TooManyRequests):
        return False
    return error.code is None or not isinstance(error, Unauthorized | Forbidden | NotFound)
