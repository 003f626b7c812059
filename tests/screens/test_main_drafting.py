"""Asking an agent: leaving the question leaves all as it was, and a server that only posts is asked as it wants."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from console.client.api import Api
from console.contract.inputs import GetOrCreateConversation, SaveArticle, Send
from console.screens.ask import Ask
from console.screens.confirm import Confirm
from console.screens.pick import Pick
from console.screens.verbs import drafting, keeping
from console.screens.verbs.drafting import Streaming
from console.state import changes
from tests.support.console import JANE, OpenConsole, console_on
from tests.support.server import RunningServer

LAMP = "A broken lamp can be returned within 30 days of the day it came."


async def asked(api: Api) -> str:
    """Jane asks what the agent has an answer to."""
    await api.directory.save_article(SaveArticle(name="Returns", content={"en": LAMP}))
    by_chat = GetOrCreateConversation(customer=JANE, channel_identifier="chat.example.com")
    jane = await api.conversations.get_or_create(by_chat)
    question = {"en": "Can the broken lamp be returned?"}
    await api.messages.send(Send(conversation_id=jane.id, content=question, sender="customer"))
    return jane.id


@asynccontextmanager
async def console_asked(server: RunningServer, api: Api, tmp_path: Path) -> AsyncIterator[tuple[OpenConsole, str]]:
    """A console that shows her conversation, and its id."""
    jane = await asked(api)
    async with console_on(server, tmp_path) as console:
        await console.until(lambda: console.names)
        yield console, jane


async def on_a_server_that_only_posts(console: OpenConsole, api: Api) -> None:
    """As if its session did not name `ai-drafts`, once nothing asks for the session any more."""
    await console.until(lambda: console.main.store.members)
    session = await api.session.get()
    only_posts = tuple(one for one in session.features if one != "ai-drafts")
    console.main.store.apply(changes.SessionAnswered(session.model_copy(update={"features": only_posts})))
    await console.pilot.pause()


@pytest.mark.parametrize("pane", ["tree", "thread"])
async def test_leaving_the_questions_of_a_draft_leaves_the_focus_where_it_was(
    server: RunningServer, api: Api, tmp_path: Path, pane: str
) -> None:
    async with console_asked(server, api, tmp_path) as (console, _):
        await console.press("enter", *(["h"] if pane == "tree" else []), "D")
        await console.shows(Ask)
        await console.press("escape")
        await console.until(lambda: console.app.screen is console.main)
        assert console.main.pane == pane


async def test_leaving_the_choice_of_a_task_leaves_a_note_in_the_composer(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    async with console_asked(server, api, tmp_path) as (console, _):
        await console.press("r")
        await console.write("a reply")
        await console.press("escape", "i")
        await console.write("a note")
        await console.press("escape", "D")
        await console.shows(Pick)  # the reply that is put by may be shortened
        await console.press("escape")
        await console.until(lambda: console.app.screen is console.main)
        assert console.main.pane == "thread"
        assert console.main.composer.note and console.main.composer.text == "a note"


async def test_what_came_of_a_draft_that_is_stopped_has_no_marks_and_says_so_as_long_as_it_stands(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    async with console_asked(server, api, tmp_path) as (console, _):
        await console.press("enter", "r")
        here = keeping.place(console.main)
        assert here is not None
        came = "Send it back within 30 days [1].\n\nSources: [1] Retu"
        console.main.streaming = Streaming(here, "", rewrites=False, is_answer=True, came=[came])
        assert drafting.stop(console.main)
        composer = console.main.composer
        assert composer.text == "Send it back within 30 days." and composer.incomplete
        assert composer.about == keeping.INCOMPLETE
        await console.pilot.pause()
        assert composer.about == keeping.INCOMPLETE
        await console.press("ctrl+u")
        await console.until(lambda: not composer.text)
        await console.until(lambda: not composer.about and not composer.incomplete)


def test_what_came_last_and_was_not_drawn_does_not_bring_the_marks_back() -> None:
    streaming = Streaming(keeping.Place("c", False), "", rewrites=False, is_answer=True)
    streaming.came.append("Within 30 days [1].\n\nSources: [1] Returns")
    streaming.end("Within 30 days [1].\n\nSources: [1] Returns")
    streaming.read()  # a drawing that was on its way
    assert (streaming.said, streaming.about) == ("Within 30 days.", "from Returns")


async def test_a_server_that_only_posts_is_told_which_message_is_answered(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    async with console_asked(server, api, tmp_path) as (console, jane):
        await on_a_server_that_only_posts(console, api)
        await console.press("enter")
        await console.until(lambda: console.bodies)
        await console.press("d")
        await console.shows(Confirm)
        await console.press("enter")
        await console.until(lambda: len(console.bodies) == 2 or console.said)
        assert not console.said
    newest = (await api.messages.list(jane)).items[0]
    assert "30 days" in newest.content["en"] and newest.sender.kind == "agent"


async def test_what_is_not_to_be_posted_leaves_the_focus_where_it_was(
    server: RunningServer, api: Api, tmp_path: Path
) -> None:
    async with console_asked(server, api, tmp_path) as (console, jane):
        await on_a_server_that_only_posts(console, api)
        await console.press("enter", "d")
        await console.shows(Confirm)
        await console.press("escape")
        await console.until(lambda: console.main.pane == "thread")
    assert len((await api.messages.list(jane)).items) == 1
