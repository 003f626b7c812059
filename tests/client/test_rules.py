"""Which calls go over the line again: the documented rules, status by status, on real sockets (contract, 3 and 8)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import stamina

from console.client import errors
from console.client.api import Api
from console.contract.inputs import Send
from tests.client.fakes import Heard, HostedProduct, Line, refusal, reply, result, running
from tests.client.values import message, session

SEND = Send(conversation_id="conv_1", content={"en": "Hello"})
STATUSES = (400, 401, 403, 404, 405, 408, 409, 413, 418, 422, 425, 429, 431, 500, 501, 502, 503, 504, 507, 599)


@pytest.fixture
def unhurried() -> Iterator[None]:
    """Delays between attempts take no time."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


class Failing:
    """A server with these features that answers its messages so, and so many times, before it is well."""

    def __init__(self, answer: bytes, *features: str, times: int = 99) -> None:
        self.answer = answer
        self.features = features
        self.times = times
        self.keys: list[str | None] = []

    async def __call__(self, heard: Heard, line: Line) -> bytes | None:
        name = heard.path.rpartition(".")[2]
        if name == "session":
            return result(session(*self.features))
        if name not in ("send", "listMessages"):
            return await HostedProduct()(heard, line)
        self.keys.append(heard.headers.get("idempotency-key"))
        self.times -= 1
        if self.times >= 0:
            return self.answer
        return result(message()) if name == "send" else result({"items": []})


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("is_page", [False, True])
async def test_what_goes_again_after_which_status(status: int, is_page: bool) -> None:
    answer = reply(status, b"<html>") if is_page else refusal(status, "X", "no")
    made: dict[str, int] = {}
    for name, features in (("query", ()), ("send", ()), ("send with a key", ("idempotency",))):
        failing = Failing(answer, *features)
        async with running(failing) as server, Api(server.url, "k") as api:
            with pytest.raises(errors.ApiError) as raised:
                if name == "query":
                    await api.messages.list("conv_1")
                else:
                    await api.messages.send(SEND, "local_1")
        assert raised.value.status == status
        made[name] = len(failing.keys)

    again = 3 if status in (429, 500, 503) else 1
    assert made == {"query": again, "send": 3 if status == 429 else 1, "send with a key": again}


@pytest.mark.usefixtures("unhurried")
async def test_silence_is_asked_again_unless_it_may_have_been_heard() -> None:
    made: dict[str, int] = {}
    for name, features in (("query", ()), ("send", ()), ("send with a key", ("idempotency",))):
        failing = Failing(b"", *features)  # nothing is said, and the connection stays
        async with running(failing) as server, Api(server.url, "k", timeout=0.2) as api:
            with pytest.raises(errors.TimedOut) as raised:
                if name == "query":
                    await api.messages.list("conv_1")
                else:
                    await api.messages.send(SEND, "local_1")
        assert raised.value.may_have_arrived == (name != "query")
        made[name] = len(failing.keys)

    assert made == {"query": 3, "send": 1, "send with a key": 3}


@pytest.mark.parametrize("written", ["in seconds", "as a date"])
async def test_a_wait_that_is_asked_for_is_waited(written: str) -> None:
    now = datetime(2015, 10, 21, 7, 28, tzinfo=UTC)  # by the server's clock
    after = "1" if written == "in seconds" else format_datetime(now + timedelta(seconds=1), usegmt=True)
    busy = refusal(429, "TOO_MANY_REQUESTS", "slow down", retry_after=after, date=format_datetime(now, usegmt=True))

    async with running(Failing(busy, times=1)) as server, Api(server.url, "k") as api:
        began = time.monotonic()
        await api.messages.send(SEND, "local_1")

    assert 1 <= time.monotonic() - began < 5


async def test_a_wait_longer_than_a_call_may_take_is_left_to_who_asked() -> None:
    busy = refusal(429, "TOO_MANY_REQUESTS", "slow down", retry_after="11")
    failing = Failing(busy)

    async with running(failing) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.TooManyRequests, match="Try again in 11 s") as raised:
            await api.messages.list("conv_1")

    assert raised.value.retry_after == 11
    assert len(failing.keys) == 1
