"""A server that is killed under load: `python -m tests.benchmarks.kill` does the same for minutes."""

from __future__ import annotations

from pathlib import Path

from tests.support.killing.killing import kill_and_check


async def test_what_was_acknowledged_outlives_kills_and_what_was_not_is_made_once(tmp_path: Path) -> None:
    figures = await kill_and_check(tmp_path / "server", times=4, seed=7)
    assert figures.kills == 4
    assert figures.resumed >= 4
    assert figures.retried > 0
    assert figures.acknowledged > 50
    assert figures.events > figures.acknowledged
    assert "Traceback" not in (tmp_path / "server.errors").read_text()
