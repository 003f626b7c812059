"""Beginning: a conversation with a customer, one below another, or one that a person has the id of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.widget import Widget

from console.contract.inputs import CustomerInput
from console.screens.ask import Ask
from console.screens.verbs.asking import an_id, at_most, named
from console.text.safe import SafeLine, line

if TYPE_CHECKING:
    from console.screens.main import MainScreen

Before = tuple[str | None, Widget | None]
"""What was open, and what had the focus, when a server was asked."""

_LONGEST_HOST = 300


async def _create(screen: MainScreen) -> None:
    label = SafeLine("the customer's email, phone or name")
    asked = Ask(SafeLine("New conversation"), label, validate=named, ok_label=SafeLine("begin"))
    said = await screen.app.push_screen_wait(asked)
    website = await _website(screen) if said else None
    if said and website is not None:
        before = _now(screen)
        with screen.keys_wait():
            made = await screen.desk.create(None, _customer(said), website or None)
            _show(screen, made, before)


async def _website(screen: MainScreen) -> str | None:
    """The website that it is on, "" for none, None on Esc: a server that lists no channels has to be told."""
    if not screen.store.is_documented_only:
        return ""
    asked = Ask(
        SafeLine("New conversation"),
        SafeLine("the website that it is on, such as shop.example.com; or nothing"),
        value=screen.website,
        validate=at_most(_LONGEST_HOST),
        ok_label=SafeLine("begin"),
    )
    website: str | None = await screen.app.push_screen_wait(asked)
    screen.website = screen.website if website is None else website
    return website


def _customer(said: str) -> CustomerInput:
    """Who is meant: an address, a number, else a name."""
    if "@" in said and " " not in said:
        return CustomerInput(email=said)
    if sum(one.isdigit() for one in said) >= 6 and not any(one.isalpha() for one in said):
        return CustomerInput(phone=said)
    return CustomerInput(name=said)


async def _create_sub(screen: MainScreen) -> None:
    if row := screen.chosen:
        asked = Ask(line(f"New below {row.name}"), SafeLine("its name"), validate=named, ok_label=SafeLine("make"))
        if said := await screen.app.push_screen_wait(asked):
            before = _now(screen)
            with screen.keys_wait():
                _show(screen, await screen.desk.create_sub(row.id, said), before)


async def _find(screen: MainScreen) -> None:
    label = SafeLine("its id, as the product or a colleague shows it")
    asked = Ask(SafeLine("Open a conversation by its id"), label, validate=an_id, ok_label=SafeLine("open"))
    if said := await screen.app.push_screen_wait(asked):
        before = _now(screen)
        with screen.keys_wait():
            await screen.desk.find(said)
            screen.show_lines()
            if _now(screen) == before:
                screen.open(said)
            else:
                screen.say(SafeLine("Found: it is among the conversations."))


def _now(screen: MainScreen) -> Before:
    return screen.open_id, screen.focused


def _show(screen: MainScreen, conversation_id: str, before: Before) -> None:
    """Open what was made, unless one went on to something else while the server made it."""
    screen.show_lines()
    if _now(screen) != before:
        row = screen.store.row(conversation_id)
        screen.say(line(f"Made: {row.name if row else 'a conversation'}"))
        return
    screen.open(conversation_id)
    if not screen.composer.shut:
        screen.go_to(screen.composer.field)


VERBS = {
    "conversation.create": _create,
    "conversation.create_sub": _create_sub,
    "conversation.find": _find,
}
