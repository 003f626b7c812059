"""`connect360 serve` and `connect360 keys` as processes of their own, as a person starts them."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import stat
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from console import __version__
from console.__main__ import run
from console.cli.directory import data_directory
from console.contract.procedures import AI_STREAM, UPLOAD
from tests.server.calling import MOUNT, talking
from tests.server.streams import following
from tests.support.server_process import COMMAND, told

MAYA = ("--member", "Maya Okafor <maya@example.com>", "--role", "admin")


def open_to_others(directory: Path) -> set[int]:
    """What others may do with any of the files in there."""
    return {stat.S_IMODE(file.stat().st_mode) & 0o077 for file in directory.rglob("*")}


@asynccontextmanager
async def served(
    data: Path, *arguments: str, stdin: int = DEVNULL, stderr: int | None = None
) -> AsyncIterator[tuple[Process, str]]:
    """A server process and the address that it printed. It is gone after the block."""
    process = await asyncio.create_subprocess_exec(
        *COMMAND, "serve", "--port", "0", "--data", str(data), *arguments, stdout=PIPE, stdin=stdin, stderr=stderr
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(30):
            line = (await process.stdout.readline()).decode()
        assert line.startswith("listening on http://"), line
        yield process, line.removeprefix("listening on ").strip()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_key_is_printed_alone_and_opens_a_server_that_says_when_it_listens(tmp_path: Path) -> None:
    data = tmp_path / "deep" / "data"
    code, output, errors = await told("keys", "create", "--data", str(data), "--workspace", "Northwind", *MAYA)
    assert (code, errors) == (0, "")
    key = output.removesuffix("\n")
    assert key.startswith("plato_")
    assert len(key) == 49
    async with served(data) as (process, url), talking(url, key) as talk:
        session = await talk.call("session")
        assert (session["workspace"]["name"], session["member"]["name"]) == ("Northwind", "Maya Okafor")
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        assert open_to_others(data) == {0}
        assert key.encode() not in b"".join(file.read_bytes() for file in data.rglob("*") if file.is_file())
        assert process.returncode is None


async def test_a_first_start_says_what_runs_on_what_and_how_to_get_in(tmp_path: Path) -> None:
    data = tmp_path / "my data\x1b[31m"
    create = f"connect360 keys create --data '{tmp_path}/my data␛[31m'"
    for said in (f'. There is no key yet. Make one: {create} --member "Name <name@example.com>" --role admin', ""):
        async with served(data, stderr=PIPE) as (process, _):
            process.send_signal(signal.SIGTERM)
            output, errors = await process.communicate()
        assert output == b""  # after the line that it listens
        first, *_, last = errors.decode().splitlines()
        assert first == f"connect360 {__version__} serves {tmp_path}/my data␛[31m{said}"
        assert last == "stopped"
        code, _, _ = await told("keys", "create", "--data", str(data), *MAYA)
        assert code == 0


@pytest.mark.parametrize("command", [("serve",), ("keys", "create"), ("keys", "list"), ("keys", "revoke"), ("backup",)])
def test_help_names_the_folder_that_is_meant_where_none_is_named(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run([*command, "--help"], set()) == 0
    assert "".join(f"[default: {data_directory(None)}]".split()) in "".join(capsys.readouterr().out.split())


async def test_what_clients_still_owe_is_no_fault_at_the_end(tmp_path: Path) -> None:
    _, key, _ = await told("keys", "create", "--data", str(tmp_path), *MAYA)
    form = "multipart/form-data; boundary=x"
    owed = [
        (MOUNT + "send", "application/json", "{"),
        (MOUNT + "nothing", "application/json", "{"),
        (AI_STREAM.path, "application/json", "{"),
        (UPLOAD.path, form, "--x"),
        (UPLOAD.path, form, "no boundary"),
    ]
    writers = []
    async with served(tmp_path, stderr=PIPE) as (process, url):
        host, port = url.removeprefix("http://").split(":")
        for path, kind, begun in owed:
            _, writer = await asyncio.open_connection(host, int(port))
            head = f"POST {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {key.strip()}\r\n"
            writer.write(f"{head}content-type: {kind}\r\ncontent-length: 900\r\n\r\n{begun}".encode())
            await writer.drain()
            writers.append(writer)
        async with talking(url, key.strip()) as talk:
            assert (await talk.ask("session")).status_code == 200  # by now the others are being read
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(5):
            _, errors = await process.communicate()
    for writer in writers:
        writer.close()
    assert b"Traceback" not in errors
    assert b"ERROR" not in errors


async def test_a_server_that_came_with_its_parent_goes_with_it(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    async with served(tmp_path, "--with-parent", stdin=reading) as (process, _):
        os.close(reading)
        os.close(writing)  # as the end of the parent does, whatever ended it
        async with asyncio.timeout(5):
            assert await process.wait() == 0


async def test_of_two_servers_that_start_at_once_on_one_new_directory_one_serves(tmp_path: Path) -> None:
    serve = ("serve", "--port", "0", "--data", str(tmp_path), "--with-parent")
    both = [await asyncio.create_subprocess_exec(*COMMAND, *serve, stdin=PIPE, stdout=PIPE, stderr=PIPE) for _ in "12"]
    ending = [asyncio.create_task(process.wait()) for process in both]
    await asyncio.wait(ending, return_when=asyncio.FIRST_COMPLETED, timeout=30)
    (second,) = [process for process in both if process.returncode is not None]
    (first,) = [process for process in both if process is not second]
    assert second.stderr is not None
    refusal = (await second.stderr.read()).decode()
    assert f"A server runs on {tmp_path} already (process {first.pid})." in refusal
    assert first.stdout is not None
    assert (await first.stdout.readline()).startswith(b"listening on http://127.0.0.1:")
    assert first.stdin is not None
    first.stdin.close()
    async with asyncio.timeout(5):
        await asyncio.gather(*ending)
    assert [first.returncode, second.returncode] == [0, 1]


async def test_keys_come_in_pairs_and_the_same_address_is_the_same_member(tmp_path: Path) -> None:
    other = ("--member", "M. Okafor <MAYA@example.com>", "--role", "viewer")
    code, output, errors = await told("keys", "create", "--data", str(tmp_path), *MAYA, *other)
    first, second = output.split()
    assert (code, errors) == (0, 'MAYA@example.com is known as "Maya Okafor" here; the key is theirs.\n')
    async with served(tmp_path) as (_, url), talking(url, first) as one, talking(url, second) as two:
        sessions = [await talk.call("session") for talk in (one, two)]
    assert sessions[0]["member"] == sessions[1]["member"]
    assert [session["role"]["name"] for session in sessions] == ["admin", "viewer"]
    assert {session["workspace"]["name"] for session in sessions} == {"Workspace"}


async def test_a_listed_key_is_revoked_beside_a_running_server(tmp_path: Path) -> None:
    _, key, _ = await told("keys", "create", "--data", str(tmp_path), "--expires-in", "30", *MAYA)
    async with served(tmp_path) as (_, url), talking(url, key.strip()) as talk, following(talk) as stream:
        _, listed, _ = await told("keys", "list", "--data", str(tmp_path))
        head, row = listed.splitlines()
        assert " ".join(head.split()) == "id workspace member role created last used expires revoked state"
        assert row.split()[-2:] == ["-", "good"]
        assert "Maya Okafor <maya@example.com>" in row
        assert "plato_" not in listed
        key_id = row.split()[0]
        code, _, errors = await told("keys", "revoke", "key_none", "--data", str(tmp_path))
        assert (code, 'There is no key "key_none"' in errors) == (1, True)
        revoke = ("keys", "revoke", key_id, "--data", str(tmp_path))
        assert await told(*revoke) == (0, "", "")
        assert await told(*revoke) == (0, "", f"{key_id} was revoked before.\n")
        assert open_to_others(tmp_path) == {0}
        ended = await stream.next()
        assert ended is not None
        assert ended.name == "serialized-error"
        assert (await talk.ask("session")).status_code == 401


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("serve", "--host", "0.0.0.0"), "0.0.0.0 can be reached from other machines. Add --public"),
        (("serve", "--host", "support.example.com"), "can be reached from other machines"),
        (("serve", "--data", "{file}"), "is a file"),
        (("serve", "--rate", "nan"), "'nan' is no number"),
        (("serve", "--rate", "inf"), "is not in the range"),
        (("serve", "--data", "/proc/nowhere"), "cannot be used for data"),
        (("keys", "create", "--data", "{data}", "--member", "Maya", "--role", "admin"), '"Maya" is not a member'),
        (("keys", "create", "--data", "{data}", *MAYA, "--role", "viewer"), "1 members but 2 roles"),
        (("keys", "create", "--data", "{data}", "--member", "M <m@x.y>", "--role", "owner"), "'owner' is not one of"),
        (("keys", "list", "--data", "{data}/none"), "There is no data in"),
        (("keys", "list", "--data", "{data}"), "There is no data in"),
        (("keys", "revoke", "key_none", "--data", "{data}"), "There is no data in"),
        (("keys", "list", "--data", "{broken}"), "cannot be used: file is not a database"),
        (("serve", "--port", "0", "--data", "{broken}"), "cannot be used: file is not a database"),
        (("serve", "--data", "{open}"), "is open to other users of this machine"),
        (("keys", "create", "--data", "{open}", *MAYA), "is open to other users of this machine"),
        (("keys", "create", "--data", "{own}", *MAYA), "is not empty, and there is no data of a server in it"),
        (("serve", "--data", "{own}"), "is not empty, and there is no data of a server in it"),
        (("keys", "create", "--data", "{data}", "--workspace", "", *MAYA), "'--workspace': a name is wanted"),
        (("keys", "create", "--data", "{data}", "--workspace", " \u200b", *MAYA), "'--workspace': a name is wanted"),
        (("serve", "--data", "{data}", "--workspace", ""), "'--workspace': a name is wanted"),
        (("keys", "create", "--data", "{data}", "--member", "\u200b <m@x.y>", "--role", "admin"), "is not a member"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_sentence(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "file"
    file.write_text("")
    broken, shared, data, own = (tmp_path / name for name in ("broken", "open", "data", "own"))
    for directory in (broken, shared, data, own):
        directory.mkdir(mode=0o700)
    (own / "diary.txt").write_text("mine")
    (broken / "workspace.db").write_bytes(b"no database" * 100)
    shared.chmod(0o755)
    places = {"{file}": file, "{data}": data, "{data}/none": data / "none", "{broken}": broken, "{open}": shared}
    places["{own}"] = own
    assert run([str(places.get(argument, argument)) for argument in arguments], set()) != 0
    said = capsys.readouterr()
    assert said.out == ""
    assert sentence in said.err
    assert stat.S_IMODE(shared.stat().st_mode) == 0o755
    assert not list(shared.iterdir())
    assert not list(data.iterdir())
    assert [kept.name for kept in own.iterdir()] == ["diary.txt"]


async def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    async with served(tmp_path / "one") as (_, url):
        port = url.rpartition(":")[2]
        code, _, errors = await told("serve", "--port", port, "--data", str(tmp_path / "other"))
    assert code == 1
    assert f"Cannot listen on 127.0.0.1:{port}: Address already in use. Choose another with --port." in errors


@pytest.mark.parametrize("host", ["fe80::1%nosuch", "192.0.2.1", "2001:db8::1", "a..b", "x" * 64], ids=str)
def test_a_host_that_cannot_be_had_is_told_and_is_no_fault_of_the_port(
    tmp_path: Path, host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["serve", "--public", "--host", host, "--port", "0", "--data", str(tmp_path / "data")], set()) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert re.fullmatch(
        rf"connect360: Cannot listen on {re.escape(host)}:0: .+\. Choose another with --host\.\n", said.err
    )


async def test_an_address_of_loopback_that_was_chosen_is_answered(tmp_path: Path) -> None:
    _, key, _ = await told("keys", "create", "--data", str(tmp_path), *MAYA)
    async with served(tmp_path, "--host", "127.0.0.2") as (_, url), talking(url, key.strip()) as talk:
        assert url.startswith("http://127.0.0.2:")
        assert (await talk.ask("session")).status_code == 200
        assert (await talk.ask("session", {"host": "127.0.0.3"})).status_code == 403
