"""Errors of our own while a message is sent: it never says "sending" for ever, and somebody hears of it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from console.client.errors import BadRequest
from console.contract.events import MessageCreated
from console.errors import FileError
from tests.state.rooms import never, room
from tests.state.values import conversation, message, settled, words


async def test_an_error_that_nobody_planned_fails_the_lane_and_is_told(tmp_path: Path) -> None:
    told: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(context))
    async with room(tmp_path, hold=0.0) as it:
        error = RuntimeError("a fault of ours")
        it.api.answers("send", error)
        one = it.desk.reply("c", words("One"))
        it.desk.reply("c", words("Two"))
        await settled()
        assert it.shown() == [("One", "failed"), ("Two", "failed")]
        assert "may have arrived" in str(it.entries()[0].problem)
        assert [context["exception"] for context in told] == [error]
        await it.desk.retry(one)
        it.desk.reply("c", words("Three"))
        await settled()
        assert it.sent() == ["One", "One", "Three"]


async def test_an_error_of_a_file_of_ours_fails_that_message_alone(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        it.api.answers("send", FileError("This file is gone. Attach it again."))
        it.desk.reply("c", words("One"))
        it.desk.reply("c", words("Two"))
        await settled()
        assert sorted(it.shown()) == [("One", "failed"), ("Two", "sent")]
        assert "Attach it again." in [str(entry.problem)[-16:] for entry in it.entries()]


async def test_a_refusal_of_what_an_event_confirmed_meanwhile_is_nothing(tmp_path: Path) -> None:
    async with room(tmp_path, hold=0.0) as it:
        answer = never()
        it.api.answers("send", answer)
        id = it.desk.reply("c", words("One"))
        await settled()
        said = message("m9", 1, by="me", text="One")
        it.store.apply(MessageCreated(id="1", message=said, conversation=conversation("c"), idempotency_key=id))
        it.desk.reply("c", words("Two"))
        answer.set_exception(BadRequest("This key was used.", status=400))
        await settled()
        assert sorted(it.shown()) == [("One", "sent"), ("Two", "sent")]
