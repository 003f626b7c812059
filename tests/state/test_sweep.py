"""A walk through all that a server lists: what it finds, in how many calls, and that it can be gone on with."""

from __future__ import annotations

from typing import Any

import pytest

from console.client.errors import NotFound, Unreachable
from console.contract.shapes import Conversation, Page
from console.state.changes import ConversationsAnswered
from console.state.store import Store
from console.state.sweep import Sweep
from tests.state.fake_api import FakeApi
from tests.state.values import START, conversation

GONE = NotFound("This conversation is gone.", status=404)
AWAY = Unreachable("No line.")


def listed(*conversations: Conversation, then: str | None = None) -> Page[Conversation]:
    return Page(items=conversations, next_cursor=then)


def begun(*answers: Any, known: tuple[Conversation, ...] = (), also: tuple[str, ...] = ()) -> tuple[FakeApi, Sweep]:
    """A sweep of a server that answers its lists so, by a console that knows these."""
    api, store = FakeApi(), Store(START)
    store.apply(ConversationsAnswered(known, store.asking()))
    api.answers("list", *answers)
    return api, Sweep(api.as_api(), store, also)


async def steps(sweep: Sweep) -> int:
    """Walk to the end; in how many steps."""
    count = 1
    while await sweep.step():
        count += 1
    return count


def asked(api: FakeApi) -> list[tuple[str | None, str | None]]:
    return [(given.parent_id, given.cursor) for given in api.given("list")]


async def test_every_step_is_one_call() -> None:
    pages = (listed(conversation("a", child_count=1), then="two"), listed(conversation("b")), listed())
    api, sweep = begun(*pages, known=(conversation("z"),))
    assert await steps(sweep) == len(api.calls) == 4
    assert asked(api) == [(None, None), (None, "two"), ("a", None)] and api.given("get") == ["z"]


async def test_a_step_that_failed_is_made_again() -> None:
    api, sweep = begun(listed(conversation("a"), then="two"), AWAY, AWAY, listed(conversation("b")))
    assert await sweep.step()
    for _ in range(2):
        with pytest.raises(Unreachable):
            await sweep.step()
    assert not await sweep.step()
    assert [cursor for _, cursor in asked(api)] == [None, "two", "two", "two"]


async def test_a_page_that_somebody_else_asked_for_is_not_asked_for_again() -> None:
    api, sweep = begun(listed(conversation("b")))
    sweep.take(listed(conversation("a"), then="two"))
    assert sweep.has_begun and not await sweep.step()
    assert asked(api) == [(None, "two")]


async def test_what_moved_down_while_it_was_listed_is_walked_once() -> None:
    again = conversation("a", child_count=1)
    api, sweep = begun(listed(again, then="two"), listed(again), listed(conversation("a1", parent_id="a")))
    await steps(sweep)
    assert asked(api) == [(None, None), (None, "two"), ("a", None)]


async def test_a_parent_that_is_deleted_while_others_are_listed_is_passed_by() -> None:
    children = (conversation("a", child_count=1), conversation("b", child_count=1))
    api, sweep = begun(listed(*children), GONE, listed(conversation("b1", parent_id="b")))
    await steps(sweep)
    assert [parent for parent, _ in asked(api)] == [None, "a", "b"]


@pytest.mark.parametrize("junk", ["itself below itself", "a cursor that leads nowhere"])
async def test_a_server_that_lists_junk_is_walked_to_an_end(junk: str) -> None:
    circle = conversation("a", child_count=1, parent_id="a")
    pages = [listed(circle)] * 3 if junk.startswith("itself") else [listed(conversation("a"), then="same")] * 3
    _, sweep = begun(*pages)
    assert await steps(sweep) <= 3


async def test_what_is_known_to_be_gone_is_not_looked_for_again() -> None:
    api, store = FakeApi(), Store(START)
    api.answers("get", GONE)
    for _ in range(2):
        await steps(Sweep(api.as_api(), store, ("lost",)))
    assert api.given("get") == ["lost"] and store.is_gone("lost")


async def test_what_came_to_be_known_while_it_walked_is_looked_for_too() -> None:
    api, store = FakeApi(), Store(START)
    api.answers("list", listed(conversation("a")))
    api.answers("get", GONE)
    sweep, asked_before = Sweep(api.as_api(), store), store.asking()
    store.apply(ConversationsAnswered((conversation("late"),), asked_before))  # deleted since it was asked for
    await steps(sweep)
    assert api.given("get") == ["late"] and store.row("late") is None


async def test_an_answer_of_before_the_walk_brings_nothing_after_it() -> None:
    api, store = FakeApi(), Store(START)
    api.answers("list", listed(conversation("a")))
    asked_before = store.asking()
    await steps(Sweep(api.as_api(), store))
    store.apply(ConversationsAnswered((conversation("a"), conversation("deleted")), asked_before))
    assert [row.id for row in store.outline.rows()] == ["a"]


async def test_below_what_moved_out_of_the_lists_while_they_were_read_it_is_read_too() -> None:
    pages = (listed(conversation("b")), listed(conversation("m1", parent_id="m")))
    api, sweep = begun(*pages, known=(conversation("m", child_count=1),))
    api.answers("get", conversation("m", child_count=1, updated=1))
    await steps(sweep)
    assert asked(api) == [(None, None), ("m", None)]
