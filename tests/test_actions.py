"""The action table and the keymap made from it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace

import pytest

from console.actions import ACTIONS, BY_ID, Pane, Situation, Transfers, footer_actions
from console.contract.permissions import ROLES
from console.errors import SettingsError
from console.keymap import Keymap, Pressed, shown
from console.screens.verbs.table import VERBS
from tests.widgets.rows import entry, row

AGENT = Situation(permissions=frozenset(ROLES["agent"]), features=frozenset({"internal-notes", "ai-drafts"}))
VIEWER = Situation(permissions=frozenset(ROLES["viewer"]), features=frozenset({"internal-notes"}))


def test_every_action_has_a_verb_and_every_verb_an_action() -> None:
    assert set(VERBS) == set(BY_ID)


def test_no_key_means_two_things_in_a_pane() -> None:
    meanings: dict[tuple[Pane, str], list[str]] = defaultdict(list)
    for action in ACTIONS:
        for pane in action.panes:
            for key in action.keys:
                meanings[pane, key].append(action.id)
    assert {key: ids for key, ids in meanings.items() if len(ids) > 1} == {}


def test_a_viewer_is_offered_nothing_that_writes() -> None:
    offered = {action.id for action in ACTIONS if action.is_permitted(VIEWER)}
    assert offered.isdisjoint({"composer.reply", "message.send", "conversation.resolve", "conversation.delete"})
    assert {"conversation.open", "app.help", "message.copy", "message.save_file"} <= offered


def test_only_who_may_delete_is_offered_it() -> None:
    assert not BY_ID["conversation.delete"].is_permitted(AGENT)
    assert BY_ID["conversation.delete"].is_permitted(Situation(permissions=frozenset(ROLES["admin"])))
    assert BY_ID["conversation.delete"].is_permitted(Situation(permissions=frozenset({"fullAccess"})))


def test_notes_are_not_offered_where_the_server_does_not_know_them() -> None:
    assert not BY_ID["composer.note"].is_permitted(Situation(permissions=frozenset(ROLES["agent"])))
    assert BY_ID["composer.note"].is_permitted(AGENT)


def test_what_cannot_be_done_now_says_why() -> None:
    assert BY_ID["conversation.resolve"].refusal(AGENT) == "Choose a conversation first."
    assert BY_ID["message.undo"].refusal(AGENT) == "There is nothing to undo."


def test_what_is_written_waits_for_its_files_and_what_is_held_does_not() -> None:
    waiting = Transfers(not_yet="A file is still on its way.")
    writing = replace(AGENT, pane="composer", conversation=row(), is_open=True, transfers=waiting)
    send = BY_ID["message.send"]
    assert send.refusal(replace(writing, has_text=True)) == "A file is still on its way."
    assert send.refusal(writing) == "A file is still on its way."
    assert send.refusal(replace(writing, held=entry())) is None
    assert send.refusal(replace(writing, transfers=Transfers())) == "Nothing is written yet."


def test_the_footer_offers_only_what_can_be_done() -> None:
    assert [action.id for action in footer_actions(VIEWER)] == ["tree.filter", "app.help"]


def test_the_footer_of_an_empty_inbox_offers_how_to_begin() -> None:
    nothing = replace(AGENT, is_empty=True)
    assert [action.label for action in footer_actions(nothing)] == ["new", "open by id", "search", "keys"]
    assert footer_actions(replace(VIEWER, is_empty=True))[0].id == "conversation.find"


@pytest.mark.parametrize(
    ("key", "character", "action"),
    [
        ("j", "j", "tree.down"),
        ("G", "G", "tree.bottom"),
        ("number_sign", "#", "conversation.delete"),
        ("slash", "/", "tree.filter"),
        ("ت", "ت", "tree.down"),  # where an Arabic keyboard has its j
        ("ı", "ı", "composer.note"),  # where a Turkish keyboard has its i
        ("arabic_letter_lam", "ﻷ", "tree.bottom"),  # where an Arabic keyboard has its G, and so on
        ("x", "\u064f", "conversation.resolve_next"),
        ("x", "\u0640", "tree.next_unread"),
        ("x", "،", "tree.previous_unread"),
        ("x", "\u0650", "conversation.take"),
        ("x", "}", "conversation.create_sub"),
        ("x", "؟", "app.help"),
    ],
)
def test_a_key_means_its_action_on_any_layout(key: str, character: str, action: str) -> None:
    assert Keymap().press("tree", key, character) == Pressed(action=action)


def test_keys_pressed_in_turn_wait_for_each_other() -> None:
    keymap = Keymap()
    assert keymap.press("tree", "g", "g") == Pressed(pending="g")
    assert keymap.press("tree", "w", "w", "g") == Pressed(action="view.waiting")
    assert keymap.press("tree", "g", "g", "g") == Pressed(action="tree.top")
    assert keymap.press("tree", "x", "x", "g") == Pressed()


def test_a_letter_means_nothing_in_the_composer() -> None:
    assert Keymap().press("composer", "r", "r") == Pressed()


def test_a_setting_binds_a_key_anew() -> None:
    keymap = Keymap({"conversation.resolve": "x, ctrl+e"})
    assert keymap.press("tree", "x", "x") == Pressed(action="conversation.resolve")
    assert keymap.press("tree", "ctrl+e", None) == Pressed(action="conversation.resolve")
    assert keymap.press("tree", "e", "e") == Pressed()


def test_a_setting_for_an_action_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(SettingsError, match=r"conversation\.explode"):
        Keymap({"conversation.explode": "x"})


def test_both_halves_of_an_arabic_ligature_are_its_key() -> None:
    keymap = Keymap()
    assert keymap.press("tree", "ل", "ل") == Pressed(pending="ل")
    assert keymap.press("tree", "أ", "أ", "ل") == Pressed(action="tree.bottom")


def test_what_an_arabic_keyboard_types_with_shift_takes_no_key_from_a_latin_one() -> None:
    keymap = Keymap()
    for action in ACTIONS:
        for pane in action.panes:
            for key in action.keys:
                first, _, second = key.partition(" ")
                assert keymap.press(pane, second or first, None, first if second else None) == Pressed(action=action.id)


def test_a_persons_own_key_wins_over_a_default_in_keys_and_in_what_is_shown() -> None:
    keymap = Keymap({"conversation.resolve": "r", "ai.draft": "/"})
    for key, character in (("r", "r"), ("ق", "ق")):
        assert keymap.press("tree", key, character) == Pressed(action="conversation.resolve")
    assert keymap.press("tree", "slash", "/") == Pressed(action="ai.draft")
    assert keymap.shown("conversation.resolve") == "r"
    assert keymap.shown("composer.reply") == ""
    assert keymap.shown("tree.filter") == "\\"


def test_own_keys_pressed_in_turn_win_over_the_default_that_they_begin_with() -> None:
    keymap = Keymap({"conversation.resolve": "r r", "conversation.labels": "g"})
    assert keymap.press("tree", "r", "r") == Pressed(pending="r")
    assert keymap.press("tree", "r", "r", "r") == Pressed(action="conversation.resolve")
    assert keymap.press("tree", "g", "g") == Pressed(action="conversation.labels")
    assert keymap.shown_all("view.inbox") == ()
    assert keymap.shown_all("tree.top") == ("Home",)


@pytest.mark.parametrize(
    ("one", "other"), [("x", "x"), ("/", "slash"), ("Ctrl+E", "y, ctrl+e"), ("z", "z a"), ("z a", "z")]
)
def test_two_own_keys_that_collide_are_refused_by_name(one: str, other: str) -> None:
    with pytest.raises(SettingsError, match=r"conversation\.resolve and composer\.reply the same key"):
        Keymap({"conversation.resolve": one, "composer.reply": other})


def test_one_own_key_may_mean_two_things_in_two_panes() -> None:
    keymap = Keymap({"tree.down": "x", "thread.down": "x"})
    assert keymap.press("tree", "x", "x") == Pressed(action="tree.down")
    assert keymap.press("thread", "x", "x") == Pressed(action="thread.down")


def test_an_empty_setting_takes_an_actions_key_away() -> None:
    keymap = Keymap({"conversation.resolve": ""})
    assert keymap.press("tree", "e", "e") == Pressed()
    assert keymap.shown("conversation.resolve") == ""


@pytest.mark.parametrize(
    ("key", "people"), [("ctrl+p", "Ctrl+P"), ("g i", "g i"), ("question_mark", "?"), ("f2", "F2"), ("down", "↓")]
)
def test_keys_are_shown_as_people_write_them(key: str, people: str) -> None:
    assert shown(key) == people
