"""What the collector of garbage is spared."""

from __future__ import annotations

import gc

from console.state.settled import MESSAGES, Settled


def test_what_is_kept_is_set_aside_as_it_grows_and_no_second_time() -> None:
    settled = Settled()
    gc.unfreeze()  # what others set aside in this process
    try:
        settled.grown(10)
        assert gc.get_freeze_count() == 0
        settled.grown(5_000)
        assert gc.get_freeze_count() > 0
        gc.unfreeze()
        settled.grown(9_000)
        settled.ended(5_000)
        assert gc.get_freeze_count() == 0
        settled.ended(9_000)
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_messages_are_set_aside_sooner_for_more_is_kept_of_each() -> None:
    settled = Settled(MESSAGES)
    gc.unfreeze()
    try:
        settled.grown(MESSAGES - 1)
        assert gc.get_freeze_count() == 0
        settled.grown(MESSAGES)
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
