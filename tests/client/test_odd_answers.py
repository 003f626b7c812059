"""Whatever a server or a gateway answers ends in a value of the contract or in an error that is fit to show."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.client import errors
from console.client.answers import Answer
from console.client.trpc import Mount, value_of
from console.contract.procedures import LIST_MESSAGES, PROCEDURES, Procedure
from console.contract.shapes import Message, Page
from tests.client.mutating import ODD, RECORDED, Battering, holed, tidy_of, written
from tests.client.values import message

PLAIN = Mount("/api/trpc", "none")
PAGES = [name for name, answer in RECORDED.items() if len(answer.get("items", ())) > 1]


def read(procedure: Procedure[Any, Any], text: str) -> Any:
    """What the client makes of this answer."""
    answer = Answer(200, {}, f'{{"result":{{"data":{text}}}}}'.encode("utf-8", "surrogatepass"))
    return value_of(PLAIN, procedure, answer, tidy=tidy_of(procedure.name))


@pytest.mark.parametrize("name", [name for name, procedure in PROCEDURES.items() if procedure.kind != "subscription"])
def test_what_our_server_answered_is_read_as_it_is(name: str) -> None:
    procedure = PROCEDURES[name]

    value = read(procedure, written(RECORDED[name]))

    assert procedure.answer.dump_python(value, mode="json", by_alias=True) == RECORDED[name]


@settings(max_examples=300)
@given(st.randoms(use_true_random=False))
def test_whatever_is_answered_is_read_or_told(chance: random.Random) -> None:
    Battering().try_one(chance)


@settings(max_examples=150)
@given(st.sampled_from(PAGES), st.randoms(use_true_random=False))
def test_what_is_odd_in_one_entry_costs_no_other(name: str, chance: random.Random) -> None:
    procedure, items = PROCEDURES[name], RECORDED[name]["items"]
    at = chance.randrange(len(items))
    changed, _ = holed(items[at], chance, chance.randrange(1, 4))
    text = written(changed)
    if "{half" in text or "undefined" in text:
        return  # no JSON at all
    before, after = [written(one) for one in items[:at]], [written(one) for one in items[at + 1 :]]
    recorded = read(procedure, written(RECORDED[name]))

    page = read(procedure, f'{{"items":[{",".join([*before, text, *after])}],"nextCursor":"c"}}')

    assert len(page.items) + page.left_out == len(items)
    kept = recorded.items[:at] + recorded.items[at + 1 :]
    assert [one for one in page.items if one in kept] == list(kept)
    assert page.next_cursor == "c"


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("field", sorted(message(attachments=[], flags=[], parentId=None)))
def test_any_field_of_a_message_may_be_odd(field: str, odd: str) -> None:
    if odd in ("{half", "undefined"):
        return
    others = [message("msg_2"), message("msg_3")]
    changed = written(message() | {field: "HERE"}).replace('"HERE"', odd)

    page = read(LIST_MESSAGES, f'{{"items":[{written(others[0])},{changed},{written(others[1])}]}}')

    assert {"msg_2", "msg_3"} <= {one.id for one in page.items}
    assert len(page.items) + page.left_out == 3
    if field not in ("id", "conversationId", "createdAt"):  # by which a thread holds together
        assert page.left_out == 0


@pytest.mark.parametrize(
    ("content", "words"),
    [("null", {}), ('"Hi"', {"und": "Hi"}), ("[1]", {"und": [1]}), ('{"fr": "Salut"}', {"fr": "Salut"})],
)
def test_words_are_kept_in_whatever_they_come(content: str, words: dict[str, Any]) -> None:
    page = read(LIST_MESSAGES, written({"items": [message() | {"content": "HERE"}]}).replace('"HERE"', content))

    assert [one.content for one in page.items] == [words]


def test_a_note_stays_one_however_its_flag_comes() -> None:
    for flags in ('"internal-note"', '["internal-note", 5, null]'):
        page = read(LIST_MESSAGES, written({"items": [message() | {"flags": "HERE"}]}).replace('"HERE"', flags))
        assert [one.is_note for one in page.items] == [True]


def test_a_page_of_which_nothing_can_be_read_is_not_taken_for_an_empty_one() -> None:
    with pytest.raises(errors.NotUnderstood, match=r"items\.0\.createdAt"):
        read(LIST_MESSAGES, written({"items": [message() | {"createdAt": "once"}, message() | {"id": 5}]}))

    assert read(LIST_MESSAGES, '{"items":[]}') == Page[Message](items=())


@pytest.mark.parametrize(("sent", "cursor"), [('"c"', "c"), ("7", "7"), ('""', None), ("null", None), ("{}", None)])
def test_a_cursor_is_a_word_or_the_end(sent: str, cursor: str | None) -> None:
    assert read(LIST_MESSAGES, f'{{"items":[],"nextCursor":{sent}}}').next_cursor == cursor


def test_a_million_wrong_entries_are_not_kept_in_mind() -> None:
    with pytest.raises(errors.NotUnderstood):
        read(LIST_MESSAGES, '{"items":[' + "0," * 100_000 + "0]}")
