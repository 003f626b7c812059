"""A console that is killed at any moment of an hour's work: every text is where it was, and nothing is sent twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.journeys.workspace import Workspace
from tests.support.hour.killing import play


@pytest.mark.parametrize("seed", [11, 12])
async def test_a_killed_console_loses_nothing_and_sends_nothing_twice(
    workspace: Workspace, tmp_path: Path, seed: int
) -> None:
    figures = await play(workspace, tmp_path, kills=5, seed=seed)
    assert figures.kills == 5 and figures.words
