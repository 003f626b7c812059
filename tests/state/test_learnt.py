"""What a key may not do, as far as the server has said it by refusing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from console.client.wire import Exchange, Opened
from console.state.learnt import Learning
from console.state.store import Store
from tests.state.values import START, at

DELETE, ENGAGE = "connect360:conversation:delete", "connect360:conversation:engage"
DELETED = Exchange("v1.connect.deleteConversation", "POST", 200, None, 5, 1, 10, 10)
SENT = replace(DELETED, what="v1.connect.send")


class Key:
    """What is known of a key, at a time of day that the test sets."""

    def __init__(self) -> None:
        self.now = START
        self.store = Store(START)
        self.touched = 0
        self.store.watch(lambda touched: setattr(self, "touched", self.touched + touched.identity))
        self.learning = Learning(self.store, now=self._time)

    def _time(self) -> datetime:
        return self.now

    def refused(self, exchange: Exchange, permission: str | None) -> None:
        """It was refused for want of a permission."""
        self.learning.wire(replace(exchange, status=403, error="Forbidden", lacking=permission))


@pytest.fixture
def key() -> Key:
    """One that nothing is known of."""
    return Key()


def test_a_refusal_is_remembered_with_its_time(key: Key) -> None:
    key.refused(DELETED, DELETE)
    key.now = at(5)
    key.refused(DELETED, DELETE)

    assert key.store.refused == {DELETE: at(5)}
    assert key.touched == 2


def test_what_is_done_after_all_is_refused_no_longer(key: Key) -> None:
    key.refused(DELETED, DELETE)
    key.refused(SENT, ENGAGE)

    key.learning.wire(DELETED)
    assert key.store.refused == {ENGAGE: at(0)}
    key.learning.wire(replace(DELETED, what="upload"))  # it needs the same
    assert key.store.refused == {}


def test_what_nobody_refused_is_not_told_each_time(key: Key) -> None:
    key.learning.wire(SENT)
    key.learning.wire(Opened("ai-stream", "POST", 200, 5, 1, None))

    assert (key.store.refused, key.touched) == ({}, 0)


@pytest.mark.parametrize(
    "ended",
    [
        replace(SENT, status=None, error="TimedOut"),
        replace(SENT, status=500, error="ServerFault"),
        replace(SENT, error="NotUnderstood"),
        replace(SENT, status=403, error="Forbidden"),
        replace(SENT, error="cancelled"),
    ],
)
def test_neither_a_fault_nor_a_gateways_refusal_says_anything(key: Key, ended: Exchange) -> None:
    key.refused(SENT, ENGAGE)
    key.learning.wire(ended)

    assert key.store.refused == {ENGAGE: at(0)}


def test_a_permission_that_we_do_not_know_is_learnt_by_what_it_was_asked_for(key: Key) -> None:
    answered = replace(SENT, what="ai-stream")
    key.refused(answered, "connect360:ai:trigger")

    key.learning.wire(SENT)
    assert list(key.store.refused) == ["connect360:ai:trigger"]
    key.learning.wire(answered)
    assert key.store.refused == {}


def test_a_server_that_says_too_much_is_heard_no_further(key: Key) -> None:
    for number in range(50):
        key.refused(SENT, f"x{number}\x1b[2J" + "y" * 500)

    assert len(key.store.refused) == 20
    assert all(len(one) <= 60 and "\x1b" not in one for one in key.store.refused)
