"""Which calls are made again, and when: the documented rules (contract, 3) and no others.

Network time-outs, 500 and 503 after a short delay, 429 after waiting. What may not be done twice is made again only
where the first is known to have had no effect: 429, and a time-out before the call left.
"""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from typing import TypeVar

from console.client import wire
from console.client.budget import Deadline
from console.client.errors import ApiError, LineError, ServerFault, TimedOut, TooManyRequests

T = TypeVar("T")

ATTEMPTS = 3
LONGEST_WAIT = 10.0
"""Seconds that a call may wait on its own; who asks for more gets the error, with `retry_after` on it."""

_SHORT_DELAYS = (0.25, 0.5)  # seconds after the first failure and the second, and up to as much again at random


async def repeated(call: Callable[[], Awaitable[T]], *, repeatable: bool, deadline: Deadline | None = None) -> T:
    """What `call` answers, made again where the rules allow it, and where the deadline leaves time for it.

    Raises what the last attempt raised; but that an earlier one may have arrived, if the last does not settle that.
    """
    try:
        with wire.attempt(1):
            return await call()
    except ApiError as error:  # no other is ever worth it
        return await _made_again(error, call, repeatable=repeatable, deadline=deadline)


async def _made_again(
    first: ApiError, call: Callable[[], Awaitable[T]], *, repeatable: bool, deadline: Deadline | None
) -> T:
    """What further attempts answer after the first one failed."""
    import stamina  # not before it is needed: its import takes longer than a call
    import stamina.instrumentation

    stamina.instrumentation.set_on_retry_hooks(())  # its own hook logs to standard error, where the screen is
    failures = 0
    untold: LineError | None = None

    def judged(error: BaseException) -> float | bool:
        nonlocal failures, untold
        failures += 1
        if isinstance(error, LineError) and error.may_have_arrived:
            untold = error
        delay = delay_after(error, repeatable=repeatable)
        if delay is True:
            delay = _SHORT_DELAYS[min(failures, len(_SHORT_DELAYS)) - 1] * (1 + random.random())
        return delay if delay is False or deadline is None or delay < deadline.left else False

    try:
        async for attempt in stamina.retry_context(on=judged, attempts=ATTEMPTS, timeout=None):
            with attempt, wire.attempt(attempt.num):
                if attempt.num == 1:
                    raise first
                return await call()
    except (LineError, TooManyRequests, ServerFault) as error:
        if untold is None or error is untold:
            raise
        untold.retry_after = error.retry_after
        raise untold from None
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
