"""Any number of runs of several consoles on one server, whatever comes in whatever order:

`python -m tests.benchmarks.orders [2000]`.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from hypothesis import HealthCheck, given, settings

from tests.state.orders.play import Run, runs, staged


def main(wanted: int) -> None:
    """Play them and say what happened in them. Fails with the shortest run after which not all is alike."""
    with tempfile.TemporaryDirectory() as folder, staged(Path(folder) / "data") as stage:

        @settings(
            max_examples=wanted,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(run=runs(180))
        def play(run: Run) -> None:
            stage.play(run.steps(), run.seed)

        begun = time.monotonic()
        play()
        played, seconds = next(stage.numbers), time.monotonic() - begun
    compared = stage.happened.pop("consoles compared while they ran")
    print(f"{played} runs of {stage.happened.total()} steps in {seconds:.0f} s, all alike in the end")  # noqa: T201
    print(f"{compared:8,} consoles that had heard all were compared with the server while they ran")  # noqa: T201
    for name, times in stage.happened.most_common():
        print(f"{times:8,} {name}")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
