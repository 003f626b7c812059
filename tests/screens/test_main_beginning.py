"""A conversation that a person has the id of, on a server that lists its conversations."""

from __future__ import annotations

from pathlib import Path

from console.client.api import Api
from console.contract.inputs import CreateSubConversation
from console.screens.ask import Ask
from console.widgets.footer import KeyFooter
from tests.support.console import JANE, console_on, conversation_with
from tests.support.server import RunningServer


async def test_a_conversation_is_opened_by_its_id_wherever_it_lies(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    jane = await conversation_with(api, JANE, "Hello")
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names == ["Jane Cooper"])
        below = await api.conversations.create_sub(CreateSubConversation(parent_id=jane, name="Order"))
        await console.press("O")
        await console.shows(Ask)
        await console.write(below.id)
        await console.press("enter")
        await console.until(lambda: console.main.open_id == below.id)
        await console.until(lambda: console.names == ["Jane Cooper", "Order"])
        assert console.main.pane == "thread"


async def test_an_id_that_is_nobodys_is_said_in_a_sentence(server: RunningServer, tmp_path: Path) -> None:
    async with console_on(server, tmp_path, role="viewer") as console:
        await console.press("O")
        await console.shows(Ask)
        await console.write("conv_1")
        await console.press("enter")
        await console.until(lambda: console.said)
        assert console.said == "The workspace has no conversation of this id. Is all of it there?"
        assert console.main.open_id is None


async def test_the_footer_says_how_to_begin_until_there_is_a_conversation(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    async with console_on(server, tmp_path) as console:
        footer = console.main.query_one(KeyFooter)
        await console.until(lambda: ("c", "new") in footer.keys)
        assert footer.keys[:2] == (("c", "new"), ("O", "open by id"))
        await conversation_with(api, JANE, "Hello")
        await console.until(lambda: console.names == ["Jane Cooper"])
        await console.until(lambda: ("c", "new") not in footer.keys)
