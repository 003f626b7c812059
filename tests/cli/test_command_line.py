"""The command line itself: instant help, errors as one sentence, no key in arguments."""

from __future__ import annotations

import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from console import __version__
from console.cli.commands import COMMANDS
from tests.support.terminal import CONNECT360

_HEAVY = {"asyncio", "pydantic", "textual", "httpx", "sqlalchemy", "starlette", "console.app", "console.config"}


def connect360(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What the command says and how it ends."""
    return subprocess.run([*CONNECT360, *arguments], capture_output=True, text=True, timeout=30, check=False)


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["-h"], ["nonsense"], ["demo", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    probe = (
        "import sys\nfrom console.__main__ import run\n"
        f"run({arguments!r}, set())\n"
        f"print('LOADED', *sorted({_HEAVY!r} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, timeout=30, check=True)
    assert ended.stdout.rstrip().endswith("LOADED"), ended.stdout


def test_the_version_is_the_packages() -> None:
    assert connect360("--version").stdout == f"connect360 {__version__}\n"


def test_help_names_every_command() -> None:
    said = connect360("--help").stdout
    assert all(f"\n  {name} " in said for name in COMMANDS)


def test_an_unknown_command_is_a_sentence_and_exit_code_2() -> None:
    ended = connect360("demmo")
    assert ended.returncode == 2
    assert "No such command 'demmo'" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_settings_that_cannot_be_used_are_a_sentence_and_exit_code_1(
    home: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLATO_BASE_URL", "ftp://example.com")
    ended = connect360()
    assert ended.returncode == 1
    assert ended.stderr.startswith("connect360: These settings cannot be used: ")
    assert len(ended.stderr.splitlines()) == 1


@pytest.mark.parametrize("arguments", [[], ["demo"]])
def test_without_a_terminal_there_is_a_sentence_instead_of_a_screen(arguments: list[str]) -> None:
    ended = connect360(*arguments)
    assert ended.returncode == 1
    assert ended.stderr.startswith("connect360: The console needs a terminal")


def test_control_characters_in_an_error_do_not_reach_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECT360_KEYS", '{"a": "\x1b]0;gone\x07"')
    ended = connect360()
    assert ended.returncode == 1
    assert "\x1b" not in ended.stderr


@pytest.mark.parametrize("option", ["--key", "--api-key", "--token"])
def test_no_option_takes_a_key(option: str) -> None:
    assert connect360(option, "plato_secret").returncode == 2


_BOOM = """
import sys
import click
from console.cli import commands
from console.__main__ import main

@click.command()
@click.pass_context
def boom(ctx):
    ctx.obj.add("hunter2")
    local = "plato_in_a_local"
    raise {error}

sys.modules["boom"] = sys.modules["__main__"]
commands.COMMANDS["boom"] = commands.Lazy("boom:boom", "")
sys.argv = ["connect360", "boom"]
main()
"""


def failing(error: str) -> subprocess.CompletedProcess[str]:
    """A command that raises this."""
    program = _BOOM.format(error=error)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)


def test_an_unexpected_error_is_reported_in_a_private_file_without_a_secret(home: Path) -> None:
    ended = failing("ValueError('it is hunter2 and plato_abc \\x1b[31m')")
    assert ended.returncode == 1
    (path,) = (home / ".state").rglob("crash-*.txt")
    assert len(ended.stderr.splitlines()) == 1
    assert str(path) in ended.stderr
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = path.read_text(encoding="utf-8")
    assert "ValueError: it is" in told
    for secret in ("hunter2", "plato_abc", "plato_in_a_local", "\x1b"):
        assert secret not in told + ended.stderr


def test_a_report_that_cannot_be_written_is_said(home: Path) -> None:
    (home / ".state").write_text("a file where the directory should be")
    ended = failing("ValueError('it is hunter2')")
    assert ended.returncode == 1
    assert "ValueError: it is [redacted]" in ended.stderr


def test_a_reader_that_left_is_no_error() -> None:
    ended = failing("BrokenPipeError(32, 'Broken pipe')")
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_ends_a_program_after_its_cleaning_up(number: int) -> None:
    program = (
        "import asyncio, sys\nfrom console.cli.loop import run\n"
        "async def program():\n"
        "    try:\n"
        "        print('up', flush=True)\n"
        "        await asyncio.Event().wait()\n"
        "    finally:\n"
        "        print('cleaning', flush=True)\n"
        "        sys.stdin.readline()\n"
        "        await asyncio.sleep(0)\n"
        "        print('clean', flush=True)\n"
        "sys.exit(run(program()))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as running:
        assert running.stdin is not None
        assert running.stdout is not None
        assert running.stdout.readline() == "up\n"
        running.send_signal(number)
        assert running.stdout.readline() == "cleaning\n"
        running.send_signal(number)  # an impatient person must not stop the cleaning up
        running.stdin.write("\n")
        running.stdin.flush()
        assert running.stdout.readline() == "clean\n"
        assert running.wait(10) == 128 + number
