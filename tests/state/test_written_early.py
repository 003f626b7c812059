"""What is written before the console knows who it is: taking over what another one left does not touch it."""

from __future__ import annotations

from pathlib import Path

from tests.state.rooms import Room
from tests.state.values import settled, words


async def test_what_is_held_when_the_outbox_is_taken_over_stays_held(tmp_path: Path) -> None:
    left = Room(tmp_path)
    await left.desk.start()
    left.desk.reply("c", words("Left behind"))
    left.crash()
    it = Room(tmp_path)
    it.desk.reply("d", words("Just written"))
    await it.desk.start()
    await it.desk.open("d")
    assert it.shown("d") == [("Just written", "held")]
    assert it.drafts.get("d", False) is None
    draft = it.drafts.get("c", False)
    assert draft is not None and draft.text == "Left behind"
    await it.clock.advance(5)
    await settled()
    assert it.sent() == ["Just written"]
    await it.desk.close()
    await left.desk.close()
    it.crash()
