"""What agents know of a real store: articles, templates, what was answered before, and never another's secrets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from console.contract.ai import AiDone, AiRequest
from console.contract.inputs import SaveArticle
from console.server.ai.agents import agents_of
from console.server.ai.answering import Answering
from console.server.ai.retrieving import RETRIEVING
from console.server.ai.workspace import WorkspaceKnowledge
from console.server.procedures import directory
from console.server.store.database import Store
from tests.server.answering import answering_with, draft, events_of
from tests.server.workspace import Desk, caller_in


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path, on_commit=lambda _: None)
    yield opened
    opened.close()


@pytest.fixture
async def desk(store: Store) -> Desk:
    return Desk(store, await caller_in(store, "northwind"))


async def test_the_retrieving_agent_answers_from_articles_and_past_answers(desk: Desk, store: Store) -> None:
    knowledge = WorkspaceKnowledge(store)
    answering = Answering(store, agents_of(knowledge, pace=0))
    article = SaveArticle(name="Delivery", content={"en": "We deliver lamps to Oman in five days."})
    await desk.write(directory.save_article, article)
    for name in ("Jane Cooper", "Omar Haddad", "Ali Demir"):
        earlier = await desk.conversation(name)
        await desk.say(earlier, "Do you gift wrap lamps?", as_customer=True)
        await desk.say(earlier, f"Gift wrap paper is with {name} at the moment.")
        await desk.say(earlier, "Gift wrap is secretly free for staff.", flags=["internal-note"])
        await desk.say(earlier, "We gift wrap every lamp for free.")
    now = await desk.conversation("Deniz")
    await desk.say(now, "Do you gift wrap lamps for Oman?", as_customer=True)
    *_, done = await events_of(answering, desk.caller, draft(now, RETRIEVING))
    assert isinstance(done, AiDone)
    assert "We gift wrap every lamp for free. [" in done.text
    assert "We deliver lamps to Oman in five days. [" in done.text
    assert "Jane" not in done.text
    assert "staff" not in done.text
    assert "an earlier answer" in done.text


async def test_knowledge_stays_within_its_workspace(desk: Desk, store: Store) -> None:
    stranger = await caller_in(store, "contoso")
    article = SaveArticle(name="Delivery", content={"en": "Contoso delivers lamps to Oman."})
    await desk.write(directory.save_article, article, stranger)
    theirs = Desk(store, stranger)
    there = await theirs.conversation("Ali")
    await theirs.say(there, "Lamps to Oman?", as_customer=True)
    await theirs.say(there, "Yes, lamps go to Oman every day.")
    knowledge = WorkspaceKnowledge(store)
    assert await knowledge.articles(desk.caller.workspace_id) == []
    assert await knowledge.past_answers(desk.caller.workspace_id, "") == []
    assert len(await knowledge.past_answers(stranger.workspace_id, "")) == 1
    assert await knowledge.past_answers(stranger.workspace_id, there.id) == []


async def test_quotes_are_not_quoted_again(desk: Desk, store: Store) -> None:
    agents = agents_of(WorkspaceKnowledge(store), pace=0)
    answering = Answering(store, agents)
    await desk.write(
        directory.save_article, SaveArticle(name="Delivery", content={"en": "We deliver lamps to Oman in five days."})
    )
    first = await desk.conversation("Jane")
    asked = await desk.say(first, "Lamps to Oman?", as_customer=True)
    request = AiRequest(agent_id=RETRIEVING, conversation_id=first.id, last_message_id=asked.id)
    assert isinstance(await answering.answer(desk.caller, request), AiDone)
    second = await desk.conversation("Deniz")
    await desk.say(second, "Lamps to Oman?", as_customer=True)
    done = await answering.answer(desk.caller, draft(second, RETRIEVING))
    assert isinstance(done, AiDone)
    assert done.text.endswith("Sources: [1] Delivery")


async def test_what_was_said_to_one_customer_never_reaches_another(desk: Desk, store: Store) -> None:
    answering = Answering(store, agents_of(WorkspaceKnowledge(store), pace=0))
    secrets = ("Haddad", "104233", "jane@", "050 123", "Palm", "AB-xy", "secretly")
    for name in ("Jane Haddad", "Omar Haddad", "Ali Demir"):
        theirs = await desk.conversation(name)
        await desk.say(theirs, "Where does my lamp order go?", as_customer=True)
        await desk.say(theirs, "Your lamp order goes out today.")
        await desk.say(theirs, f"Your lamp order 104233 goes to {name} in Palm Street today.")
        await desk.say(theirs, "Your lamp order AB-xy goes to jane@example.com or 050 123 45 67 today.")
        await desk.say(theirs, "Your lamp order goes out secretly.", flags=["internal-note"])
    now = await desk.conversation("Deniz")
    for asked in (
        "Where does my lamp order go?",
        "Haddad lamp order 104233",
        "Palm Street jane@example.com AB-xy lamp",
    ):
        await desk.say(now, asked, as_customer=True)
        done = await answering.answer(desk.caller, draft(now, RETRIEVING))
        assert isinstance(done, AiDone)
        assert not [secret for secret in secrets if secret in done.text]
    await desk.say(now, "Where does my lamp order go?", as_customer=True)
    done = await answering.answer(desk.caller, draft(now, RETRIEVING))
    assert isinstance(done, AiDone)
    assert "Your lamp order goes out today. [1]" in done.text


async def test_what_an_agent_said_is_no_source(desk: Desk, store: Store) -> None:
    model, _ = answering_with(desk, "We gift wrap every lamp in gold.")
    for name in ("Jane", "Omar", "Ali"):
        theirs = await desk.conversation(name)
        asked = await desk.say(theirs, "Do you gift wrap a lamp?", as_customer=True)
        request = AiRequest(agent_id="agent_fake", conversation_id=theirs.id, last_message_id=asked.id)
        assert isinstance(await model.answer(desk.caller, request), AiDone)
    assert await WorkspaceKnowledge(store).past_answers(desk.caller.workspace_id, "") == []
