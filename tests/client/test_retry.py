"""What is made again and what is not: the documented rules and no others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
import stamina

from console.client import errors
from console.client.budget import Deadline
from console.client.retry import ATTEMPTS, LONGEST_WAIT, delay_after, repeated

ANYTHING, HARMLESS = False, True


@pytest.fixture
def unhurried() -> Iterator[None]:
    """Delays take no time, attempts are counted as ever."""
    with stamina.set_testing(True, attempts=ATTEMPTS, cap=True):
        yield


@pytest.mark.parametrize(
    ("error", "anything", "harmless"),
    [
        (errors.TooManyRequests("", status=429), True, True),
        (errors.TooManyRequests("", status=429, retry_after=3), 3, 3),
        (errors.TooManyRequests("", status=429, retry_after=0), 0, 0),
        (errors.TooManyRequests("", status=429, retry_after=LONGEST_WAIT + 1), False, False),
        (errors.ServerFault("", status=500), False, True),
        (errors.ServerFault("", status=503), False, True),
        (errors.ServerFault("", status=503, retry_after=2), False, 2),
        (errors.ServerFault("", status=502), False, False),
        (errors.ServerFault("", status=504), False, False),
        (errors.TimedOut("", may_have_arrived=True), False, True),
        (errors.TimedOut("", may_have_arrived=False), True, True),
        (errors.Dropped("", may_have_arrived=True), False, False),
        (errors.Unreachable(""), False, False),
        (errors.BadRequest("", status=400), False, False),
        (errors.Unauthorized("", status=401), False, False),
        (errors.Forbidden("", status=403), False, False),
        (errors.NotFound("", status=404), False, False),
        (errors.NotUnderstood(""), False, False),
        (ValueError(), False, False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else str(value),
)
def test_what_is_made_again(error: Exception, anything: float | bool, harmless: float | bool) -> None:
    assert delay_after(error, repeatable=ANYTHING) == anything
    assert delay_after(error, repeatable=HARMLESS) == harmless


class Failing:
    """A call that fails so often, then answers."""

    def __init__(self, *failures: BaseException) -> None:
        self.failures = list(failures)
        self.made = 0

    async def __call__(self) -> str:
        self.made += 1
        if self.failures:
            raise self.failures.pop(0)
        return "answered"


@pytest.mark.usefixtures("unhurried")
async def test_a_fault_that_passes_is_not_seen() -> None:
    call = Failing(errors.ServerFault("", status=500), errors.TooManyRequests("", status=429))

    assert await repeated(call, repeatable=HARMLESS) == "answered"
    assert call.made == 3


@pytest.mark.usefixtures("unhurried")
async def test_a_fault_that_stays_is_told_after_three_attempts() -> None:
    call = Failing(*(errors.ServerFault(f"fault {n}", status=503) for n in range(9)))

    with pytest.raises(errors.ServerFault, match="fault 2"):
        await repeated(call, repeatable=HARMLESS)
    assert call.made == ATTEMPTS == 3


async def test_what_may_not_be_done_twice_is_made_once() -> None:
    call = Failing(errors.TimedOut("", may_have_arrived=True))

    with pytest.raises(errors.TimedOut):
        await repeated(call, repeatable=ANYTHING)
    assert call.made == 1


async def test_the_wait_that_is_asked_for_is_kept() -> None:
    call = Failing(errors.TooManyRequests("", status=429, retry_after=0.05))
    loop = asyncio.get_running_loop()
    began = loop.time()

    await repeated(call, repeatable=ANYTHING)

    assert loop.time() - began >= 0.05


async def test_cancelling_while_it_waits_ends_it_at_once() -> None:
    failed = asyncio.Event()

    async def failing() -> None:
        failed.set()
        raise errors.TooManyRequests("", status=429, retry_after=LONGEST_WAIT)

    call = asyncio.create_task(repeated(failing, repeatable=ANYTHING))
    await failed.wait()
    call.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(call, 1)


async def test_a_cancelled_attempt_is_not_made_again() -> None:
    call = Failing(asyncio.CancelledError())

    with pytest.raises(asyncio.CancelledError):
        await repeated(call, repeatable=HARMLESS)
    assert call.made == 1


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(
    "last", [errors.Unreachable(""), errors.TooManyRequests("", retry_after=60), errors.ServerFault("", status=502)]
)
async def test_that_an_earlier_attempt_may_have_arrived_is_not_forgotten(last: errors.ApiError) -> None:
    call = Failing(errors.TimedOut("may have arrived", may_have_arrived=True), last)

    with pytest.raises(errors.TimedOut, match="may have arrived") as raised:
        await repeated(call, repeatable=HARMLESS)

    assert raised.value.may_have_arrived
    assert raised.value.retry_after == last.retry_after


@pytest.mark.usefixtures("unhurried")
async def test_a_refusal_settles_what_an_earlier_attempt_left_open() -> None:
    call = Failing(errors.TimedOut("", may_have_arrived=True), errors.Forbidden("", status=403))

    with pytest.raises(errors.Forbidden):
        await repeated(call, repeatable=HARMLESS)


async def test_nothing_is_begun_for_which_there_is_no_time() -> None:
    call = Failing(errors.TooManyRequests("", status=429, retry_after=5))

    with pytest.raises(errors.TooManyRequests):
        await repeated(call, repeatable=ANYTHING, deadline=Deadline.after(4))
    assert call.made == 1


@pytest.mark.usefixtures("unhurried")
async def test_nothing_is_logged_to_where_the_screen_is(caplog: pytest.LogCaptureFixture) -> None:
    await repeated(Failing(errors.ServerFault("", status=500)), repeatable=HARMLESS)

    assert caplog.records == []
