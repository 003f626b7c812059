"""The README says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import click

from console.cli.commands import connect360
from console.config import Settings
from tests.support.readme import README, TABLES, with_tables

ROOT = README.parent
TEXT = README.read_text(encoding="utf-8")


def test_its_tables_are_those_of_the_code() -> None:
    assert with_tables(TEXT) == TEXT, "run: python -m tests.support.readme"
    assert set(TABLES) == {"keys", "procedures", "roles"}


def test_every_file_that_it_points_to_is_there() -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)]+)\)", TEXT)
    assert targets
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_the_second_command_is_what_ci_runs() -> None:
    command = "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest"
    assert command in TEXT
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_every_command_is_named() -> None:
    context = click.Context(connect360)
    missing = [name for name in connect360.list_commands(context) if f"connect360 {name}" not in TEXT]
    assert missing == []


def test_every_setting_is_named() -> None:
    missing = [name for name in Settings.__dataclass_fields__ if f"`{name}`" not in TEXT]
    assert missing == []


def test_it_names_no_place_of_a_machine() -> None:
    assert not re.search(r"(^|[\s`(])/(home|root|tmp|work)/", TEXT)
    assert Path(ROOT / "README.md").is_file()
