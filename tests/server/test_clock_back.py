"""A clock that is put back, as clocks are that were wrong: what consoles know by its time still changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.server.calling import talking
from tests.support.server import running_server


async def test_the_time_of_a_conversations_last_change_never_goes_back(tmp_path: Path) -> None:
    moment = [datetime(2027, 1, 15, 8, tzinfo=UTC)]
    async with (
        running_server(tmp_path / "data", clock=lambda: moment[0]) as server,
        talking(server.url, server.key("admin")) as talk,
    ):
        guest = {"metadata": {"fingerprint": "finger-print-1"}}
        made = await talk.call("getOrCreateConversation", customer=guest)
        moment[0] -= timedelta(minutes=1)
        renamed = await talk.call("updateConversation", id=made["id"], name="Renamed")
        assert renamed["name"] == "Renamed" and renamed["updatedAt"] == made["updatedAt"]
        jane = {"externalId": "web-1", "name": "Jane"}
        await talk.call("claimGuestConversations", fingerprint="finger-print-1", customer=jane)
        again = await talk.call("getOrCreateConversation", customer=jane, metadata={"plan": "gold"})
        assert again["id"] == made["id"] and again["updatedAt"] == made["updatedAt"]
        moment[0] += timedelta(minutes=2)
        assert (await talk.call("updateConversation", id=made["id"]))["updatedAt"] > made["updatedAt"]
