"""The command line itself: instant help, errors as one sentence, no key in arguments."""

from __future__ import annotations

import subprocess
import sys

import pytest

from console import __version__
from console.cli import COMMANDS
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


def test_control_characters_in_an_error_do_not_reach_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONNECT360_KEYS", '{"a": "\x1b]0;gone\x07"')
    ended = connect360()
    assert ended.returncode == 1
    assert "\x1b" not in ended.stderr


@pytest.mark.parametrize("option", ["--key", "--api-key", "--token"])
def test_no_option_takes_a_key(option: str) -> None:
    assert connect360(option, "plato_secret").returncode == 2
