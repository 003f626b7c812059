"""The house rules: lint, format, types, import contracts, length of files."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LONGEST_FILE = 400


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """A tool of the environment that runs the tests, from the project's folder."""
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


def python_files() -> list[Path]:
    """All of ours."""
    return sorted([*ROOT.glob("console/**/*.py"), *ROOT.glob("tests/**/*.py")])


def test_the_code_is_linted() -> None:
    done = run("ruff", "check", "console", "tests")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_code_is_formatted() -> None:
    done = run("ruff", "format", "--check", "console", "tests")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(300)
def test_the_code_is_typed() -> None:
    done = run("mypy")
    assert done.returncode == 0, done.stdout + done.stderr


def test_imports_run_one_way() -> None:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", python_files(), ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_is_one_idea(file: Path) -> None:
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


def test_the_top_level_holds_what_belongs_there() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    tops = {name.split("/")[0] for name in listed.stdout.splitlines() if not name.startswith(".")}
    assert tops <= {"pyproject.toml", "console", "tests", "themes", "README.md"}
