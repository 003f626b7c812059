"""An upgrade: forward only, with a copy kept, and nothing lost if it is killed midway."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from console.errors import SettingsError
from console.server.only_server import only_server
from console.server.store.engine import DATABASE
from console.server.store.migrate import migrate, upgrade
from console.server.store.schema import HEAD
from tests.server.calling import talking
from tests.support.server_process import server_process, told

COPY = f"{DATABASE}.before-{HEAD}"
_ROWS = """
INSERT INTO workspaces VALUES ('ws', 'Northwind', 0);
INSERT INTO members VALUES ('ws', 'mem', 'Maya', 'maya@example.com', 'maya@example.com', NULL, 0);
INSERT INTO conversations (workspace_id, id, name, type, metadata, status, status_at, message_count, activity_at,
    created_at, updated_at) VALUES ('ws', 'conv_1', 'The lamp', 'DIRECT', '{}', 'open', 0, 1, 0, 0, 0);
INSERT INTO messages (workspace_id, id, conversation_id, sender_kind, sender_id, content, flags, created_at)
    VALUES ('ws', 'msg_1', 'conv_1', 'member', 'mem', '{"en":"It arrived broken."}', '[]', 0);
INSERT INTO answers (workspace_id, key_id, idempotency_key, question, answer, created_at)
    VALUES ('ws', 'key', 'local', '', '{"id":"msg_1","conversationId":"conv_1"}', 0);
"""


@contextmanager
def first_version(directory: Path) -> Iterator[None]:
    """Data as the first version wrote it; its rows are in the log alone while the block runs."""
    directory.mkdir(mode=0o700, exist_ok=True)
    upgrade(directory, "0001")
    with closing(sqlite3.connect(directory / DATABASE)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        connection.executescript(_ROWS)
        assert (directory / f"{DATABASE}-wal").stat().st_size > 0
        yield


def facts(database: Path) -> tuple[str, list[tuple[str, str]]]:
    """The version of a database that is sound, and what was said in it."""
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return version, connection.execute("SELECT id, content FROM messages").fetchall()


SAID = [("msg_1", '{"en":"It arrived broken."}')]


def test_the_copy_is_whole_and_private_though_its_rows_were_in_the_log(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with first_version(tmp_path):
            migrate(tmp_path)
    finally:
        os.umask(before)
    assert facts(tmp_path / COPY) == ("0001", SAID)
    assert stat.S_IMODE((tmp_path / COPY).stat().st_mode) == 0o600
    assert facts(tmp_path / DATABASE) == (HEAD, SAID)


async def test_data_of_the_first_version_is_served(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with first_version(data):
        pass
    code, key, _ = await told(
        *("keys", "create", "--data", str(data), "--workspace", "Northwind"),
        *("--member", "Maya <maya@example.com>", "--role", "admin"),
    )
    assert code == 0
    async with server_process(data) as server, talking(server.url, key.strip()) as talk:
        (message,) = (await talk.call("listMessages", conversationId="conv_1"))["items"]
        assert message["content"] == {"en": "It arrived broken."}
        assert (await talk.one("conv_1"))["name"] == "The lamp"
        assert (await talk.answers("conv_1", "A new one is on its way."))["conversationId"] == "conv_1"


_KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from sqlalchemy import Engine, event
from console.server.store.migrate import migrate
import alembic.command, alembic.config  # imported once, for all the children

source, scratch = Path(sys.argv[1]), Path(sys.argv[2])
number, killed = 0, signal.SIGKILL
while killed:
    number += 1
    directory = scratch / str(number)
    shutil.copytree(source, directory)
    if child := os.fork():
        _, status = os.waitpid(child, 0)
        killed = os.WIFSIGNALED(status)
        assert killed or status == 0, status
        continue
    left = number * 3

    def executing(*_):
        global left
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", executing)
    migrate(directory)
    os._exit(0)
"""


def test_an_upgrade_that_is_killed_at_any_statement_leaves_what_was_there(tmp_path: Path) -> None:
    source, scratch = tmp_path / "source", tmp_path / "scratch"
    with first_version(source):
        shutil.copytree(source, scratch / "0")
    subprocess.run([sys.executable, "-c", _KILLED, str(scratch / "0"), str(scratch)], check=True, timeout=60)
    *killed, whole = sorted((path for path in scratch.iterdir() if path.name != "0"), key=lambda path: int(path.name))
    assert len(killed) > 3
    for directory in killed:
        assert facts(directory / DATABASE) == ("0001", SAID)
        assert facts(directory / COPY) == ("0001", SAID)
    assert facts(whole / DATABASE) == (HEAD, SAID)
    migrate(killed[-1])
    assert facts(killed[-1] / DATABASE) == (HEAD, SAID)


def test_data_under_a_running_server_are_not_upgraded_by_another_process(tmp_path: Path) -> None:
    with first_version(tmp_path):
        pass
    held = "from console.server.only_server import only_server; from pathlib import Path; import sys\n"
    held += "with only_server(Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", held, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(SettingsError, match="A server of an older version runs on"):
            migrate(tmp_path)
        holder.send_signal(signal.SIGKILL)
    assert facts(tmp_path / DATABASE)[0] == "0001"
    with only_server(tmp_path):
        migrate(tmp_path)
    assert facts(tmp_path / DATABASE)[0] == HEAD


def test_an_upgrade_without_room_for_its_copy_is_not_begun(tmp_path: Path) -> None:
    with first_version(tmp_path):
        pass
    (tmp_path / COPY).symlink_to("/dev/full")
    with pytest.raises(SettingsError, match="No copy can be kept of"):
        migrate(tmp_path)
    assert facts(tmp_path / DATABASE)[0] == "0001"


def test_an_upgrade_that_fails_says_so_and_leaves_what_was_there_and_nothing_open(tmp_path: Path) -> None:
    with first_version(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / DATABASE)) as connection:
        connection.execute("CREATE TABLE message_search (in_the_way)")
    with pytest.raises(SettingsError, match="cannot be upgraded: table message_search already exists"):
        migrate(tmp_path)
    assert facts(tmp_path / DATABASE) == ("0001", SAID)
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    assert not [link for link in links if str(link.readlink()).startswith(str(tmp_path))]
