"""Tidying up on the main screen, on a real server: state, owner, labels, place, name, end."""

from __future__ import annotations

from pathlib import Path

from console.client.api import Api
from console.contract.inputs import CreateSubConversation, CustomerInput, ListConversations, Send, UpdateConversation
from console.screens.ask import Ask
from console.screens.confirm import Confirm
from console.screens.pick import Pick
from tests.screens.host import burst
from tests.support.console import JANE, OpenConsole, console_on, conversation_with
from tests.support.server import RunningServer

DENIZ = CustomerInput(external_id="web-2", name="Deniz Yılmaz", email="deniz@example.com")


async def pick(console: OpenConsole, key: str, text: str, *keys: str) -> None:
    """Press a key that asks, and pick by these letters what it offers."""
    await console.press(key)
    await console.shows(Pick)
    await console.write(text)
    await console.press(*(keys or ("enter",)))


async def test_resolving_takes_it_out_of_the_inbox_and_again_brings_it_back(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("enter", "e")
        await console.until(lambda: console.names == [])
        assert (await api.conversations.get(jane)).metadata["status"] == "resolved"
        await console.press("g", "a")
        await console.until(lambda: console.names == ["Jane Cooper"])
        await console.press("e", "g", "i")
        await console.until(lambda: console.names == ["Jane Cooper"])
        assert (await api.conversations.get(jane)).metadata.get("status", "open") == "open"


async def test_taking_assigns_to_me_and_shows_in_mine(server: RunningServer, api: Api, tmp_path: Path) -> None:
    await conversation_with(api, JANE, "Hello?")
    await conversation_with(api, DENIZ, "Merhaba")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        await console.press("A", "g", "m")
        await console.until(lambda: console.names == ["Deniz Yılmaz"])
        await console.press("g", "u")
        await console.until(lambda: console.names == ["Jane Cooper"])


async def test_a_colleague_is_picked_to_assign_to(server: RunningServer, api: Api, tmp_path: Path) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names and len(console.main.store.members) == 2)
        await pick(console, "a", "tom")
        await console.until(lambda: console.main.store.row(jane).assignee_id)  # type: ignore[union-attr]
    assigned = (await api.conversations.get(jane)).metadata["assigneeId"]
    assert assigned == (await api.session.get()).member.id


async def test_changes_are_said_and_undone_one_after_the_other(server: RunningServer, api: Api, tmp_path: Path) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    await conversation_with(api, DENIZ, "Merhaba")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2 and len(console.main.store.members) == 2)
        await console.press("g", "g", "j")
        await pick(console, "a", "tom")
        await console.until(lambda: console.said)
        assert console.said == "Now Tomás Rivera’s: Jane Cooper · u undo"
        await console.press("e")
        await console.until(lambda: console.names == ["Deniz Yılmaz"])
        await console.press("u")
        await console.until(lambda: console.said == "Undone: Jane Cooper")
        assert console.main.conversations.cursor_id == jane
        assert console.main.store.row(jane).assignee_id is not None  # type: ignore[union-attr]
        await console.press("u")
        await console.until(lambda: console.main.store.row(jane).assignee_id is None)  # type: ignore[union-attr]
        await console.press("u")
        await console.until(lambda: console.said == "There is nothing to undo.")
    assert not (await api.conversations.get(jane)).metadata.get("assigneeId")


