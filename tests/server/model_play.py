"""A sequence of calls played to a real server and to the model, side by side in two workspaces."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from console.contract.procedures import PROCEDURES
from console.server.clock import as_time
from tests.server import model_shapes as shapes
from tests.server.calling import Refused
from tests.server.inside import Answered, Inside, members
from tests.server.model import Model
from tests.server.model_names import MISSING, Names
from tests.server.model_records import Member, Ref, Said, Talk
from tests.server.model_steps import Again, Ago, Call, Look, Pick, Step
from tests.server.model_words import BEGUN, HOUR

DAY = 24 * HOUR


@dataclass
class Clock:
    """The server's clock, which stands still during a call."""

    now: int = BEGUN

    def __call__(self) -> datetime:
        """The moment."""
        return as_time(self.now)


@dataclass(frozen=True)
class Kept:
    """A first answer under an idempotency key, and the conversation that it tells of."""

    call: Call
    wanted: dict[str, Any]
    body: bytes
    at: int
    tells_of: Ref | None


@dataclass
class Play:
    """Two workspaces, the members of both with their keys, and what became of their calls."""

    line: Inside
    clock: Clock
    models: tuple[Model, Model]
    members: list[Member]
    keys: list[str]
    made: tuple[list[Ref], list[Ref]]
    names: Names = field(default_factory=Names)
    kept: dict[str, Kept] = field(default_factory=dict)
    steps: int = 0

    async def step(self, step: Step) -> None:
        """One call. Raises AssertionError unless the server answers what the model says."""
        self.steps += 1
        match step:
            case Look():
                await self._look(step)
            case Call():
                wanted = self._picked(step.by, step.wanted)
                await self._call(step, wanted, f"key-{self.steps}" if step.has_key else None)
            case Again() if self.kept:
                await self._again(step)

    async def end(self) -> None:
        """Raises AssertionError unless everything that can be asked for is what the model says."""
        for by, member in enumerate(self.members):
            model = self._model(by)
            top = [shapes.conversation(model, one, member.ref) for one in shapes.listed(model, member.ref, {})]
            await self._compare(by, "listConversations", {"limit": 100}, _page(top))
        for by in (0, 2):
            await self._end_of_workspace(by)
        for by in range(len(self.members)):
            await self._end_of_events(by)

    async def _end_of_workspace(self, by: int) -> None:
        model, member = self._model(by), self.members[by].ref
        for talk in model.by_age():
            if talk.parent is not None:
                await self._compare(by, "getConversation", {"id": talk.ref}, shapes.conversation(model, talk, member))
            thread = [shapes.message(model, said) for said in reversed(talk.thread)]
            await self._compare(by, "listMessages", {"conversationId": talk.ref, "limit": 100}, _page(thread))
        for one in model.customers.values():
            theirs = [talk for talk in shapes.by_activity(model.by_age()) if talk.customer is one]
            known = shapes.customer(one) | {"conversations": [shapes.conversation(model, t, member) for t in theirs]}
            if one.ref in self.names.ids:  # a claim of nothing makes a customer whom no answer names
                await self._compare(by, "getCustomer", {"id": one.ref}, known)
        await self._compare(by, "listChannels", {}, _page([shapes.channel(model, ref) for ref in model.channels]))
        templates = [shapes.answer(model, one, member) for one in model.templates.values()]
        await self._compare(by, "listTemplates", {}, _page(templates))
        log = (await self._ask(by, "listAuditLog", '{"limit":100}')).json()["result"]["data"]["items"]
        deeds = [
            {"actor": one["actor"]["id"], "action": one["action"], "targetId": one["targetId"]}
            for one in reversed(log)
            if one["action"] in PROCEDURES
        ]
        self.names.match([shapes.deed(one) for one in model.deeds], deeds)

    async def _end_of_events(self, by: int) -> None:
        """Each change was told, by consecutive numbers. A last one, which all hear, says that nothing is left."""
        last = {"customer": {"externalId": f"last of {by}"}}
        await self._call(Call(by, "getOrCreateConversation", last, False), last, None)
        model, member = self._model(by), self.members[by].ref
        expected = [shapes.event(model, number, told, member) for number, told in enumerate(model.told, 1)]
        told = await self.line.events(self.keys[by], len(model.told))
        self.names.match([one for one in expected if one is not None], told)

    async def _look(self, step: Look) -> None:
        """A list, in pages of two."""
        member, model = self.members[step.by].ref, self._model(step.by)
        wanted = self._picked(step.by, step.wanted)
        cursor, ids = None, []
        while True:
            text = json.dumps(self.names.told(wanted) | {"limit": 2, "cursor": cursor})
            answer = (await self._ask(step.by, "listConversations", text)).json()
            parent = wanted.get("parentId")
            if parent is not None and parent not in model.talks:
                assert answer["error"]["message"] == "Conversation not found."
                return
            page = answer["result"]["data"]
            ids += [one["id"] for one in page["items"]]
            cursor = page["nextCursor"]
            if cursor is None:
                break
            assert len(page["items"]) == 2
        self.names.match([one.ref for one in shapes.listed(model, member, wanted)], ids)

    async def _again(self, step: Again) -> None:
        """The first answer for the same input, a refusal for another; what it told of is not made anew for a day."""
        name, kept = list(self.kept.items())[step.place % len(self.kept)]
        call, talks = kept.call, self._model(kept.call.by).talks
        if self.clock.now - kept.at >= DAY:
            if kept.wanted.get("createdAt") is None:  # no two conversations have one moment
                del self.kept[name]
                await self._call(call, kept.wanted, name)
            return
        other = {"createdAt": shapes.time(1)} if step.is_other else {}
        text = json.dumps(self.names.told(_timed(kept.wanted)) | other)
        answer = await self._ask(call.by, call.procedure, text, name)
        if step.is_other:  # the input is looked at first: a field that the procedure has not
            assert answer.status == 422 or "unknown field" in answer.json()["error"]["message"]
        elif kept.tells_of is None or kept.tells_of in talks:
            assert answer.body == kept.body
        else:
            assert (answer.status, answer.json()["error"]["message"]) == (404, "Conversation not found.")

    async def _call(self, step: Call, wanted: dict[str, Any], key: str | None) -> None:
        model, member = self._model(step.by), self.members[step.by]
        text = json.dumps(self.names.told(_timed(wanted)))
        answer = await self._ask(step.by, step.procedure, text, key)
        try:
            made = model.call(member, step.procedure, wanted, key)
        except Refused as refused:
            error = answer.json().get("error", {"message": "none", "data": {"httpStatus": answer.status}})
            assert (error["data"]["httpStatus"], error["message"]) == (refused.status, refused.sentence)
            return
        body = answer.json()
        assert "result" in body, body
        self.names.match(shapes.answer(model, made, member.ref), body["result"]["data"])
        if key is not None:
            self.kept[key] = Kept(step, wanted, answer.body, self.clock.now, _told_of(model, made))

    async def _compare(self, by: int, procedure: str, wanted: dict[str, Any], expected: Any) -> None:
        answer = (await self._ask(by, procedure, json.dumps(self.names.told(wanted)))).json()
        assert "result" in answer, answer
        self.names.match(expected, answer["result"]["data"])

    async def _ask(self, by: int, procedure: str, text: str, key: str | None = None) -> Answered:
        return await self.line.ask(self.keys[by], procedure, text, {"idempotency-key": key} if key else {})

    def _model(self, by: int) -> Model:
        model = self.models[_workspace_of(by)]
        model.now = self.clock.now
        return model

    def _picked(self, by: int, wanted: Any, talk: Talk | None = None) -> Any:
        """The input with the records in it that it names. A message is one of the conversation it goes with."""
        match wanted:
            case Pick():
                return self._record(by, wanted, talk)
            case Ago():
                # Which of two conversations of one moment comes first is nobody's rule.
                place = talk.ref.number if talk else 500 + self.steps
                return (self.clock.now // 1000 - wanted.seconds) * 1000 + place
            case dict():
                named = self._picked(by, wanted["conversationId"]) if "conversationId" in wanted else None
                talk = self._model(by).talks.get(named) if named else None
                return {key: self._picked(by, one, talk) for key, one in wanted.items()}
            case list():
                return [self._picked(by, one, talk) for one in wanted]
        return wanted

    def _record(self, by: int, pick: Pick, talk: Talk | None) -> Ref:
        here = _workspace_of(by)
        if pick.whose != "own":
            found = [ref for ref in self.made[here if pick.whose == "ever" else 1 - here] if ref.kind == pick.kind]
        elif pick.kind == "message":
            found = [said.ref for said in talk.thread] if talk else []
        else:
            model = self._model(by)
            kept: dict[str, Any] = {
                "conversation": model.talks,
                "customer": model.customers,
                "channel": model.channels,
                "member": model.members,
                "template": model.templates,
            }
            found = list(kept[pick.kind])
        found = [ref for ref in found if ref in self.names.ids]
        return found[pick.place % len(found)] if found else MISSING


async def begin(line: Inside, directory: Path, clock: Clock, name: str) -> Play:
    """Two new workspaces: an admin and an agent in one, an admin in the other."""
    numbers, made = count(), ([], [])  # type: tuple[Any, tuple[list[Ref], list[Ref]]]
    new = tuple(_maker(numbers, one) for one in made)
    keys = await members(line, directory, f"{name}-here", [("Maya Okafor", "admin"), ("Omar Haddad", "agent")])
    keys += await members(line, directory, f"{name}-there", [("Fay Olsen", "admin")])
    here = [Member(new[0]("member"), one, one != "Omar Haddad") for one in ("Maya Okafor", "Omar Haddad")]
    there = [Member(new[1]("member"), "Fay Olsen", True)]
    play = Play(line, clock, (Model(here, new[0]), Model(there, new[1])), here + there, keys, made)
    for by, member in enumerate(play.members):
        session = (await line.ask(keys[by], "session", "{}")).json()
        play.names.match(member.ref, session["result"]["data"]["member"]["id"])
    return play


def _maker(numbers: Any, made: list[Ref]) -> Callable[[str], Ref]:
    def new(kind: str) -> Ref:
        made.append(Ref(next(numbers), kind))
        return made[-1]

    return new


def _workspace_of(by: int) -> int:
    return by // 2


def _timed(wanted: dict[str, Any]) -> dict[str, Any]:
    return wanted | ({"createdAt": shapes.time(wanted["createdAt"])} if wanted.get("createdAt") is not None else {})


def _page(held: list[Any]) -> dict[str, Any]:
    return {"items": held, "nextCursor": None}


def _told_of(model: Model, made: Any) -> Ref | None:
    match made:
        case Talk():
            return made.ref
        case Said():
            return next(talk.ref for talk in model.talks.values() if made in talk.thread)
    return None
