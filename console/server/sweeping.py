"""What nobody will ask for again, cleared at the start and every hour.

Old answers, files that nothing names, and what the indexes of words still hold of deleted conversations.
"""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING

from obstore.exceptions import BaseError
from sqlalchemy.exc import SQLAlchemyError

from console.server.files import FileStore
from console.server.reporting import report
from console.server.store.answers import forget_old_answers
from console.server.store.attachments import drop_unsent, known_keys
from console.server.store.events import was_deleted
from console.server.store.indexing import INDEXES, merge_index

if TYPE_CHECKING:
    from console.server.store.database import Store
    from console.server.store.writer import Transaction

_HOUR = 60 * 60
_DAY = 24 * _HOUR
_MERGED = 64
"""Pages of an index in one step, which a send may have to wait for."""
_SWEPT = 200
"""Records that are dropped in one step."""
UNSENT = _DAY * 1000
"""For how many milliseconds an upload waits to be sent: a draft may be kept over night."""


async def sweep_hourly(store: Store, files: FileStore) -> None:
    """Sweep now and every hour. What cannot be swept is swept the next time."""
    last = 0
    while True:
        begun = int(time.time() * 1000)
        try:
            await sweep(store, files)
            await sweep_words(store, last)
            last = begun
        except (SQLAlchemyError, OSError, BaseError) as error:
            report("what is left over could not be swept", error)
        await asyncio.sleep(_HOUR)


async def sweep(store: Store, files: FileStore) -> None:
    """Clear old answers, uploads that were never sent, and files of no record.

    What may belong to an upload that is still under way, of this server or another, is let be: a file that grows is
    never silent for an hour, and one that is whole may wait for the rest of its upload for most of a day.
    """
    await asyncio.to_thread(files.clear_unfinished, time.time() - _HOUR)
    for sweep_some in (_sweep_answers, _sweep_uploads):
        while await store.write(sweep_some):
            pass
    old = await asyncio.to_thread(files.older, time.time() - _DAY)
    known = await store.read(known_keys, old)
    await asyncio.to_thread(files.discard, [key for key in old if key not in known])


async def sweep_words(store: Store, since: int) -> None:
    """Have the words of what was deleted since a moment leave the indexes' pages too.

    From then on they are in no table, and SQLite overwrites what tables leave; its write-ahead log holds them until
    it is written over, and a copy or a backup for as long as it is kept.
    """
    if not await store.read(was_deleted, since):
        return
    for name in INDEXES:
        pages = -_MERGED
        while await store.write(partial(_merge, name, pages)):
            pages = _MERGED


def _merge(name: str, pages: int, transaction: Transaction) -> bool:
    return merge_index(transaction.connection, name, pages)


def _sweep_answers(transaction: Transaction) -> bool:
    return forget_old_answers(transaction, _SWEPT)


def _sweep_uploads(transaction: Transaction) -> bool:
    return drop_unsent(transaction, transaction.now - UNSENT, _SWEPT)
