"""Filling the indexes of words: what is said, and what a conversation is called and with whom and where it is.

A message or conversation without a `search_id` is not indexed yet, and whatever changes one clears it (by trigger), so
nothing has to be told to this module. The writer calls it once a batch, before the commit: what is answered can be
found, and the words of a batch go into the index as one piece, which costs half of what they would one by one.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from console.contract.content import text_of
from console.contract.shapes import NOTE_FLAG
from console.errors import SettingsError
from console.server.rules.customers import phone_digits
from console.server.store.engine import DATABASE, open_engine
from console.server.store.packing import unpack
from console.server.store.prepared import Prepared, driver_of
from console.server.store.schema import (
    channels,
    conversation_channels,
    conversation_search,
    conversations,
    customers,
)
from console.text.words import words_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

PAGE = 1_000
"""How many are read at once, and kept at once after an upgrade."""

SEQUENCE_BITS = 20
"""A message's row is its time and, in these bits, its place among those of the same millisecond."""
LAST_TIME = (1 << (63 - SEQUENCE_BITS)) - 2

INDEXES = ("message_search", "conversation_search")

_NOTE = f'"{NOTE_FLAG}"'
"""The flag as JSON has it, which in no other flag's JSON can stand."""
_AS_MADE = re.compile("[a-z]*(?:_[0-9A-Z]+)?")
"""An id as we make them, a kind, or nothing: the index folds case, and that makes no two of these the same."""

# In SQLite's words and by place: this is on the way of every send.
_NEW_MESSAGES = (
    "SELECT rowid, workspace_id, id, conversation_id, sender_kind, sender_id, flags, content, created_at FROM messages"
    " WHERE search_id IS NULL ORDER BY created_at, id LIMIT ?"
)
_ANY_LACKS = (
    "SELECT EXISTS (SELECT 1 FROM messages WHERE search_id IS NULL)"
    " OR EXISTS (SELECT 1 FROM conversations WHERE search_id IS NULL)"
)
# Of the index's own table of texts: the index itself would be read from its beginning.
_LAST_ROW = "SELECT max(id) FROM message_search_content WHERE id >= ? AND id < ?"
_INDEX_MESSAGE = "INSERT INTO message_search (rowid, words, message_id) VALUES (?, ?, ?)"
_MESSAGE_INDEXED = "UPDATE messages SET search_id = ? WHERE rowid = ?"
_HOSTS = (
    select(func.group_concat(channels.c.identifier, " "))
    .join(
        conversation_channels,
        (conversation_channels.c.workspace_id == channels.c.workspace_id)
        & (conversation_channels.c.channel_id == channels.c.id),
    )
    .where(
        conversation_channels.c.workspace_id == conversations.c.workspace_id,
        conversation_channels.c.conversation_id == conversations.c.id,
    )
    .scalar_subquery()
)
_NEW_CONVERSATIONS = Prepared(
    select(
        conversations.c.workspace_id,
        conversations.c.id,
        conversations.c.name,
        customers.c.name.label("customer_name"),
        customers.c.email,
        customers.c.phone,
        customers.c.external_id,
        _HOSTS.label("hosts"),
    )
    .outerjoin(
        customers,
        (customers.c.workspace_id == conversations.c.workspace_id) & (customers.c.id == conversations.c.customer_id),
    )
    .where(conversations.c.search_id.is_(None))
    .limit(bindparam("limit"))
)
_INDEX_CONVERSATION = Prepared(
    insert(conversation_search).values({name: bindparam(name) for name in ("name", "customer", "place")})
)
_CONVERSATION_INDEXED = Prepared(
    update(conversations)
    .where(conversations.c.workspace_id == bindparam("workspace"), conversations.c.id == bindparam("conversation"))
    .values(search_id=bindparam("row"))
)


def mark(kind: str, value: str = "") -> str:
    """A token that no word can be: `w`orkspace, `c`onversation, `k`ind and `p`erson of the sender, `n`ote."""
    return f"_{kind}{value}" if _AS_MADE.fullmatch(value) else f"_{kind}__{value.encode(errors='surrogatepass').hex()}"


