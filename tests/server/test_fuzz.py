"""Inputs that nobody sends without intent: each has its answer in time, and none tells of another workspace."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.server.fuzz_stage import Fuzz, fuzzed

CASES = 500
"""How many are tried here. `python -m tests.benchmarks.fuzz 20000` tries more, others each time."""


@pytest.fixture(scope="module")
def fuzz(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzz]:
    """A server for all of them. At the end the other workspace must be as it was."""
    with fuzzed(tmp_path_factory.mktemp("fuzz") / "data") as one:
        yield one


@settings(
    max_examples=CASES,
    phases=(Phase.generate,),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(number=st.integers(0, 2**64 - 1))
def test_every_input_has_an_answer_of_the_contract_and_none_tells_of_another_workspace(fuzz: Fuzz, number: int) -> None:
    fuzz.try_one(number)
