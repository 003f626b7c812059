"""What a person sees of a workspace, as values that can be compared."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from console.state.rows import ConversationRow, Entry
from tests.support.headless import Console


class View(NamedTuple):
    """The conversations, and the messages of some, by conversation."""

    rows: dict[str, ConversationRow]
    threads: dict[str, Sequence[Entry]]


def view(it: Console, ids: Collection[str]) -> View:
    """What a console shows."""
    return View({row.id: row for row in it.store.outline.rows()}, {id: it.store.thread(id).entries for id in ids})


def differences(shown: View, true: View) -> Iterator[str]:
    """What is shown that is not so, in words."""
    for id in sorted(shown.rows.keys() | true.rows.keys()):
        if (one := shown.rows.get(id)) != (other := true.rows.get(id)):
            yield f"row {id}: {_unlike(one, other)}"
    for id, entries in true.threads.items():
        now = {entry.id: entry for entry in shown.threads[id]}
        then = {entry.id: entry for entry in entries}
        for one_id in sorted(now.keys() | then.keys()):
            if now.get(one_id) != then.get(one_id):
                yield f"entry {one_id}: {_unlike(now.get(one_id), then.get(one_id))}"
        if [entry.id for entry in shown.threads[id]] != [entry.id for entry in entries]:
            yield f"thread {id}: {[*now]} and not {[*then]}"


def _unlike(one: ConversationRow | Entry | None, other: ConversationRow | Entry | None) -> str:
    if one is None or other is None:
        return f"{'not ' if one is None else ''}shown"
    fields = [name for name in type(one).__slots__ if getattr(one, name) != getattr(other, name)]
    return ", ".join(f"{name} is {getattr(one, name)!r} and not {getattr(other, name)!r}" for name in fields)
