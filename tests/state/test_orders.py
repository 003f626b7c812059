"""Several consoles on one server, and anything that may happen between them, in any order: all end at the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.state.orders.play import Run, Stage, runs, staged

RUNS = 100
"""How many are played here. `python -m tests.benchmarks.orders 2000` plays more, others each time."""
PARTS = 4


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A server for all of them, each in a workspace of its own."""
    with staged(tmp_path_factory.mktemp("orders") / "data") as one:
        yield one


# Without the shrinking, which takes minutes: what fails here is made small by hand.
@pytest.mark.parametrize("part", range(PARTS))
@settings(
    max_examples=RUNS // PARTS,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(run=runs(80))
def test_whatever_comes_in_whatever_order_every_console_ends_at_what_the_server_has(
    stage: Stage, part: int, run: Run
) -> None:
    stage.play(run.steps(part), run.seed)
