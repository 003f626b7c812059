"""What was said to one customer is never said to another."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.server.ai.privacy import SEVERAL, PastAnswer, common, public
from tests.server.knowing import NOVEMBER

OPEN = "We are open every day and your lamp is wrapped for free."


def past(answer: str, customer: str = "cus_1", *names: str, language: str = "en") -> PastAnswer:
    """What a customer was told."""
    return PastAnswer("msg_1", customer, {"en": "?"}, {language: answer}, names, NOVEMBER)


def said_again(answer: str, among: list[PastAnswer], *names: str, published: tuple[str, ...] = ()) -> list[str]:
    """What of an answer to a customer of these names may be said to others."""
    mine = past(answer, "cus_mine", *names)
    return public(answer, names, common([mine, *among], published))


def everybody(answer: str) -> list[PastAnswer]:
    """The same said to several customers, but for the one who is looked at."""
    return [past(answer, f"cus_{number}") for number in range(SEVERAL)]


def test_what_is_said_to_several_customers_is_anybodys() -> None:
    assert said_again(OPEN, everybody(OPEN)) == [OPEN]


def test_what_was_said_to_one_customer_often_stays_theirs() -> None:
    told = "Your daughter will find it behind the garden shed."
    assert said_again(told, [past(told, "cus_mine")] * 9) == []
    assert said_again(told, [past(told, "cus_other")] * 9) == []


@pytest.mark.parametrize(
    "private",
    [
        "Your lamp is order 104233 and is wrapped every day.",
        "Your lamp is order 7 and is wrapped every day.",
        "Your lamp is order ٧ and is wrapped every day.",
        "Your lamp is order ab-xy and is wrapped every day.",
        "Your lamp is #open and is wrapped every day.",
        "We are open for jane@example.com every day.",
        "We are open every day on www.lamp.free for your lamp.",
        "We are open every day on 050 123 45 67 for your lamp.",
        "We are wrapped for 4,350 AED every day and open.",
        "Dear Jane, your lamp is wrapped every day.",
        "Jane, your lamp is wrapped every day for free.",
        "Your lamp is with Mr Haddad every day for free.",
        "Your lamp is wrapped for free and Jane is open.",
        "Your lamp is open for free at Palm Street every day.",
        "We are open every day and is your lamp wrapped?",
        "We are open.",
    ],
)
def test_a_sentence_with_anything_of_one_persons_is_left_out(private: str) -> None:
    assert said_again(f"{private} {OPEN}", everybody(OPEN)) == [OPEN]


def test_a_name_that_many_customers_bear_is_a_name_all_the_same() -> None:
    greeted = "Sara, your lamp is wrapped every day for free."
    assert said_again(greeted, everybody(f"{greeted} {OPEN}")) == []
    arabic = "مصباحك يا محمد جاهز كل يوم مجانا"
    assert said_again(arabic, everybody(arabic)) == [arabic]  # a word like any other, until somebody is called so
    assert said_again(arabic, [*everybody(arabic), past("نعم", "cus_9", "محمد")]) == []
    titled = "مصباح السيد محمد جاهز كل يوم مجانا"
    assert said_again(titled, everybody(titled)) == []


def test_ones_own_name_is_never_said_even_if_it_is_published() -> None:
    told = "your lamp is wrapped every day by may for free."
    assert said_again(told, everybody(told), published=("may",)) == [told]
    assert said_again(told, everybody(told), "May Osman", published=("may",)) == []


def test_a_customer_cannot_take_common_words_out_of_use() -> None:
    hostile = past("Hello.", "cus_9", "The and your is for every open lamp")
    assert said_again(OPEN, [*everybody(OPEN), hostile], published=("Open: a lamp, every day",)) == [OPEN]


def test_words_that_the_workspace_publishes_are_everybodys() -> None:
    told = "Your Aurora lamp is wrapped in the Emirates."
    among = everybody(OPEN)
    assert said_again(told, among) == []
    assert said_again(told, among, published=("The Aurora lamp, in all the Emirates",)) == [told]


def test_a_published_number_is_not_quoted_from_a_past_answer() -> None:
    told = "Your lamp is wrapped in room 30 every day."
    assert said_again(told, everybody("In room we are."), published=(OPEN, "30 days in a room")) == []


PRIVATE = frozenset({"lamp", "wrapped", "Jane", "AX-77", "0501234567", "a@b.c", "haddad", "ليلى", "٠٥٠", "İpek"})
SAID = st.lists(st.sampled_from(["your", "is", "we", "and", *sorted(PRIVATE)]), min_size=5, max_size=9).map(" ".join)


@settings(max_examples=60)
@given(told=SAID, others=st.lists(SAID, max_size=SEVERAL - 2))
def test_a_word_that_too_few_were_told_never_comes_through(told: str, others: list[str]) -> None:
    among = [past(one, f"cus_{place}") for place, one in enumerate(others)]
    again = said_again(f"{told}.", [*among, *[past(f"{told}.", "cus_mine")] * 3])
    assert all(PRIVATE.isdisjoint(said.rstrip(".").split()) for said in again)
