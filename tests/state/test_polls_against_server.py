"""Polling the real server, which has everything but events: it ends as following it would."""

from __future__ import annotations

from pathlib import Path

from console.contract.inputs import Send
from console.state.rows import ConversationRow
from tests.state.values import words
from tests.support.console import JANE
from tests.support.fast_clock import FastClock
from tests.support.faulty_line import faulty_line
from tests.support.headless import console
from tests.support.server import running_server

FAST = 30.0
SECONDS = 30.0  # of patience, for all that is seldom asked for


def facts(row: ConversationRow) -> tuple[object, ...]:
    """What a person sees of a conversation, save what is each one's own."""
    return (row.name, row.parent_id, row.status, row.assignee_id, row.labels, row.last_text, row.at, row.child_count)


async def test_a_console_that_polls_finds_all_that_others_do(tmp_path: Path) -> None:
    async with running_server(tmp_path / "server", without=("events",)) as server:
        maya, omar = server.key("admin"), server.key("admin", member="Omar Haddad")
        clock = FastClock(FAST)
        async with (
            console(server.url, tmp_path / "a", maya, clock=clock) as one,
            console(server.url, tmp_path / "b", omar, clock=clock) as two,
        ):
            top = await one.desk.create("Jane", JANE)
            below = await one.desk.create_sub(top, "Returns")
            lowest = await one.desk.create_sub(below, "Lamp")
            gone = await one.desk.create_sub(top, "To be deleted")
            await two.until(lambda: all(two.store.row(id) for id in (top, below, lowest, gone)), SECONDS)
            await two.desk.open(below)
            await one.desk.rename(top, "Jane Cooper")
            await one.desk.move(lowest, None)
            await one.desk.set_status(below, "resolved")
            await one.desk.assign(below, one.store.me)
            await one.desk.set_labels(lowest, ("fragile",))
            await one.desk.delete(gone)
            for id in (below, lowest):
                await one.api.messages.send(Send(conversation_id=id, content={"en": f"In {id}"}, sender="customer"))
            two.desk.reply(below, words("And we answer"))
            await two.until(lambda: two.store.is_gone(gone) and two.row(top).name == "Jane Cooper", SECONDS)
            await two.until(lambda: two.row(lowest).last_text == f"In {lowest}", SECONDS)
            await two.until(lambda: set(two.texts(below)) == {f"In {below}", "And we answer"}, SECONDS)
            for id in (top, below, lowest):
                await two.until(lambda id=id: one.store.row(id) and facts(one.row(id)) == facts(two.row(id)), SECONDS)  # type: ignore[misc]
            assert one.store.line.state == two.store.line.state == "polling"


async def test_a_poll_that_finds_the_line_broken_goes_on_when_it_is_back(tmp_path: Path) -> None:
    async with running_server(tmp_path / "server", without=("events",)) as server, faulty_line(server.url) as line:
        key = server.key()
        async with (
            console(server.url, tmp_path / "a", key) as beside,
            console(line.url, tmp_path / "b", key, clock=FastClock(FAST)) as it,
        ):
            id = await beside.desk.create("Jane", JANE)
            await it.desk.open(id)
            line.cut()
            await it.until(lambda: it.store.line.state == "reconnecting")
            assert it.store.line.as_of is not None
            await beside.api.messages.send(Send(conversation_id=id, content={"en": "Hello?"}, sender="customer"))
            line.mend()
            await it.until(lambda: it.texts(id) == ["Hello?"])
            await it.until(lambda: it.store.line.state == "polling" and it.store.line.as_of is None)
