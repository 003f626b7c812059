"""A run: consoles, customers and colleagues do things, lines carry, lose and repeat them, and in the end all is alike.

A step is a number, which decides by itself what it does: hypothesis leaves out steps when it makes a failure small.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random

from hypothesis import strategies as st

from console.contract.permissions import RoleName
from console.server.keyring import private_directory
from console.server.service import Config
from console.state.database import Database
from console.state.sending import Unsent
from tests.server.inside import Inside, inside, members
from tests.state.orders import claims
from tests.state.orders.acts import WEIGHTS
from tests.state.orders.console import KINDS, LARGE, Console, settled
from tests.state.orders.world import BEGUN, Clock, World

_PEOPLE: tuple[tuple[str, RoleName], ...] = (("Maya Okafor", "admin"), ("Omar Haddad", "agent"), ("Fay Olsen", "admin"))
_ACTS, _WEIGHTS = tuple(WEIGHTS), tuple(WEIGHTS.values())
_ROUNDS = 8  # in which everything comes to rest
_DECIDED = 4  # rounds after which people give up what they could not send


@dataclass(frozen=True)
class Run:
    """Which of the steps that a seed makes are taken. Hypothesis draws it: steps that it drew would be too alike."""

    seed: int
    are_taken: list[bool]

    def steps(self, part: int = 0) -> list[int]:
        """The numbers of its steps, others in each part of a suite."""
        random = Random(f"{part} {self.seed}")
        numbers = [random.getrandbits(32) for _ in self.are_taken]
        return [number for number, is_taken in zip(numbers, self.are_taken, strict=True) if is_taken]


def runs(most: int) -> st.SearchStrategy[Run]:
    """Runs of up to so many steps, of half as many on the average."""
    return st.builds(Run, st.integers(0, 2**32 - 1), st.lists(st.booleans(), min_size=most, max_size=most))


@dataclass
class Play:
    """One run in a workspace of its own."""

    world: World
    consoles: list[Console]
    shelves: Sequence[Database]  # of the consoles, and of a fresh one
    compared: int = 0  # times that a console was found to know all, before the end
    happened: Counter[str] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)  # for whoever reads a failure
    written: dict[tuple[str, str], list[int]] = field(
        default_factory=dict
    )  # at which consoles, by text and conversation
    let_go: list[str] = field(default_factory=list)  # what a person wanted no more

    async def step(self, number: int) -> None:
        """One thing happens. Raises AssertionError where a console then shows what cannot be."""
        random = Random(number)
        self.world.clock.move(random.choice((0, 0, 0, 1, 1, 7)))
        (act,) = random.choices(_ACTS, _WEIGHTS)
        self.told.append(f"{number}: {act.__name__}")
        told = await act(self, random)
        self.told[-1] += f" {told}"
        self.happened[act.__name__] += 1
        await settled()
        for console in self.consoles:
            claims.at_any_time(console)

    async def end(self, random: Random) -> None:
        """Bring everything to its end. Raises AssertionError unless every console then knows what the server knows."""
        await self._rest(random)
        for console in self.consoles:
            await self._check_heard(console)
        for key in sorted({console.wire.key for console in self.consoles}):
            await self._check_read(key, [console for console in self.consoles if console.wire.key == key])
        await self._check_texts()

    def keep(self, text: str, console: Console, id: str) -> None:
        """A person wrote something that is not to be lost, nor to be sent twice."""
        self.written.setdefault((text, id), []).append(console.place)

    async def decide(self, console: Console, unsent: Unsent, random: Random) -> None:
        """Send again what did not leave, or let it go; what may have arrived is looked for by the person first."""
        if unsent.state == "unknown" and not console.is_keyed:
            said = [message.content.get("en") for message in await self.world.thread(unsent.conversation_id)]
            is_wanted = unsent.written.text not in said
        else:
            is_wanted = random.random() < 0.7
        if is_wanted:
            console.do(lambda: console.desk.retry(unsent.local_id))
        elif (written := console.desk.discard(unsent.local_id)) is not None:
            self.let_go.append(written.text)

    async def wait(self, milliseconds: int, random: Random) -> None:
        """Let time go by. Where nothing tells a repetition, whatever was given up has arrived by then or never will."""
        for console in self.consoles:
            if not console.is_keyed:
                await console.wire.land(random)
        self.world.clock.move(milliseconds)

    async def _rest(self, random: Random) -> None:
        for round in range(_ROUNDS):
            for console in random.sample(self.consoles, len(self.consoles)):
                await console.flow(random)
            for console in self.consoles:
                for unsent in console.desk.unsent():
                    if round < _DECIDED:
                        await self.decide(console, unsent, random)
                    elif (written := console.desk.discard(unsent.local_id)) is not None:
                        self.let_go.append(written.text)
            await self.wait(5_000, random)
            for console in self.consoles:
                console.naps.wake()
            await settled()
        for console in self.consoles:
            id = console.desk.open_id
            if id is not None and console.store.thread(id).is_loading:  # it was refused, which the person was told
                console.open(id)
                await settled()
        is_moving = True
        while is_moving:
            is_moving = False
            for console in self.consoles:
                is_moving = await console.flow(random) or is_moving

    async def _check_heard(self, console: Console) -> None:
        """A console on events knows all; one that polls what a poll tells."""
        assert console.store.line.state in ("live", "polling"), console.store.line
        assert not console.desk.leaving() and not console.desk.unsent(), console.desk.unsent()
        if console.is_live:
            assert console.has_read_all, f"{console.name} has not read all that it missed"
            assert console.store.last_event_id in (None, console.last_told)
            claims.same_rows(console, await self.world.truth(console.wire.key), "by what it heard")
            for id in console.followed():
                if not console.store.thread(id).is_loading:
                    await claims.same_thread(console, id)
        else:
            await console.finish(console.desk.look)
        if console.desk.open_id is not None:
            await claims.same_thread(console, console.desk.open_id)

    async def _check_read(self, key: str, consoles: Sequence[Console]) -> None:
        """After they read everything again, they show what a console of this member shows that was just started."""
        truth = await self.world.truth(key)
        fresh = Console(self.world, len(self.consoles), key, "polling", self.shelves[-1], LARGE)
        try:
            await fresh.finish(fresh.desk.start)
            await fresh.finish(fresh.desk.refresh)
            for one in consoles:
                one.wire.limits = one.wire.limits._replace(conversations=LARGE.conversations)
                await one.finish(one.desk.refresh)
                claims.same_rows(one, truth, "by what it read")
                claims.same_as_fresh(one, fresh)
            for one in consoles:
                for id in sorted(one.opened):  # which marks them as read
                    await claims.same_thread_as_fresh(one, fresh, id)
        finally:
            await fresh.close()

    async def _check_texts(self) -> None:
        """Everything that was written is there once, or is still with whoever wrote it."""
        truth = await self.world.truth(self.world.key)
        for (text, id), writers in self.written.items():
            if id not in truth:
                continue
            there = _times(text, [str(message.content["en"]) for message in await self.world.thread(id)])
            drafts = [draft.text for one in {*writers} for _, _, draft in self.consoles[one].drafts.all()]
            here = _times(text, drafts) + _times(text, self.let_go)
            assert there <= len(writers), f"{text} was written {len(writers)} times and sent {there} times"
            assert there + here >= len(writers), f"{text} was lost, which console {writers[0]} wrote"


def _times(text: str, texts: Iterable[str]) -> int:
    """How often something was said, alone or within more."""
    return sum(f" {' '.join(one.split())} ".count(f" {text} ") for one in texts)


@dataclass
class Stage:
    """The server and its loop, which stands still between runs."""

    runner: asyncio.Runner
    line: Inside
    directory: Path
    clock: Clock
    shelves: Sequence[Database]
    numbers: Iterator[int] = field(default_factory=count)
    happened: Counter[str] = field(default_factory=Counter)

    def play(self, numbers: Sequence[int], seed: int) -> None:
        """Play a run. Raises AssertionError where a console does not end at what the server knows."""
        self.runner.run(self._play(numbers, seed))

    async def _play(self, numbers: Sequence[int], seed: int) -> None:
        self.clock.at = BEGUN
        random = Random(seed)
        play = await self._begin(random)
        try:
            for number in numbers:
                await play.step(number)
            await play.end(random)
        except Exception as error:
            error.add_note("played: " + "\n".join(play.told))
            raise
        finally:
            self.happened += play.happened
            self.happened["consoles compared while they ran"] += play.compared
            for console in play.consoles:
                await console.close()

    async def _begin(self, random: Random) -> Play:
        keys = await members(self.line, self.directory, f"w{next(self.numbers)}", _PEOPLE)
        world = World(self.line, keys.pop(), self.clock)
        for make in (world.make, world.make, world.make_below, world.make_below):
            await make(random)
        for _ in range(4):
            await world.say(world.ids[0], random)
        for shelf in self.shelves:
            with shelf.writing(durable=False) as connection:
                connection.execute("delete from drafts")
                connection.execute("delete from outbox")
        kinds = ("live", random.choice(tuple(KINDS)), random.choice(tuple(KINDS)))
        whose = (keys[0], random.choice(keys), keys[1])
        pairs = zip(kinds, whose, strict=True)
        consoles = [Console(world, place, key, kind, self.shelves[place]) for place, (kind, key) in enumerate(pairs)]
        for console in consoles:
            console.follow()
        await settled()
        for console in consoles:
            if random.random() < 0.8:  # else it begins while things happen
                await console.flow(random)
                console.open(world.ids[0])
                await console.flow(random)
        return Play(world, consoles, self.shelves)


@contextmanager
def staged(directory: Path) -> Iterator[Stage]:
    """A server on a new directory while the block runs."""
    clock = Clock()
    serving = inside(Config(private_directory(directory), rate=0.0, pace=0.0, clock=clock))
    with asyncio.Runner() as runner:
        line = runner.run(serving.__aenter__())
        shelves = [Database(directory / "console.sqlite", f"profile {place}") for place in range(4)]
        try:
            yield Stage(runner, line, directory, clock, shelves)
        finally:
            for shelf in shelves:
                shelf.close()
            runner.run(serving.__aexit__(None, None, None))
