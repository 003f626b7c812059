"""How long a search takes over a million messages, through the server process and by the bare statement on SQLite.

python -m tests.benchmarks.search [DIRECTORY]

DIRECTORY is one that `tests.benchmarks.million` made; without one, it is made in a temporary directory.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from urllib.parse import quote

from console.server.keyring import create_keys, holder
from console.server.rules.query import read_query
from console.server.store import search
from console.server.store.engine import DATABASE
from console.text.words import words_of
from tests.benchmarks.load import get, load
from tests.benchmarks.million import START, STEP, WORKSPACE, build
from tests.server.calling import MOUNT
from tests.support.server_process import server_process

ROUNDS = 5
CALLS = 60
_STATEMENT = (
    "SELECT rowid, message_id FROM message_search WHERE message_search MATCH ? AND rowid >= 0 AND rowid < ?"
    " ORDER BY rowid DESC LIMIT 51"
)


def searches(database: sqlite3.Connection) -> dict[str, dict[str, Any]]:
    """What is asked, by what it shows."""
    count, thread = database.execute("SELECT max(message_count), id FROM conversations").fetchone()
    words = database.execute("SELECT c0 FROM message_search_content WHERE (id >> 20) % 499 = 0 LIMIT 2000").fetchall()
    said = [[word for word in row[0].split() if not word.startswith("_")] for row in words]
    counted: dict[str, int] = {}
    for word in (word for text in said for word in text):
        counted[word] = counted.get(word, 0) + 1
    common = sorted(counted, key=lambda word: -counted[word])
    rare = [word for word in common if counted[word] == 1]
    person = database.execute("SELECT name FROM customers LIMIT 1").fetchone()[0].split()[0]
    middle = time.strftime("%Y-%m-%d", time.gmtime((START + STEP * count * 5) / 1000))
    return {
        "the commonest word": {"query": common[0]},
        "the commonest word, 2nd page": {"query": common[0], "limit": 100},
        "a rare word": {"query": rare[0]},
        "two common words": {"query": " ".join(common[:2])},
        "a common and a rare word": {"query": f"{common[0]} {rare[1]}"},
        "a phrase": {"query": f'"{said[0][0]} {said[0][1]}"'},
        "three letters*": {"query": f"{next(word for word in common if len(word) > 3)[:3]}*"},
        "four letters*": {"query": f"{next(word for word in common if len(word) > 4)[:4]}*"},
        "in: the long thread": {"query": f"{common[0]} in:{thread}"},
        "in: a name of many": {"query": f"{common[0]} in:{person}"},
        "from: a name of many": {"query": f"{common[0]} from:{person}"},
        "from:me": {"query": f"{common[0]} from:me"},
        "before:": {"query": f"{common[0]} before:{middle}"},
        "is:waiting": {"query": f"{common[0]} is:waiting"},
        "is:unread": {"query": f"{common[0]} is:unread"},
    }


def floor(database: sqlite3.Connection, wanted: dict[str, Any]) -> float:
    """The median of the statement alone, in milliseconds, without the filters that are none of its words."""
    workspace = database.execute("SELECT id FROM workspaces").fetchone()[0]
    terms = [search.term(one) for one in read_query(wanted["query"]).terms]
    match = search.all_of([search.marked("w", workspace), *terms])
    return median(timed(lambda: database.execute(_STATEMENT, (match, 1 << 62)).fetchall()) for _ in range(20))


def timed(call: Callable[[], object]) -> float:
    """Milliseconds."""
    begun = time.perf_counter()
    call()
    return (time.perf_counter() - begun) * 1000


async def main(directory: Path) -> None:
    """Print a line for each kind of search: medians of five rounds."""
    if not (directory / DATABASE).exists():
        built = build(directory)
        print(f"built {built.directory}")  # noqa: T201
    [key] = create_keys(directory, WORKSPACE, [holder("Member 0 <member0@example.com>", "admin")])
    with closing(sqlite3.connect(directory / DATABASE)) as database:
        asked = searches(database)
        count = database.execute("SELECT count(*) FROM messages").fetchone()[0]
        print(f"{count:,} messages; {'':22}{'p50':>8}{'p99':>8}{'floor':>8}  ms")  # noqa: T201
        async with server_process(directory, "--rate", "0") as server:
            port = int(server.url.rpartition(":")[2])
            for name, wanted in asked.items():
                rounds = [await through(port, key, "searchMessages", wanted) for _ in range(ROUNDS)]
                show(name, rounds, floor(database, wanted))
            for query in ("jane", "shop1", "jane cooper", "order 12", "ja"):
                rounds = [await through(port, key, "listConversations", {"query": query}) for _ in range(ROUNDS)]
                show(f"conversations: {words_of(query)}", rounds, 0.0)


async def through(port: int, key: str, procedure: str, wanted: dict[str, Any]) -> Sequence[float]:
    """Milliseconds of each call of a round, one after another."""
    asked = get(f"{MOUNT}{procedure}?input={quote(json.dumps(wanted))}", key)
    return [seconds * 1000 for seconds in (await load(port, [asked] * CALLS, 1)).each]


def show(name: str, rounds: Sequence[Sequence[float]], least: float) -> None:
    """A line."""
    p50 = median(median(each) for each in rounds)
    p99 = median(quantiles(each, n=100)[98] for each in rounds)
    print(f"{name:38}{p50:8.1f}{p99:8.1f}{least:8.1f}")  # noqa: T201


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(main(Path(sys.argv[1])))
    else:
        with tempfile.TemporaryDirectory() as made:
            asyncio.run(main(Path(made) / "million"))
