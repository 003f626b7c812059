"""What was written in a conversation that somebody else deletes: it is not sent, and it is not lost from sight."""

from __future__ import annotations

import asyncio
from pathlib import Path

from console.client.errors import NotFound, Unreachable
from console.contract.events import ConversationDeleted
from console.contract.shapes import Page
from console.state.drafts import Draft
from console.state.rows import Written
from console.state.sending import Orphan
from tests.state.rooms import PHOTO, room
from tests.state.values import conversation, settled, words

DELETED = ConversationDeleted(ids=("c",))


async def test_what_waits_to_be_sent_there_fails_with_a_sentence_and_is_tried_no_more(tmp_path: Path) -> None:
    async with room(tmp_path) as it:
        it.api.answers("send", Unreachable("The server cannot be reached."))
        it.desk.reply("c", words("On its way", note=True))
        it.desk.reply("c", words("Held"))
        await settled()
        assert it.shown() == [("On its way", "waiting"), ("Held", "held")]
        it.store.apply(DELETED)
        assert it.shown() == [("On its way", "failed"), ("Held", "failed")]
        assert all("was deleted" in str(entry.problem) for entry in it.entries())
        it.desk.resume()
        await it.clock.advance(300)
        assert it.sent() == ["On its way"]
        assert it.shown() == [("On its way", "failed"), ("Held", "failed")]


async def test_all_that_was_written_there_is_listed_until_it_is_let_go(tmp_path: Path) -> None:
    async with room(tmp_path) as it:
        it.drafts.put("c", True, Draft("Begun", "tr", (PHOTO,)))
        it.drafts.put("elsewhere", False, Draft("Kept", "en"))
        id = it.desk.reply("c", words("Held"))
        assert it.desk.orphans() == ()
        it.store.apply(DELETED)
        draft = Orphan("c", Written("Begun", "tr", note=True, files=(PHOTO,)), None)
        assert it.desk.orphans() == (draft, Orphan("c", words("Held"), id))
        for orphan in it.desk.orphans():
            it.desk.forget(orphan)
        assert it.desk.orphans() == () and it.entries() == []
        assert it.drafts.conversations() == {"elsewhere"}


async def test_a_draft_whose_conversation_went_while_nobody_looked_is_found(tmp_path: Path) -> None:
    async with room(tmp_path) as it:
        it.drafts.put("long gone", False, Draft("Begun", "en"))
        it.drafts.put("there", False, Draft("Kept", "en"))
        it.api.answers("list", *[Page(items=(conversation("there"),))] * 2)
        it.api.answers("get", conversation("c"), NotFound("This conversation is gone.", status=404))
        refreshing = asyncio.create_task(it.desk.refresh())
        await it.clock.advance(10)
        await refreshing
        assert [orphan.conversation_id for orphan in it.desk.orphans()] == ["long gone"]


async def test_the_newest_held_message_is_found_wherever_it_is(tmp_path: Path) -> None:
    async with room(tmp_path) as it:
        it.desk.reply("c", words("One"))
        await it.clock.advance(1)
        two = it.desk.reply("d", words("Two"))
        newest = it.desk.held(None)
        assert newest is not None and (newest.id, newest.conversation_id) == (two, "d")
        it.desk.take_back(two)
        left = it.desk.held(None)
        assert left is not None and left.conversation_id == "c"
        await it.clock.advance(5)
        assert it.desk.held(None) is None
