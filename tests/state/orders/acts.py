"""What may happen next in a run: to the workspace, at a console, on a line. Each act tells what it did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from random import Random
from typing import TYPE_CHECKING

from console.contract.procedures import PROCEDURES
from console.state.rows import Status, Written
from tests.state.orders import claims
from tests.state.orders.console import Console
from tests.state.orders.questions import a_question, about

if TYPE_CHECKING:
    from tests.state.orders.play import Play

Act = Callable[["Play", Random], Awaitable[object]]

OK = "OK"
"""What people write again and again, so that nothing tells one of it from another."""

_STATUSES: tuple[Status, ...] = ("open", "resolved", "snoozed")


def _console(play: Play, random: Random) -> Console:
    return random.choice(play.consoles)


def _on_a_screen(play: Play, random: Random) -> str:
    """A conversation that somebody has open, one above it, or any other."""
    id = _console(play, random).desk.open_id
    path = _console(play, random).store.outline.path(id) if id else ()
    return random.choice(path).id if path and random.random() < 0.6 else play.world.one(random)


# the workspace


async def somebody_begins(play: Play, random: Random) -> object:
    return await play.world.make(random)


async def somebody_begins_below(play: Play, random: Random) -> object:
    return await play.world.make_below(random)


async def somebody_says(play: Play, random: Random) -> object:
    return await play.world.say(_on_a_screen(play, random), random)


async def somebody_moves(play: Play, random: Random) -> object:
    return await play.world.move(_on_a_screen(play, random), random)


async def somebody_changes(play: Play, random: Random) -> object:
    return await play.world.change(_on_a_screen(play, random), random)


async def somebody_deletes(play: Play, random: Random) -> object:
    """Perhaps after what is below was moved away; and somebody asks for it, who may hear of one before the other."""
    id, console = _on_a_screen(play, random), _console(play, random)
    console.asked.append(about(console, id))
    saved = await play.world.move_out_of(id) if random.random() < 0.5 else None
    return saved, await play.world.delete(id)


async def a_guest_signs_in(play: Play, random: Random) -> object:
    return await play.world.claim(random)


async def the_server_forgets(play: Play, random: Random) -> object:
    """What happens while nobody listens, so that it is told to nobody."""
    for console in play.consoles:
        console.wire.cut()
    unheard = random.choices((somebody_says, somebody_moves, somebody_changes, somebody_deletes), (6, 2, 1, 1), k=3)
    told = [await act(play, random) for act in unheard]
    await play.world.forget()
    return told


# a person


async def a_person_opens(play: Play, random: Random) -> object:
    console = _console(play, random)
    id = console.one(random)
    if id is not None:
        console.open(id)
    return console.name, id


async def a_person_reads_on(play: Play, random: Random) -> object:
    console = _console(play, random)
    id = console.desk.open_id
    if id is not None:
        console.do(lambda: console.desk.older(id))
    return console.name, id


async def a_person_looks_again(play: Play, random: Random) -> object:
    console = _console(play, random)
    id = console.desk.open_id
    if id is None or random.random() < 0.3:
        console.do(console.desk.look)
    else:
        console.do(lambda: console.desk.reload(id))
    return console.name, id


async def a_person_writes(play: Play, random: Random) -> object:
    console = _console(play, random)
    id = console.desk.open_id
    if id is None:
        return None
    told = [one.id for one in console.store.thread(id).entries if one.delivery == "sent"]
    reply_to = random.choice(told) if told and random.random() < 0.3 else None
    note = console.store.has("internal-notes") and random.random() < 0.3
    text = OK if random.random() < 0.2 else play.world.text()
    begun = console.drafts.get(id, note)
    whole = f"{begun.text} {text}" if begun else text  # the composer holds what was taken back
    play.keep(text, console, id)
    console.desk.reply(id, Written(whole, "en", note=note, reply_to=reply_to))
    return console.name, id, whole


async def a_person_decides(play: Play, random: Random) -> object:
    console = _console(play, random)
    held, unsent = console.desk.held(None), console.desk.unsent()
    if held is not None and random.random() < 0.5:
        if random.random() < 0.5:
            console.desk.send_now(held.id)
        else:
            console.desk.take_back(held.id)
        return console.name, held.id, "held"
    if unsent:
        one = random.choice(unsent)
        await play.decide(console, one, random)
        return console.name, one.local_id, one.state, one.problem
    return None


async def a_person_sorts(play: Play, random: Random) -> object:
    console = _console(play, random)
    id, status, labels = console.one(random), random.choice(_STATUSES), random.choice(((), ("a",), ("b", "c")))
    if id is not None:
        by_status, by_labels = (
            (lambda: console.desk.set_status(id, status)),
            (lambda: console.desk.set_labels(id, labels)),
        )
        console.do(by_status if random.random() < 0.6 else by_labels)
    return console.name, id, status, labels


async def a_person_tidies(play: Play, random: Random) -> object:
    console = _console(play, random)
    id, parent, name = console.one(random), random.choice((console.one(random), None)), play.world.text()[:8]
    what = random.choice(("move", "move", "rename", "delete", "create"))
    if id is not None:
        match what:
            case "move":
                console.do(lambda: console.desk.move(id, parent))
            case "rename":
                console.do(lambda: console.desk.rename(id, name))
            case "delete":
                console.do(lambda: console.desk.delete(id))
            case _:
                console.do(lambda: console.desk.create_sub(id, name))
    return console.name, what, id, parent


async def a_person_leaves_and_comes_back(play: Play, random: Random) -> object:
    console = _console(play, random)
    await console.leave()
    if not console.is_keyed:
        await console.wire.land(random)
    play.consoles[console.place] = again = console.again()
    again.follow()
    return console.name


# a line


async def calls_and_answers_come(play: Play, random: Random) -> object:
    console, told = _console(play, random), list[str]()
    for _ in range(random.randint(1, 4)):
        if calls := console.wire.quick(random):
            call = random.choice(calls)
            told.append(f"{'ask' if call.answer is None else 'answer'} {call.name} {call.text}")
            await console.advance(call)
    return console.name, told


async def something_is_asked(play: Play, random: Random) -> object:
    console = _console(play, random)
    question = a_question(console, random)
    if question is not None:
        console.asked.append(question)
    return console.name, question and (question.procedure, question.wanted)


async def something_asked_is_answered(play: Play, random: Random) -> object:
    console, told = _console(play, random), list[object]()
    for _ in range(2):
        if console.asked:
            question = random.choice(console.asked)
            await console.answer(question)
            told.append(question)
    return console.name, told


async def everything_comes(play: Play, random: Random) -> object:
    """Who has read all and heard all knows all."""
    console = _console(play, random)
    await console.flow(random)
    if not console.has_read_all:
        return console.name
    claims.same_rows(console, await play.world.truth(console.wire.key), "while it runs")
    for id in console.followed():
        if not console.store.thread(id).is_loading:
            await claims.same_thread(console, id)
    play.compared += 1
    return console.name, "compared"


async def a_call_is_lost(play: Play, random: Random) -> object:
    console = _console(play, random)
    if not console.wire.calls:
        return None
    call, how = random.choice(console.wire.calls), random.choice((console.wire.lose, console.wire.time_out))
    had_arrived = call.answer is not None
    how(call)
    return console.name, how.__name__, call.name, call.text, had_arrived


async def a_call_is_refused(play: Play, random: Random) -> object:
    console = _console(play, random)
    calls = [call for call in console.wire.calls if call.answer is None]
    if not calls:
        return None
    call = random.choice(calls)
    status = random.choice((429, 500) if PROCEDURES[call.name].kind == "query" else (403, 429, 500))
    console.wire.refuse(call, status)
    return console.name, call.name, call.text, status


async def a_stream_opens(play: Play, random: Random) -> object:
    console, back = _console(play, random), random.choice((0, 0, 1, 5))
    return console.name, back, await console.connect(back)


async def a_stream_tells(play: Play, random: Random) -> object:
    console, most = _console(play, random), random.randint(0, 4)
    await console.fetch()
    await console.hear(most)
    return console.name, most, console.store.last_event_id


async def a_stream_breaks(play: Play, random: Random) -> object:
    console = _console(play, random)
    console.wire.cut()
    return console.name


# time


async def time_passes(play: Play, random: Random) -> object:
    console = _console(play, random)
    await play.wait(random.choice((1000, 2000, 6000)), random)
    console.naps.wake()
    return console.name


async def the_clock_is_put_back(play: Play, random: Random) -> object:
    """For a while, in which something changes; of messages such a time would say that they were said before."""
    by = random.choice((1, 20, 500))
    play.world.clock.move(-by)
    told = await play.world.change(_on_a_screen(play, random), random)
    play.world.clock.move(by)
    return by, told


WEIGHTS: dict[Act, int] = {
    somebody_begins: 4,
    somebody_begins_below: 5,
    somebody_says: 14,
    somebody_moves: 8,
    somebody_changes: 5,
    somebody_deletes: 4,
    a_guest_signs_in: 3,
    the_server_forgets: 2,
    a_person_opens: 6,
    a_person_reads_on: 5,
    a_person_looks_again: 12,
    a_person_writes: 9,
    a_person_decides: 6,
    a_person_sorts: 6,
    a_person_tidies: 7,
    a_person_leaves_and_comes_back: 1,
    calls_and_answers_come: 34,
    something_is_asked: 16,
    something_asked_is_answered: 16,
    everything_comes: 4,
    a_call_is_lost: 6,
    a_call_is_refused: 3,
    a_stream_opens: 10,
    a_stream_tells: 20,
    a_stream_breaks: 3,
    time_passes: 14,
    the_clock_is_put_back: 2,
}
