"""Sequences of calls of all kinds: a server does what the model of the rules says, and tells no more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.server.model_stage import AT_ONCE, Stage, staged
from tests.server.model_steps import Step, sequences

SEQUENCES = 100
"""How many are played here. `python -m tests.benchmarks.sequences 2000` plays more, others each time."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A server for all of them: what one workspace holds must not show in the next."""
    with staged(tmp_path_factory.mktemp("model") / "data") as one:
        yield one


# Without the shrinking, which takes minutes: what fails here is made small by hand.
@settings(
    max_examples=SEQUENCES // AT_ONCE,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(played=st.lists(sequences(6, 18), min_size=AT_ONCE, max_size=AT_ONCE))
def test_a_server_does_what_the_rules_say_whatever_is_called_in_whatever_order(
    stage: Stage, played: list[list[Step]]
) -> None:
    stage.play(played)
