"""What must be true of a console, at any time and when everything was heard. Each claim raises AssertionError."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields, replace

from console.contract.shapes import Conversation
from console.state.outline import Outline
from console.state.reduce import row_of, spoken_in
from console.state.rows import ConversationRow, Entry
from console.state.shown import OutlineLine
from console.state.store import Store
from tests.state.from_scratch import shown as lines_shown
from tests.state.orders.console import Console


def at_any_time(console: Console) -> None:
    """Nothing is ever shown twice, nor as unsent what is known to have arrived, nor in a place that is not its own."""
    for id in console.opened:
        ids = [entry.id for entry in console.store.thread(id).entries]
        assert len(set(ids)) == len(ids), f"{console.name} shows a message of {id} twice"
        unsent = [one for one in ids if console.store.confirmed(one) is not None]
        assert not unsent, f"{console.name} shows {unsent} as unsent"
    lines = [line.row for line in lines_shown(console.store.outline, "all", now=console.now())]
    assert len(lines) == len(console.store.outline)
    assert all(console.store.row(row.id) == row for row in lines)


def same_rows(console: Console, truth: dict[str, Conversation], when: str) -> None:
    """The rows are the server's, with this member's unread counts, and the outline is what they make."""
    wanted = {id: row_of(one) for id, one in truth.items()}
    shown = {row.id: _wordless(row) for row in console.store.outline.rows()}
    assert shown.keys() == wanted.keys(), (
        f"{console.name} {when}: only there or only here {shown.keys() ^ wanted.keys()}"
    )
    for id, row in wanted.items():
        assert shown[id] == row, f"{console.name} {when}, {id}: {_differences(shown[id], row)}"
        spoken, customer = spoken_in(truth[id]), shown[id].customer
        known = console.store.row(id)
        if spoken and customer and known and known.customer:
            assert known.customer.language == spoken[-1], f"{console.name} {when}, {id} speaks {spoken[-1]}"
    outline = Outline()
    for row in sorted(wanted.values(), key=lambda one: one.id):
        outline.put(row)
    lines = lines_shown(outline, "all", now=console.now())
    assert _drawn(lines_shown(console.store.outline, "all", now=console.now())) == _drawn(lines), (
        f"{console.name} {when}"
    )
    assert {line.row.id: line.depth for line in lines} == {id: _depth(truth, id) for id in truth}


async def same_thread(console: Console, id: str) -> None:
    """A thread is shown from some message on, in the server's order, without a gap; of a deleted one nothing.

    What an import puts amid what was read long ago is found by who hears of it alone.
    """
    view = console.store.thread(id)
    ids = [entry.id for entry in view.entries if entry.delivery == "sent"]
    unheard = set() if id in console.whole else console.world.imported.difference(ids)
    told = [message.id for message in await console.world.thread(id) if message.id not in unheard]
    assert ids == (told[-len(ids) :] if ids else []), f"{console.name} shows {ids} of {id}, which has {told}"
    if not console.store.is_gone(id):
        assert not view.is_loading, f"{console.name} still loads {id}"
        assert view.has_older or len(ids) == len(told), f"{console.name} has {len(ids)} of {len(told)} of {id}"
        assert not view.has_older or unheard or len(ids) < len(told), f"{console.name} has all of {id}"


def same_as_fresh(console: Console, fresh: Console) -> None:
    """It shows the conversations as a console does that was just started."""
    assert _wordless_rows(console.store) == _wordless_rows(fresh.store)
    now = console.now()
    here, there = (lines_shown(one.store.outline, "all", now=now) for one in (console, fresh))
    assert _drawn(here) == _drawn(there)


async def same_thread_as_fresh(console: Console, fresh: Console, id: str) -> None:
    """Read to its beginning, a thread is what a console shows that was just started."""
    await console.read(id)
    await fresh.read(id)
    await same_thread(console, id)
    shown = {entry.id: entry for entry in console.store.thread(id).entries}
    wanted = [entry for entry in fresh.store.thread(id).entries if entry.id in shown]
    for entry, other in zip(shown.values(), wanted, strict=True):
        assert entry == other, f"{console.name} in {id}: {_differences(entry, other)}"


def _wordless_rows(store: Store) -> dict[str, ConversationRow]:
    return {row.id: _wordless(row) for row in store.outline.rows()}


def _wordless(row: ConversationRow) -> ConversationRow:
    """A row without the language that its customer was heard to speak: who heard less knows less."""
    return replace(row, customer=replace(row.customer, language=None)) if row.customer else row


def _drawn(lines: Iterable[OutlineLine]) -> list[tuple[object, ...]]:
    return [(line.row.id, line.depth, line.is_last, line.has_children) for line in lines]


def _depth(truth: dict[str, Conversation], id: str) -> int:
    depth, parent = 0, truth[id].parent_id
    while parent is not None:
        depth, parent = depth + 1, truth[parent].parent_id
    return depth


def _differences(shown: ConversationRow | Entry, wanted: ConversationRow | Entry) -> list[str]:
    """What of one row or entry is not as in another of the same kind."""
    pairs = ((one.name, getattr(shown, one.name), getattr(wanted, one.name)) for one in fields(wanted))
    return [f"{name} is {one} and not {other}" for name, one, other in pairs if one != other]
