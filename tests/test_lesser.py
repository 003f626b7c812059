"""The server of ours that can do less is one as far as a client can tell."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from console.client.api import Api
from console.contract.events import FEATURES
from tests.server.calling import talking
from tests.support.server import running_server


@pytest.mark.parametrize("transformer", ["none", "superjson"])
async def test_it_does_not_name_what_it_lacks(tmp_path: Path, transformer: Literal["none", "superjson"]) -> None:
    async with (
        running_server(tmp_path, without=("idempotency", "events")) as server,
        Api(server.url, server.key(), trpc_path="/api/trpc", transformer=transformer) as api,
    ):
        session = await api.session.get()
    assert set(session.features) == {*FEATURES} - {"idempotency", "events"}
    assert session.member.name == "Maya Okafor" and session.limits.files_per_upload == 5


async def test_it_makes_two_of_what_is_asked_twice(tmp_path: Path) -> None:
    async with (
        running_server(tmp_path, without=("idempotency",)) as server,
        talking(server.url, server.key()) as talk,
    ):
        top = (await talk.customer())["id"]
        asked = {"Idempotency-Key": "one"}
        one, two = [await talk.call("send", asked, conversationId=top, content={"en": "Once"}) for _ in range(2)]
        assert one["id"] != two["id"]
