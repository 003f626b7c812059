"""A data directory as large as wanted, made in bulk: one workspace, ten members, real words in their real frequencies.

python -m tests.benchmarks.million DIRECTORY [MESSAGES [CONVERSATIONS]]
"""

from __future__ import annotations

import gzip
import json
import sqlite3
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from random import Random

from console.server.keyring import create_keys, holder, private_directory
from console.server.store.engine import DATABASE
from console.server.store.indexing import SEQUENCE_BITS, index_all, mark
from console.server.store.migrate import migrate
from console.text.words import words_of

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
WORKSPACE = "Workspace"
MEMBERS = 10
START = 1_700_000_000_000
STEP = 60_000
"""From one message to the next, in milliseconds."""
_BIG = 0.1  # of all messages are in the first conversation
_RARE = 60_000  # made-up words that stand in a few messages each
_PAGE = 50_000
_DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_PAIRS = tuple(one + other for one in _DIGITS for other in _DIGITS)


@dataclass(frozen=True, slots=True)
class Built:
    """What was made, and with which key it is read. `words` are from the commonest to the rarest."""

    directory: Path
    key: str
    member_id: str
    workspace_id: str
    conversation_ids: tuple[str, ...]  # the first is the long thread
    words: tuple[str, ...]


def build(path: Path, messages: int = 1_000_000, conversations: int = 20_000, seed: int = 1) -> Built:
    """Make the directory `path`, which must be new or empty."""
    random = Random(seed)
    directory = private_directory(path)
    people = [holder(f"Member {number} <member{number}@example.com>", "admin") for number in range(MEMBERS)]
    keys = create_keys(directory, WORKSPACE, people)
    migrate(directory)
    with closing(sqlite3.connect(directory / DATABASE, isolation_level=None)) as database:
        for pragma in ("synchronous = OFF", "cache_size = -200000", "foreign_keys = OFF", "wal_autocheckpoint = 20000"):
            database.execute(f"PRAGMA {pragma}")
        workspace = database.execute("SELECT id FROM workspaces").fetchone()[0]
        members = [row[0] for row in database.execute("SELECT id FROM members ORDER BY id")]
        known = database.execute("SELECT member_id FROM keys WHERE id = (SELECT min(id) FROM keys)").fetchone()[0]
        made = _Made(database, random, workspace, members, max(conversations, 2))
        words = made.say(messages)
        made.furnish()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    index_all(directory)
    return Built(directory, keys[0], known, workspace, tuple(made.ids), words)


class _Made:
    """What is being made, and what of it is known."""

    def __init__(
        self, database: sqlite3.Connection, random: Random, workspace: str, members: list[str], conversations: int
    ) -> None:
        self.database = database
        self.random = random
        self.workspace = workspace
        self.members = members
        self.ids = [ulid("conv", START, number) for number in range(conversations)]
        self.customers = [ulid("cus", START, number) for number in range(conversations)]
        self.counts = [0] * conversations
        self.last: list[tuple[str, int, str] | None] = [None] * conversations
        self.replied: list[int | None] = [None] * conversations
        self.waiting: list[int | None] = [None] * conversations

    def say(self, messages: int) -> tuple[str, ...]:
        """All messages and their words in the index; the words by their frequency."""
        vocabulary, weights = _vocabulary(self.random)
        cumulated = list(accumulate(weights))
        for first in range(0, messages, _PAGE):
            numbers = range(first, min(first + _PAGE, messages))
            lengths = self.random.choices(range(3, 30), k=len(numbers))
            drawn = iter(self.random.choices(vocabulary, cum_weights=cumulated, k=sum(lengths)))
            rows = [
                self._message(number, " ".join([next(drawn) for _ in range(length)]))
                for number, length in zip(numbers, lengths, strict=True)
            ]
            self.database.execute("BEGIN")
            self.database.executemany(
                "INSERT INTO messages (workspace_id, id, conversation_id, sender_kind, sender_id, content, flags,"
                " created_at, search_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [row[:9] for row in rows],
            )
            self.database.executemany(
                "INSERT INTO message_search (rowid, words, message_id) VALUES (?, ?, ?)",
                [(row[8], row[9], row[1]) for row in rows],
            )
            self.database.execute("COMMIT")
        return tuple(vocabulary)

    def _message(self, number: int, text: str) -> tuple[object, ...]:
        at = START + number * STEP
        place = 0 if self.random.random() < _BIG else int(self.random.random() ** 2 * (len(self.ids) - 1)) + 1
        message_id, conversation_id = ulid("msg", at, number), self.ids[place]
        is_customer = self.random.random() < 0.55
        kind, sender = (
            ("customer", self.customers[place]) if is_customer else ("member", self.random.choice(self.members))
        )
        self.counts[place] += 1
        self.last[place] = (message_id, at, kind)
        if not is_customer:
            self.replied[place], self.waiting[place] = at, None
        elif self.waiting[place] is None:
            self.waiting[place] = at
        language = "en" if text.isascii() else "ar"
        marks = [mark("w", self.workspace), mark("c", conversation_id), mark("k", kind), mark("p", sender)]
        content = json.dumps({language: text}, ensure_ascii=False, separators=(",", ":"))
        words = " ".join(marks + words_of(text))
        row = at << SEQUENCE_BITS
        return (self.workspace, message_id, conversation_id, kind, sender, content, "[]", at, row, words)

    def furnish(self) -> None:
        """What is around the messages: conversations, customers, channels, read marks, and the newest events."""
        random, workspace = self.random, self.workspace
        insert = self.database.executemany
        self.database.execute("BEGIN")
        hosts = [(workspace, ulid("chan", START, number), f"shop{number}.example.com") for number in range(5)]
        insert("INSERT INTO channels VALUES (?, ?, 'website', ?, NULL, 0)", hosts)
        people = [f"{random.choice(_GIVEN)} {random.choice(_FAMILY)}" for _ in self.ids]
        insert(
            "INSERT INTO customers (workspace_id, id, external_id, name, email, email_folded, metadata, created_at,"
            " updated_at) VALUES (?, ?, ?, ?, ?, ?, '{}', 0, 0)",
            [
                (workspace, self.customers[number], f"web-{number}", name, address, address)
                for number, name in enumerate(people)
                if (address := f"{name.split()[0].lower()}{number}@example.com")
            ],
        )
        insert(
            "INSERT INTO conversations (workspace_id, id, name, type, parent_id, customer_id, metadata, status,"
            " status_at, message_count, last_message_id, last_message_at, last_reply_at, waiting_since, activity_at,"
            " created_at, updated_at) VALUES (?, ?, ?, 'DIRECT', ?, ?, '{}', ?, 0, ?, ?, ?, ?, ?, ?, ?, ?)",
            [self._conversation(number) for number in range(len(self.ids))],
        )
        insert(
            "INSERT INTO participants VALUES (?, ?, 'customer', ?, NULL)",
            [(workspace, one, self.customers[number]) for number, one in enumerate(self.ids)],
        )
        insert(
            "INSERT INTO conversation_channels VALUES (?, ?, ?)",
            [(workspace, one, random.choice(hosts)[1]) for one in self.ids],
        )
        insert(
            "INSERT INTO read_marks VALUES (?, ?, ?, ?, ?, 0)",
            [
                (workspace, one, member, last[0], last[1])
                for one, last in zip(self.ids, self.last, strict=True)
                if last is not None
                for member in random.sample(self.members, 3)
            ],
        )
        newest = sorted((last for last in self.last if last is not None), key=lambda last: last[1])[-100:]
        insert(
            "INSERT INTO events (workspace_id, id, at, type, conversation_id, message_id)"
            " SELECT workspace_id, ?, created_at, 'message.created', conversation_id, id FROM messages"
            " WHERE workspace_id = ? AND id = ?",
            [(number, workspace, last[0]) for number, last in enumerate(newest, 1)],
        )
        self.database.execute("COMMIT")

    def _conversation(self, number: int) -> tuple[object, ...]:
        last = self.last[number]
        message_id, at = (last[0], last[1]) if last else (None, None)
        parent = self.ids[number - number % 10] if number % 10 == 3 else None  # one of ten is below another
        status = "open" if number % 5 == 0 or self.waiting[number] else "resolved"
        name = f"Order {number}" if parent else None
        shown = at or START
        return (
            self.workspace,
            self.ids[number],
            name,
            parent,
            self.customers[number],
            status,
            self.counts[number],
            message_id,
            at,
            self.replied[number],
            self.waiting[number],
            shown,
            START,
            shown,
        )


