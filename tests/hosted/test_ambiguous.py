"""Without idempotency no message is sent twice and none is lost, and the person is asked only where nobody can know."""

from __future__ import annotations

from tests.hosted.ambiguous import play
from tests.hosted.hosted import hosted_server


async def test_of_sends_whose_answer_is_lost_none_is_doubled_and_none_lost() -> None:
    async with hosted_server(answers="bare") as hosted:
        figures = await play(hosted, 20, seed=4)
    assert not figures.wrong
    assert figures.sends == 20 and figures.arrived and figures.absent