def index_new(connection: Connection) -> None:
    """Index all that lacks."""
    while index_page(connection):
        pass


def index_page(connection: Connection) -> bool:
    """Index what lacks, at most a page of each kind; whether there may be more."""
    driver = driver_of(connection)
    with _errors_of_sqlalchemy():
        said = driver.execute(_NEW_MESSAGES, (PAGE,)).fetchall()
        for row in said:
            _index_message(driver, row)
    named = _NEW_CONVERSATIONS.all(connection, {"limit": PAGE})
    for row in named:
        _index_conversation(connection, row)
    return PAGE in (len(said), len(named))


def index_all(directory: Path) -> None:
    """Index whatever lacks in a directory, in pages that are kept. Raises SettingsError when it cannot be.

    Where nothing lacks nothing is written, so that a server starts also while another process is writing.
    """
    engine = open_engine(directory, "write")
    try:
        with closing(sqlite3.connect(directory / DATABASE)) as database:
            more = bool(database.execute(_ANY_LACKS).fetchone()[0])
        while more:
            with engine.begin() as connection:
                more = index_page(connection)
    except (DBAPIError, sqlite3.Error) as error:
        reason = error.orig if isinstance(error, DBAPIError) else error
        raise SettingsError(
            f"The words in {directory} cannot be indexed: {reason}. Make room, end what uses them, then start again."
        ) from None
    finally:
        engine.dispose()


def merge_index(connection: Connection, name: str, pages: int) -> bool:
    """Merge a part of an index, at most so many pages of it; whether there is more.

    FTS5 only notes that a row is gone; its words are gone when the parts of the index that have them were merged. Of
    fewer than none, all parts are to be merged into one, in steps of which the others are for a positive number.
    """
    driver = driver_of(connection)
    before = driver.total_changes
    Prepared(text(f"INSERT INTO {name} ({name}, rank) VALUES ('merge', :pages)")).run(connection, {"pages": pages})
    return driver.total_changes - before > 1  # as SQLite's documentation tells an idle call from another


def spoken(content: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """The languages of a content with what is said in them, as it is searched."""
    return ((language, said) for language, value in content.items() if (said := text_of(value)))


def _index_message(driver: sqlite3.Connection, row: Sequence[Any]) -> None:
    number, workspace_id, message_id, conversation_id, sender_kind, sender_id, flags, content, created_at = row
    tokens = [mark("w", workspace_id), mark("c", conversation_id), mark("k", sender_kind)]
    if sender_id is not None:
        tokens.append(mark("p", sender_id))
    if _NOTE in flags:
        tokens.append(mark("n"))
    for _, said in spoken(unpack(content)):
        tokens += words_of(said)
    place = _free_row(driver, created_at)
    driver.execute(_INDEX_MESSAGE, (place, " ".join(tokens), message_id))
    driver.execute(_MESSAGE_INDEXED, (place, number))


def _free_row(driver: sqlite3.Connection, at: int) -> int:
    """The next place in a millisecond, or in the next one that has any: an import may bring a million of one time."""
    first = min(max(at, 0), LAST_TIME) << SEQUENCE_BITS
    while True:
        end = first + (1 << SEQUENCE_BITS)
        last: int | None = driver.execute(_LAST_ROW, (first, end)).fetchone()[0]
        if last is None or last + 1 < end:
            return first if last is None else last + 1
        first = end


def _index_conversation(connection: Connection, row: Any) -> None:
    phone = phone_digits(row.phone) or ""
    customer = (row.customer_name, row.email, row.external_id, row.phone, phone)
    kept = {
        "name": " ".join(words_of(row.name or "")),
        "customer": " ".join(words_of("\n".join(part for part in customer if part))),
        "place": " ".join([mark("w", row.workspace_id), *words_of(row.hosts or "")]),
    }
    place = _INDEX_CONVERSATION.run(connection, kept).lastrowid
    named = {"workspace": row.workspace_id, "conversation": row.id, "row": place}
    _CONVERSATION_INDEXED.run(connection, named)


@contextmanager
def _errors_of_sqlalchemy() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise DBAPIError.instance("", None, error, sqlite3.Error, hide_parameters=True) from error
