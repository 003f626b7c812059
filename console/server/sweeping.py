"""What nobody will ask for again, cleared at the start and every hour: old answers, and files that nothing names."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError
from sqlalchemy.exc import SQLAlchemyError

from console.server.files import FileStore
from console.server.reporting import report
from console.server.store.answers import forget_old_answers
from console.server.store.attachments import drop_unsent, known_keys

if TYPE_CHECKING:
    from console.server.store.database import Store
    from console.server.store.writer import Transaction

_HOUR = 60 * 60
_DAY = 24 * _HOUR
UNSENT = _DAY * 1000
"""For how many milliseconds an upload waits to be sent: a draft may be kept over night."""


async def sweep_hourly(store: Store, files: FileStore) -> None:
    """Sweep now and every hour. What cannot be swept is swept the next time."""
    while True:
        try:
            await sweep(store, files)
        except (SQLAlchemyError, OSError, BaseError) as error:
            report("what is left over could not be swept", error)
        await asyncio.sleep(_HOUR)


async def sweep(store: Store, files: FileStore) -> None:
    """Clear old answers, uploads that were never sent, and files of no record.

    What may belong to an upload that is still under way, of this server or another, is let be: a file that grows is
    never silent for an hour, and one that is whole may wait for the rest of its upload for most of a day.
    """
    await asyncio.to_thread(files.clear_unfinished, time.time() - _HOUR)
    await store.write(_sweep)
    old = await asyncio.to_thread(files.older, time.time() - _DAY)
    known = await store.read(known_keys, old)
    await asyncio.to_thread(files.discard, [key for key in old if key not in known])


def _sweep(transaction: Transaction) -> None:
    forget_old_answers(transaction)
    drop_unsent(transaction, transaction.now - UNSENT)
