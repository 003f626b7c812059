"""Keys: long, shown once, kept as a keyed hash, shut at once; and what guessing them costs."""

from __future__ import annotations

import base64
import os
import stat
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from console.__main__ import run
from console.errors import SettingsError
from console.server.auth import SECRET, Hasher, new_key
from console.server.files import FileStore
from console.server.keyring import create_keys, holder, list_keys, private_directory, revoke_key
from console.server.limiter import MOST_COUNTED, WINDOW_SECONDS, Limiter
from console.server.only_server import only_server
from console.server.refusal import Refusal
from console.server.service import FOLDER
from tests.server.calling import MOUNT, talking
from tests.server.streams import following
from tests.support.server import RunningServer, running_server
from tests.support.server_process import server_process, told

MAYA = ("--member", "Maya Okafor <maya@example.com>", "--role", "admin")


def test_a_key_is_256_random_bits() -> None:
    made = {new_key() for _ in range(1_000)}
    assert len(made) == 1_000
    assert {len(base64.urlsafe_b64decode(key.removeprefix("plato_") + "=")) for key in made} == {32}


def test_what_is_kept_of_a_key_hangs_on_the_secret_of_its_directory(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    key = new_key()
    kept = Hasher(tmp_path / "one").hash(key)
    assert Hasher(tmp_path / "one").hash(key) == kept
    assert Hasher(tmp_path / "other").hash(key) != kept
    assert key not in kept
    assert stat.S_IMODE((tmp_path / "one" / SECRET).stat().st_mode) == 0o600
    assert len((tmp_path / "one" / SECRET).read_bytes()) == 32


def test_a_start_that_was_cut_off_can_be_made_again_and_uploads_without_their_database_are_kept(tmp_path: Path) -> None:
    with only_server(private_directory(tmp_path)):
        Hasher(tmp_path)
        FileStore(tmp_path / FOLDER)
    (tmp_path / f"{SECRET}.1234.0a1b2c3d").touch()
    (tmp_path / "migrate.lock").touch()
    (tmp_path / "lost+found").mkdir()
    assert private_directory(tmp_path) == tmp_path
    (tmp_path / FOLDER / "ws_1").mkdir()
    with pytest.raises(SettingsError, match="is not empty, and there is no data of a server in it"):
        private_directory(tmp_path)


def test_a_list_tells_good_keys_from_those_that_ended_or_were_revoked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    directory = private_directory(tmp_path / "data")
    maya = holder("Maya <maya@example.com>", "admin")
    create_keys(directory, "W", [maya], 1, clock=lambda: datetime.now(UTC) - timedelta(days=2))
    create_keys(directory, "W", [maya, maya], 1)
    ended, revoked, good = (record.id for record in list_keys(directory))
    assert [revoke_key(directory, revoked), revoke_key(directory, revoked)] == [True, False]
    assert run(["keys", "list", "--data", str(directory)], set()) == 0
    _, *rows = capsys.readouterr().out.splitlines()
    assert {(row.split()[0], row.split()[-1]) for row in rows} == {
        (ended, "ended"),
        (revoked, "revoked"),
        (good, "good"),
    }


def test_a_list_shows_when_a_key_was_used_and_nothing_that_opens_anything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ("--data", str(tmp_path / "data"))
    assert run(["keys", "create", *data, "--expires-in", "0.5", *MAYA], set()) == 0
    key = capsys.readouterr().out.strip()
    assert run(["keys", "list", *data], set()) == 0
    listed = capsys.readouterr().out
    (record,) = list_keys(tmp_path / "data")
    assert record.expires_at is not None
    assert abs(record.expires_at - record.created_at - 12 * 60 * 60 * 1000) < 1_000
    assert record.id in listed
    assert key not in listed
    assert key.removeprefix("plato_") not in listed
    assert record.hash not in listed
    assert (tmp_path / "data" / SECRET).read_bytes().hex() not in listed


@pytest.mark.parametrize("days", ["0", "-1", "nan", "inf", "1e300", "soon"])
def test_a_time_that_is_none_is_no_expiry(tmp_path: Path, capsys: pytest.CaptureFixture[str], days: str) -> None:
    assert run(["keys", "create", "--data", str(tmp_path), "--expires-in", days, *MAYA], set()) == 2
    said = capsys.readouterr()
    assert "Invalid value for '--expires-in'" in said.err
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


async def test_a_key_that_expires_ends_its_open_stream_and_the_next_call(tmp_path: Path) -> None:
    late = [timedelta()]
    async with running_server(tmp_path / "data", clock=lambda: datetime.now(UTC) + late[0]) as server:
        key = server.key("agent", expires_in_days=1)
        async with talking(server.url, key) as talk, following(talk) as stream:
            late[0] = timedelta(days=1)
            before = time.monotonic()
            ended = await stream.next()
            assert time.monotonic() - before < 1
            assert ended is not None
            assert (ended.name, "UNAUTHORIZED" in ended.text) == ("serialized-error", True)
            assert await stream.next() is None
            assert (await talk.ask("session")).status_code == 401


async def test_whatever_the_umask_no_command_leaves_anything_that_others_may_read(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"
    before = os.umask(0)
    try:
        code, key, _ = await told("keys", "create", "--data", str(data), *MAYA)
        assert code == 0
        async with server_process(data) as server, talking(server.url, key.strip()) as talk:
            await talk.customer()
            assert (await told("backup", "--data", str(data), str(tmp_path / "backup.tar")))[0] == 0
            paths = [data, *data.rglob("*"), tmp_path / "backup.tar"]
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in paths}
    finally:
        os.umask(before)
    assert {"data", "workspace.db", "workspace.db-wal", "secret", "server.lock", "files", "backup.tar"} <= modes.keys()
    assert set(modes.values()) == {0}


async def test_guessing_is_slowed_down_and_a_good_key_of_the_same_address_is_not(server: RunningServer) -> None:
    assert server.server is not None
    server.server.service.limiter = Limiter(2.0)
    async with talking(server.url, "plato_guess") as guesser, talking(server.url, server.key()) as talk:
        guessed = [await guesser.ask("session") for _ in range(10)]
        assert [answer.status_code for answer in guessed] == [401] * 8 + [429] * 2
        assert 1 <= int(guessed[-1].headers["retry-after"]) <= WINDOW_SECONDS
        assert guessed[-1].json()["error"]["data"]["code"] == "TOO_MANY_REQUESTS"
        upload = await guesser.http.post("/api/v1/connect/attachments")
        assert (upload.status_code, upload.headers["retry-after"]) == (429, guessed[-1].headers["retry-after"])
        assert "TOO_MANY_REQUESTS" in (await guesser.http.get(MOUNT + "events")).text
        assert (await talk.ask("session")).status_code == 200


def calls(limiter: Limiter, caller: str = "key") -> int:
    """How many calls go through at once."""
    for number in range(100):
        try:
            limiter.count(caller)
        except Refusal as refusal:
            assert refusal.retry_after is not None
            assert 1 <= refusal.retry_after <= WINDOW_SECONDS
            return number
    return 100


@pytest.mark.parametrize("step", [-86_400.0, 86_400.0], ids=["back", "forward"])
def test_a_clock_that_is_set_shuts_nobody_out(step: float) -> None:
    ahead = [0.0]
    limiter = Limiter(2.0, steady=lambda: time.monotonic() + ahead[0])
    assert calls(limiter) == 8
    assert calls(limiter) == 0
    ahead[0] = step  # the two clocks are apart now, whichever of them was set
    assert calls(limiter) == 8
    assert calls(limiter) == 0


def test_no_limit_is_none() -> None:
    assert calls(Limiter(0)) == 100


def test_addresses_without_end_are_not_remembered_without_end() -> None:
    limiter = Limiter(1.0)
    for number in range(2 * MOST_COUNTED):
        limiter.count(f"2001:db8::{number:x}")
    assert len(limiter._counts.events) <= MOST_COUNTED + 1
