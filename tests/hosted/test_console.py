"""The console on a server that has what the product documents, and nothing more: every verb that differs there."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio

from console.client.api import Api
from console.config import load_settings
from console.contract.permissions import DELETE, ENGAGE
from console.screens.ask import Ask
from console.screens.confirm import Confirm
from console.screens.dialog import Field, Words
from console.screens.help import Help
from console.screens.pick import Pick
from tests.hosted.hosted import AGENT, AGENT_REPLY, Hosted, HostedProcess
from tests.hosted.opening import answer, begin, console_on, leave_composer
from tests.support.console import OpenConsole
from tests.support.faulty_line import Fault, Place, faulty_line

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOP = "shop.example.com"


@pytest_asyncio.fixture(loop_scope="module")
async def hosted(process: HostedProcess) -> Hosted:
    """A stand-in that tells no more of a conversation than its id."""
    return await process.serve(answers="id")


def drawn(console: OpenConsole) -> str:
    """What a person reads, row by row."""
    return "\n".join(strip.text for strip in console.app.screen._compositor.render_strips())


def asked(console: OpenConsole) -> str:
    """What the dialog on top says."""
    return " ".join(words.text for words in console.app.screen.query(Words))


def unread(console: OpenConsole) -> list[int]:
    """How much is unread of each conversation that the tree shows."""
    return [line.row.unread for line in console.main.conversations.lines]


async def arrives(
    console: OpenConsole,
    hosted: Hosted,
    conversation_id: str,
    text: str,
    sender: Literal["customer", "member"] = "customer",
) -> None:
    """Somebody writes, and the conversation is asked for as its next poll would."""
    await hosted.write(conversation_id, text, sender)
    await console.main.desk.reload(conversation_id)
    await console.pilot.pause()


async def delete(console: OpenConsole, name: str) -> None:
    """Delete the conversation under the cursor, which is called so."""
    await console.press("#")
    await console.shows(Confirm)
    console.app.screen.query_one(Field).value = name
    await console.press("enter")
    await console.until(lambda: console.app.screen is console.main and console.said)


# the list


async def test_an_empty_list_says_how_one_gets_on_it(hosted: Hosted, tmp_path: Path) -> None:
    async with console_on(hosted, tmp_path) as console:
        said = "This server lists no conversations: c begins one, O opens one by its id."
        await console.until(lambda: console.main.conversations.empty == said)


async def test_what_was_begun_is_there_at_the_next_start_though_nobody_answers(hosted: Hosted, tmp_path: Path) -> None:
    async with faulty_line(hosted.url) as line:
        async with console_on(hosted, tmp_path, url=line.url) as console:
            await begin(console, "Jane")
            await leave_composer(console)
            await console.press("C")
            await answer(console, "Returns")
            await console.until(lambda: console.names == ["Jane", "Returns"])
        line.cut()
        async with console_on(hosted, tmp_path, url=line.url, is_reached=False) as console:
            await console.until(lambda: console.names == ["Jane", "Returns"])
            assert console.main.store.identity is None


async def test_a_conversation_is_opened_by_its_id_and_called_by_who_wrote_in_it(hosted: Hosted, tmp_path: Path) -> None:
    async with console_on(hosted, tmp_path / "hers") as console:
        id = await begin(console, "Jane Cooper")
    await hosted.write(id, "Where is my lamp?")

    async with console_on(hosted, tmp_path / "mine") as console:
        await console.press("O")
        await answer(console, id)
        await console.until(lambda: console.bodies == ["Where is my lamp?"])
        assert console.main.open_id == id
        await console.press("O")
        await console.shows(Ask)
        await console.write("two words")
        await console.press("enter")
        assert "An id is one word." in asked(console)
        await console.press("escape", "O")
        await answer(console, "nobody")
        await console.until(lambda: console.said)
        assert console.said == "The workspace has no conversation of this id. Is all of it there?"
    async with console_on(hosted, tmp_path / "mine") as console:
        await console.until(lambda: len(console.names) == 1)


async def test_what_came_while_another_was_open_is_unread_until_it_is_opened(hosted: Hosted, tmp_path: Path) -> None:
    async with console_on(hosted, tmp_path) as console:
        jane = await begin(console, "Jane")
        await leave_composer(console)
        await begin(console, "Omar")
        await leave_composer(console)
        await arrives(console, hosted, jane, "One")
        await arrives(console, hosted, jane, "Two")
        assert unread(console) == [2, 0]
    async with console_on(hosted, tmp_path) as console:
        assert unread(console) == [2, 0]
        await console.press("h", "g", "g", "enter")
        await console.until(lambda: console.bodies == ["One", "Two"])
        await console.until(lambda: unread(console) == [0, 0])
    async with console_on(hosted, tmp_path) as console:
        assert unread(console) == [0, 0]


async def test_what_somebody_else_deleted_leaves_the_list(hosted: Hosted, tmp_path: Path) -> None:
    async with console_on(hosted, tmp_path) as console, Api(hosted.url, hosted.key) as api:
        jane = await begin(console, "Jane")
        await leave_composer(console)
        await begin(console, "Omar")
        await leave_composer(console)
        await api.conversations.delete(jane)
        await console.until(lambda: console.names == ["Omar"], seconds=20)
    async with console_on(hosted, tmp_path) as console:
        assert console.names == ["Omar"]


async def test_triage_is_there_at_the_next_start(hosted: Hosted, tmp_path: Path) -> None:
    async with console_on(hosted, tmp_path) as console:
        jane = await begin(console, "Jane")
        await leave_composer(console)
        await console.press("p")
        await console.shows(Pick)
        await console.write("urgent")
        await console.press("enter")
        await console.until(lambda: console.main.row and console.main.row.priority == "urgent")
        await console.press("e")
        await console.until(lambda: console.said.startswith("Resolved: Jane"))
    assert (await hosted.stored()).conversations[0]["metadata"] == {"priority": "urgent", "status": "resolved"}

    async with console_on(hosted, tmp_path) as console:
        assert console.names == []
        await console.press("g", "a")
        assert [line.row.priority for line in console.main.conversations.lines] == ["urgent"]
        await arrives(console, hosted, jane, "It broke again.")
        await console.press("g", "i")
        await console.until(lambda: console.names == ["Jane"])


# what there is not


async def test_what_the_server_does_not_know_is_said_in_a_sentence(hosted: Hosted, tmp_path: Path) -> None:
    async with console_on(hosted, tmp_path) as console:
        await begin(console, "Jane")
        await console.press("f4")
        await console.until(lambda: console.said)
        assert console.said == "This server keeps no templates."
        await leave_composer(console)
        await console.press("i")
        assert console.said == "This server knows no internal notes: customers would read it."
        await console.press("D")
        assert console.said.startswith("This server cannot draft.")


async def test_who_we_are_is_known_once_we_wrote_and_colleagues_once_they_did(hosted: Hosted, tmp_path: Path) -> None:
    async with console_on(hosted, tmp_path) as console:
        jane = await begin(console, "Jane")
        await leave_composer(console)
        await console.press("A")
        assert console.said == "This server does not say who you are. It is known once you sent a message."
        await console.press("a")
        assert console.said.startswith("This server lists no colleagues")
        await arrives(console, hosted, jane, "I look into it.", sender="member")
        await console.press("a")
        await console.shows(Pick)
        assert "Omar Haddad" in drawn(console)
        await console.press("enter")
        await console.until(lambda: console.main.assignee == "Omar Haddad")
        await console.press("r")
        await console.write("Thanks")
        await console.press("enter")
        await leave_composer(console)
        await console.until(lambda: console.main.store.me)
        await console.press("A")
        await console.until(lambda: console.main.assignee == "Maya Okafor")


# permissions


async def test_a_permission_is_learnt_from_a_refusal_and_from_what_is_done_after_all(
    hosted: Hosted, tmp_path: Path
) -> None:
    await hosted.refuse(DELETE)
    async with console_on(hosted, tmp_path, size=(80, 24)) as console:
        await begin(console, "Jane")
        await leave_composer(console)
        await delete(console, "Jane")
        assert console.said == f"Refused: it needs {DELETE}. You may try again."
        assert console.main.notice is not None and console.main.notice.is_error
        when = f"{console.main.store.refused[DELETE].astimezone():%H:%M}"

        await console.press("?")
        await console.shows(Help)
        await console.press(*"delete")
        await console.until(lambda: f"asks for its name · refused {when}" in drawn(console))
        assert DELETE in drawn(console)
        await console.press("escape", "colon")
        await console.until(lambda: console.app.screen is not console.main)
        await console.press(*"delete")
        await console.until(lambda: f"refused {when} · conver" in drawn(console))
        await console.press("escape")

        await hosted.allow(DELETE)
        await delete(console, "Jane")
        assert console.said == "Deleted 1 conversation."
        assert console.main.store.refused == {} and console.names == []
    async with console_on(hosted, tmp_path) as console:
        assert console.names == []


async def test_a_refused_message_teaches_as_well(hosted: Hosted, tmp_path: Path) -> None:
    async with console_on(hosted, tmp_path) as console:
        await begin(console, "Jane")
        await hosted.refuse(ENGAGE)
        await console.write("Hello")
        await console.press("enter")
        await console.until(lambda: console.main.store.refused)
        assert list(console.main.store.refused) == [ENGAGE]
        assert [entry.delivery for entry in console.entries] == ["failed"]


async def test_the_help_begins_with_what_is_different_and_fits_a_small_screen(hosted: Hosted, tmp_path: Path) -> None:
    await hosted.refuse(DELETE)
    async with console_on(hosted, tmp_path, size=(80, 24)) as console:
        await begin(console, "Jane")
        await leave_composer(console)
        await console.press("?")
        await console.shows(Help)
        page = drawn(console)
        for word in ("your list", "news", "notes", "AI", "sending", "permissions", "Nothing was refused yet."):
            assert word in page
        await console.press("escape")
        await delete(console, "Jane")
        await console.press("?")
        await console.shows(Help)
        await console.press(*"permissions")
        await console.until(lambda: f"So far: {DELETE}" in drawn(console))


# AI


async def test_an_agent_is_asked_for_once_and_its_answer_is_a_message(hosted: Hosted, tmp_path: Path) -> None:
    async with console_on(hosted, tmp_path) as console:
        jane = await begin(console, "Jane", SHOP)
        await arrives(console, hosted, jane, "Hello?")
        await hosted.delay(ai=0.2)
        await console.press("ctrl+r")
        await answer(console, AGENT)
        await console.shows(Confirm)
        assert "as soon as it is written" in asked(console)
        await console.press("enter")
        await console.until(lambda: console.main.composer.about.startswith("the agent answers: Hello"))
        await console.press("ctrl+r")
        await console.until(lambda: console.said == "The agent has not done answering yet.")
        await console.until(lambda: console.bodies == ["Hello?", AGENT_REPLY])
        assert console.entries[-1].who == "agent"
        await console.until(lambda: console.main.composer.about == "")
    assert load_settings().ai_agent == AGENT
    async with console_on(hosted, tmp_path, ai_agent=AGENT) as console:
        await console.press("enter", "d")
        await console.shows(Confirm)
        await console.press("escape")
        await console.until(lambda: console.main.pane == "thread")
    assert (await hosted.stored()).calls("ai-stream") == 1


async def test_an_agent_that_is_not_there_is_asked_for_again(hosted: Hosted, tmp_path: Path) -> None:
    async with console_on(hosted, tmp_path, ai_agent="agent_nobody") as console:
        jane = await begin(console, "Jane", SHOP)
        await arrives(console, hosted, jane, "Hello?")
        await console.press("ctrl+r", "enter")
        await console.until(lambda: "did not answer" in console.said)
        assert console.said == "The agent did not answer: Agent not found."
        await console.press("ctrl+r")
        await console.shows(Ask)
        assert "agent_nobody" in drawn(console)
        await answer(console, AGENT)
        await console.press("enter")
        await console.until(lambda: console.bodies == ["Hello?", AGENT_REPLY])


async def test_an_agent_that_cannot_know_where_is_said_in_a_sentence(hosted: Hosted, tmp_path: Path) -> None:
    async with console_on(hosted, tmp_path, ai_agent=AGENT) as console:
        jane = await begin(console, "Jane")
        await arrives(console, hosted, jane, "Hello?")
        await console.press("ctrl+r", "enter")
        await console.until(lambda: console.said)
        assert console.said.startswith("The agent must know where it answers, and this conversation has no website.")


async def test_the_website_of_the_settings_stands_there_already(hosted: Hosted, tmp_path: Path) -> None:
    async with console_on(hosted, tmp_path, channel=SHOP) as console:
        await console.press("c")
        await answer(console, "Jane")
        await console.shows(Ask)
        await console.press("enter")
        await console.until(lambda: console.names == ["Jane"])
    (made,) = (await hosted.stored()).conversations
    assert made["channels"][0]["identifier"] == SHOP


async def test_an_answer_whose_line_broke_is_looked_for_and_not_asked_for_twice(hosted: Hosted, tmp_path: Path) -> None:
    async with (
        faulty_line(hosted.url) as line,
        console_on(hosted, tmp_path, url=line.url, ai_agent=AGENT) as console,
    ):
        jane = await begin(console, "Jane", SHOP)
        await arrives(console, hosted, jane, "Hello?")
        await hosted.delay(ai=0.05)
        line.expect(Fault("reset", Place("back", 300)), b"POST /api/v1/connect/ai-stream")
        await console.press("ctrl+r", "enter")
        await console.until(lambda: console.said)
        assert console.said.startswith("The line broke while the agent answered. It may still post its answer")
        await console.until(lambda: console.bodies == ["Hello?", AGENT_REPLY])
        assert (await hosted.stored()).calls("ai-stream") == 1
