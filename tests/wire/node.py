"""The real client in a process of node's, told what to do and asked what became of it."""

from __future__ import annotations

import asyncio
import json
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from console.contract.superjson import restore, wrap

PATIENCE = 20.0
_DRIVER = Path(__file__).parent / "driver.mjs"
_LONGEST_LINE = 32 * 1024 * 1024

Link = Literal["httpLink", "httpBatchLink", "httpBatchStreamLink", "httpSubscriptionLink"]
Version = Literal["newest", "oldest"]
Transformer = Literal["plain", "superjson"]


@dataclass(frozen=True)
class Client:
    """A client as a program would make it. `options` go to its link."""

    url: str
    key: str | None
    link: Link = "httpLink"
    transformer: Transformer = "plain"
    version: Version = "newest"
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)

    def told(self) -> dict[str, Any]:
        """As the driver wants it."""
        authorization = {"authorization": f"Bearer {self.key}"} if self.key else {}
        return asdict(self) | {"url": f"{self.url}/api/trpc{self.query}", "headers": authorization | self.headers}


@dataclass(frozen=True)
class Call:
    """A call of a path. `leave`: it is given up once it is sent."""

    kind: Literal["query", "mutation"]
    path: str
    input: Any = None
    has_input: bool = True
    leave: bool = False

    def told(self) -> dict[str, Any]:
        """As the driver wants it."""
        told = {"kind": self.kind, "path": f"v1.connect.{self.path}", "leave": self.leave}
        return told | ({"input": wrap(self.input)} if self.has_input else {})


@dataclass(frozen=True)
class Made:
    """What became of the calls of one tick: `values`, of which a failed one is its error, and the requests made."""

    outcomes: list[dict[str, Any]]
    requests: list[dict[str, Any]]

    @property
    def values(self) -> list[Any]:
        """What each call gave. Fails for a call that was refused."""
        assert all("value" in one for one in self.outcomes), self.outcomes
        return [restore(one["value"]) for one in self.outcomes]

    @property
    def errors(self) -> list[dict[str, Any]]:
        """What each call was refused with. Fails for a call that was not."""
        assert all("error" in one for one in self.outcomes), self.outcomes
        return [one["error"] for one in self.outcomes]


class Subscription:
    """One subscription of the real client, and what its owner was told of it."""

    def __init__(self, node: Node, number: int) -> None:
        self._node = node
        self._number = number
        self._told = node.lines(number)

    async def told(self) -> dict[str, Any]:
        """The next that is told."""
        async with asyncio.timeout(PATIENCE):
            return await self._told.get()

    async def next(self, what: str, state: str | None = None) -> dict[str, Any]:
        """The next that is told of this kind; only the state of the line is passed over."""
        while True:
            told = await self.told()
            if told["told"] == what and state in (None, told.get("state")):
                return told
            assert told["told"] in ("started", "state", "stopped"), told

    async def value(self) -> Any:
        """The next value."""
        return restore((await self.next("data"))["value"])

    async def leave(self) -> None:
        """Unsubscribe."""
        await self._node.ask("leave", followed=self._number)


class Node:
    """The process."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._lines: dict[int, asyncio.Queue[dict[str, Any]]] = {}
        self._reading = asyncio.create_task(self._read())

    def lines(self, number: int) -> asyncio.Queue[dict[str, Any]]:
        """What is told of the thing with this number."""
        return self._lines.setdefault(number, asyncio.Queue())

    async def ask(self, what: str, **more: Any) -> dict[str, Any]:
        """Have something done, and hear what became of it."""
        number = self._tell(what, more)
        async with asyncio.timeout(PATIENCE):
            answer = await self.lines(number).get()
        assert "ended" not in answer, answer["ended"]
        return answer

    async def call(self, client: Client, *calls: Call) -> Made:
        """Make calls in one tick."""
        made = await self.ask("call", client=client.told(), calls=[call.told() for call in calls])
        return Made(made["outcomes"], made["requests"])

    def follow(self, client: Client, wanted: Any = None, *, path: str = "v1.connect.events") -> Subscription:
        """Subscribe to the events."""
        given = {} if wanted is None else {"input": wrap(wanted)}
        number = self._tell("follow", {"client": client.told(), "path": path, **given})
        return Subscription(self, number)

    async def end(self) -> None:
        """Close its input, at which it ends."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()
        await self._reading

    def _tell(self, what: str, more: dict[str, Any]) -> int:
        assert self._process.stdin is not None
        number = len(self._lines)
        self.lines(number)
        self._process.stdin.write(json.dumps({"id": number, "do": what, **more}).encode() + b"\n")
        return number

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            told = json.loads(line)
            self.lines(told["id"]).put_nowait(told)
        for queue in self._lines.values():
            queue.put_nowait({"told": "ended", "ended": "node ended; its standard error says why"})


@asynccontextmanager
async def running_node(packages: Path) -> AsyncIterator[Node]:
    """A process that is gone after the block."""
    process = await asyncio.create_subprocess_exec(
        *("node", "--input-type=module", "--eval", _DRIVER.read_text("utf-8")),
        cwd=packages,
        stdin=PIPE,
        stdout=PIPE,
        limit=_LONGEST_LINE,
    )
    node = Node(process)
    try:
        yield node
    finally:
        await node.end()
