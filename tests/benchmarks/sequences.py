"""Any number of sequences of calls against the model of the rules: `python -m tests.benchmarks.sequences [2000]`."""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from itertools import chain
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.model_stage import AT_ONCE, staged
from tests.server.model_steps import Call, Step, sequences


def main(wanted: int) -> None:
    """Play them and say of what they were. Fails with the shortest sequence that the model does not explain."""
    called: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, staged(Path(folder) / "data") as stage:

        @settings(
            max_examples=-(-wanted // AT_ONCE),
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        )
        @given(played=st.lists(sequences(10, 50), min_size=AT_ONCE, max_size=AT_ONCE))
        def play(played: list[list[Step]]) -> None:
            for step in chain.from_iterable(played):
                called[step.procedure if isinstance(step, Call) else type(step).__name__] += 1
            stage.play(played)

        begun = time.monotonic()
        play()
        print(f"{next(stage.played)} sequences of {called.total()} steps in {time.monotonic() - begun:.0f} s")  # noqa: T201
    for name, count in called.most_common():
        print(f"{count:8,} {name}")  # noqa: T201


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)