_GIVEN = ("Jane", "Bo", "Ada", "Max", "İnci", "Deniz", "Leyla", "Omar", "Noor", "Sara", "Emre", "Hassan", "Mia", "Tom")
_FAMILY = ("Cooper", "Yılmaz", "Haddad", "Okafor", "Lind", "Olsen", "Şahin", "Kaya", "Mansour", "Smith", "Jones", "Ito")


def ulid(prefix: str, at: int, number: int) -> str:
    """An id of this time and of nothing but its number, so that it is the same in every run."""
    value = at << 80 | (number * 0x9E3779B97F4A7C15 & 0xFFFFFFFF) << 40 | number
    pairs = [_PAIRS[value >> shift & 1023] for shift in range(120, -1, -10)]
    return f"{prefix}_{''.join(pairs)}"


def _vocabulary(random: Random) -> tuple[list[str], list[float]]:
    """Words and how often they stand: those of real talk where it is at hand, and a long tail of rare ones."""
    counted = Counter(_spoken()) or Counter({_made_up(random): round(2e6 / (rank + 3)) for rank in range(8_000)})
    common = counted.most_common()
    least = sum(counted.values()) * 0.1 / _RARE
    vocabulary = [word for word, _ in common]
    known = set(vocabulary)
    rare = sorted({_made_up(random) for _ in range(_RARE)} - known)
    return vocabulary + rare, [float(count) for _, count in common] + [least] * len(rare)


def _spoken() -> Iterator[str]:
    for name in ("dialogues-en.jsonl.gz", "customer-questions-ar.jsonl.gz"):
        if not (SHARED / name).exists():
            return
        with gzip.open(SHARED / name, "rt", encoding="utf-8") as lines:
            for line in lines:
                said = json.loads(line)
                for text in [turn["text"] for turn in said["turns"]] if "turns" in said else [said["text"]]:
                    yield from text.split()


def _made_up(random: Random) -> str:
    return "".join(random.choice("bcdfghklmnprstvz") + random.choice("aeiou") for _ in range(random.randint(2, 5)))


def main(path: Path, messages: int = 1_000_000, conversations: int = 20_000) -> None:
    """Make one and say how long it took."""
    begun = time.monotonic()
    built = build(path, messages, conversations)
    size = (built.directory / DATABASE).stat().st_size / 1e6
    print(f"{messages:,} messages in {time.monotonic() - begun:.0f} s, {size:,.0f} MB; key {built.key}")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]), *(int(number) for number in sys.argv[2:]))
