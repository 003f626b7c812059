"""Which calls are made again, and when: the documented rules (contract, 3) and no others.

Network time-outs, 500 and 503 after a short delay, 429 after waiting. What may not be done twice is made again only
where the first is known to have had no effect: 429, and a time-out before the call left.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import stamina
import stamina.instrumentation

from console.client import wire
from console.client.errors import ApiError, ServerFault, TimedOut, TooManyRequests

T = TypeVar("T")

ATTEMPTS = 3
LONGEST_WAIT = 10.0
"""Seconds that a call may wait on its own; who asks for more gets the error, with `retry_after` on it."""

_NO_MORE_AFTER = 20.0  # seconds from the first attempt, so that a silent server is told of while somebody still looks


async def repeated(call: Callable[[], Awaitable[T]], *, repeatable: bool) -> T:
    """What `call` answers, made again where the rules allow it. Raises what the last attempt raised."""
    stamina.instrumentation.set_on_retry_hooks(())  # its own hook logs to standard error, where the screen is
    again = stamina.retry_context(
        on=lambda error: delay_after(error, repeatable=repeatable),
        attempts=ATTEMPTS,
        timeout=_NO_MORE_AFTER,
        wait_initial=0.25,
        wait_max=2.0,
        wait_jitter=0.25,
    )
    async for attempt in again:
        with attempt, wire.attempt(attempt.num):
            return await call()
    raise AssertionError("an attempt answers or raises")


def delay_after(error: BaseException, *, repeatable: bool) -> float | bool:
    """Whether the call is made again after `error`: in how many seconds, True for a short growing delay, or False."""
    if not isinstance(error, ApiError) or not _is_worth_it(error, repeatable=repeatable):
        return False
    if error.retry_after is None:
        return True
    return error.retry_after if error.retry_after <= LONGEST_WAIT else False


def _is_worth_it(error: ApiError, *, repeatable: bool) -> bool:
    if isinstance(error, TooManyRequests):
        return True
    if isinstance(error, TimedOut):
        return repeatable or not error.may_have_arrived
    return repeatable and isinstance(error, ServerFault) and error.status in (500, 503)