async def test_priority_labels_and_snooze_are_kept_by_the_server(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await pick(console, "p", "urgent")
        await console.until(lambda: console.main.store.row(jane).priority == "urgent")  # type: ignore[union-attr]
        assert console.said == "Urgent priority: Jane Cooper · u undo"
        await pick(console, "t", "returns", "tab", "enter")
        await console.until(lambda: console.main.store.row(jane).labels == ("returns",))  # type: ignore[union-attr]
        assert console.said == "Labels of Jane Cooper · u undo: returns"
        await console.press("s")
        await console.shows(Pick)
        await console.press("enter")
        await console.until(lambda: console.names == [])
    metadata = (await api.conversations.get(jane)).metadata
    assert (metadata["priority"], metadata["labels"], metadata["status"]) == ("urgent", ["returns"], "snoozed")


async def test_a_conversation_is_begun_below_another_then_renamed_and_moved_up(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("C")
        await console.shows(Ask)
        await console.write("Order 1042")
        await console.press("enter")
        await console.until(lambda: "Order 1042" in console.names)
        made = console.main.open_id
        assert made is not None and console.main.pane == "composer"
        await console.press("escape", "f2")
        await console.shows(Ask)
        await console.press("end", "backspace")
        await console.write("3")
        await console.press("enter")
        await console.until(lambda: "Order 1043" in console.names)
        assert console.main.store.row(made).parent_id is not None  # type: ignore[union-attr]
        await pick(console, "m", "top")
        await console.until(lambda: console.main.store.row(made).parent_id is None)  # type: ignore[union-attr]


async def test_a_new_conversation_finds_the_customer_that_is_known(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("c")
        await console.shows(Ask)
        await console.write("jane@example.com")
        await console.press("enter")
        await console.until(lambda: console.main.open_id == jane)


async def test_deleting_asks_for_the_name_and_takes_all_below(server: RunningServer, api: Api, tmp_path: Path) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    await api.conversations.create_sub(CreateSubConversation(parent_id=jane, name="Order"))
    async with console_on(server, tmp_path, role="admin") as console:
        await console.until(lambda: len(console.names) == 2)
        await console.press("g", "g", "number_sign")
        await console.shows(Confirm)
        await console.press("enter")
        await console.pilot.pause()
        assert isinstance(console.app.screen, Confirm), "nothing is deleted before the name is there"
        await console.write("Jane Cooper")
        await console.press("enter")
        await console.until(lambda: console.names == [])
        await console.until(lambda: console.said == "Deleted 2 conversations.")
    assert (await api.conversations.list(ListConversations())).items == ()


async def test_an_agent_is_not_offered_to_delete(server: RunningServer, api: Api, tmp_path: Path) -> None:
    await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("number_sign")
        assert not isinstance(console.app.screen, Confirm)
        assert console.said == "The role agent may not do this: delete."


async def test_typing_in_the_filter_narrows_the_tree_and_escape_widens_it(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    await conversation_with(api, JANE, "Hello?")
    await conversation_with(api, DENIZ, "Merhaba")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        await console.press("slash")
        await console.write("yilmaz")
        await console.until(lambda: console.names == ["Deniz Yılmaz"])
        await console.press("escape")
        await console.until(lambda: len(console.names) == 2)
        assert console.main.pane == "tree"


async def test_folding_hides_what_lies_below(server: RunningServer, api: Api, tmp_path: Path) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    await api.conversations.create_sub(CreateSubConversation(parent_id=jane, name="Order"))
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        await console.press("g", "g", "space")
        assert console.names == ["Jane Cooper"]
        await console.press("space")
        assert console.names == ["Jane Cooper", "Order"]


async def test_who_waits_in_what_is_folded_is_shown_and_gone_to(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    deniz, jane = await conversation_with(api, DENIZ, "Merhaba"), await conversation_with(api, JANE, "Hello?")
    order = await api.conversations.create_sub(CreateSubConversation(parent_id=jane, name="Order"))
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 3)
        tree = console.main.conversations
        await console.press("g", "g", "enter", "escape", "space")
        assert console.names == ["Jane Cooper", "Deniz Yılmaz"]
        assert tree.under and not tree.under.hides_unread
        customer = (await api.conversations.get(jane)).customer
        assert customer
        asks = Send(conversation_id=order.id, content={"en": "?"}, sender="customer", customer_id=customer.id)
        await api.messages.send(asks)
        await console.until(lambda: tree.under and tree.under.hides_waiting and tree.under.hides_unread)
        assert console.names == ["Jane Cooper", "Deniz Yılmaz"]
        await console.press("J")
        assert console.names == ["Jane Cooper", "Order", "Deniz Yılmaz"]
        assert console.main.open_id == tree.cursor_id == order.id
        await console.until(lambda: console.bodies == ["?"])
        await console.press("J")
        assert console.main.open_id == deniz
        await console.press("g", "g", "space", "j", "e")
        await console.until(lambda: console.names == ["Jane Cooper"])
        await console.press("E")
        await console.until(lambda: console.main.open_id == order.id)
        await console.until(lambda: console.main.store.row(jane).status == "resolved")  # type: ignore[union-attr]
        assert console.names == ["Jane Cooper", "Order"]


async def test_what_could_not_be_undone_can_be_later_unless_it_is_gone(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    jane, deniz = await conversation_with(api, JANE, "Hello?"), await conversation_with(api, DENIZ, "Merhaba")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        await console.press("g", "g", "A", "j", "A")
        await console.until(lambda: console.said == "Yours: Jane Cooper · u undo")
        await server.stop()
        await console.press("u")
        await console.until(lambda: console.main.notice and console.main.notice.is_error)
        await server.start()
        await console.until(lambda: console.main.store.line.state == "live")
        await console.press("u")
        await console.until(lambda: console.said == "Undone: Jane Cooper")
        assert console.main.store.row(jane).assignee_id is None  # type: ignore[union-attr]
        await api.conversations.delete(deniz)
        await console.until(lambda: console.names == ["Jane Cooper"])
        await console.press("u")
        await console.until(lambda: console.main.notice and console.main.notice.is_error)
        await console.press("u")
        assert console.said == "There is nothing to undo."


async def test_what_a_colleague_labelled_meanwhile_stays_and_is_said(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        await console.press("t")
        await console.shows(Pick)
        await api.conversations.update(UpdateConversation(id=jane, metadata={"labels": ["vip"]}))
        await console.until(lambda: console.main.store.row(jane).labels == ("vip",))  # type: ignore[union-attr]
        await console.write("returns")
        await console.press("tab", "enter")
        await console.until(lambda: console.said == "Labels of Jane Cooper · u undo: vip, returns")
        await console.press("u")
        await console.until(lambda: console.main.store.row(jane).labels == ("vip",))  # type: ignore[union-attr]


async def test_what_is_resolved_is_left_at_once_and_what_is_next_is_seen(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    order = await api.conversations.create_sub(CreateSubConversation(parent_id=jane, name="Order"))
    asks = Send(conversation_id=order.id, content={"en": "?"}, sender="customer")
    await api.messages.send(asks)
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: len(console.names) == 2)
        await console.press("j", "enter", "escape", "g", "g", "space")
        assert console.names == ["Jane Cooper"] and console.main.open_id == order.id
        burst(console.pilot, "Er")
        await console.until(lambda: console.main.pane == "composer")
        assert console.main.conversations.cursor_id == console.main.open_id == order.id


async def test_where_one_pane_stands_alone_what_is_gone_to_is_seen(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    jane = await conversation_with(api, JANE, "Hello?")
    await conversation_with(api, DENIZ, "Merhaba")
    async with console_on(server, tmp_path, size=(60, 20)) as console:
        await console.until(lambda: len(console.names) == 2)
        await console.press("J")
        await console.until(lambda: console.bodies == ["Hello?"])
        assert console.main.open_id == jane and console.main.pane == "thread"
        await console.until(lambda: not console.main.store.row(jane).unread)  # type: ignore[union-attr]
        await console.press("h")
        said = Send(conversation_id=jane, content={"en": "Are you there?"}, sender="customer")
        await api.messages.send(said)
        await console.until(lambda: len(console.bodies) == 2)
        await console.pilot.pause()
        assert console.main.store.row(jane).unread == 1, "the list hides the thread"  # type: ignore[union-attr]


async def test_the_next_unread_one_is_looked_for_from_where_one_is(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    for customer in (JANE, DENIZ, CustomerInput(name="Omar"), CustomerInput(name="Sofia")):
        await conversation_with(api, customer, "Hello?")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names == ["Sofia", "Omar", "Deniz Yılmaz", "Jane Cooper"])
        await console.press("g", "g", "enter")
        await console.until(lambda: console.bodies)
        await console.press("escape", "G", "K")
        assert console.main.conversations.cursor == 2, "the one above the cursor, not above what is open"
