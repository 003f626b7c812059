"""One event loop for one program, ended in good order by the signals that ask for it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run(program: Coroutine[None, None, int]) -> int:
    """The program's exit code; 128 and the signal's number where a signal ended it, after everything was cleaned up."""
    return asyncio.run(_until_signalled(program))


async def _until_signalled(program: Coroutine[None, None, int]) -> int:
    running = asyncio.ensure_future(program)
    received: list[int] = []

    def end(number: int) -> None:
        # The first one counts: a second must not interrupt the cleaning up that the first began.
        if not received:
            received.append(number)
            running.cancel()

    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, end, number)
    try:
        return await running
    except asyncio.CancelledError:
        if not received:
            raise
        return 128 + received[0]
    finally:
        for number in ENDING:
            loop.remove_signal_handler(number)
