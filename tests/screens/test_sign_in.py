"""The sign-in: an address that was nearly right is mended, a key is never shown, the demo is a key away."""

from __future__ import annotations

import asyncio

import pytest
from textual.events import Paste

from console.client.errors import Unauthorized
from console.errors import SettingsError
from console.screens.address import api_key, base_url, is_readable_on_the_way
from console.screens.dialog import Field
from console.screens.sign_in import Credentials, SignIn, TryDemo
from console.text.safe import line
from tests.screens.host import Host, settle, write

HOSTED = "https://api.plato.ae"
KEY = "plato_s3cret"


async def taken(credentials: Credentials) -> None:
    """A server that takes every key."""


async def refused(credentials: Credentials) -> None:
    """A server that takes none but one."""
    if credentials.key != KEY:
        raise Unauthorized("Unauthorized API key.")


async def test_one_begins_at_the_address_and_enter_takes_it_as_it_stands() -> None:
    host = Host(SignIn(HOSTED + "/", None, taken))
    async with host.run_test() as pilot:
        await pilot.press("enter")
        assert host.focused is host.screen.query_one("#key")
        host.screen.query_one("#key", Field).post_message(Paste(f"  {KEY}\n"))
        await pilot.pause()
        await pilot.press("enter")
        await settle(pilot)
        assert host.answer == Credentials(HOSTED, KEY)


async def test_an_address_is_typed_over_the_one_that_stands_there() -> None:
    host = Host(SignIn(HOSTED, None, taken))
    async with host.run_test() as pilot:
        await write(pilot, "localhost:8360")
        await pilot.press("enter", "x", "enter")
        await settle(pilot)
        assert host.answer == Credentials("http://localhost:8360", "x")


async def test_a_refused_key_is_typed_over_and_the_address_stays() -> None:
    host = Host(SignIn(HOSTED, None, refused))
    async with host.run_test() as pilot:
        await pilot.press("enter", "x", "enter")
        await settle(pilot)
        assert not host.is_answered
        assert "Unauthorized API key." in host.text() and HOSTED in host.text()
        await write(pilot, KEY)
        await pilot.press("enter")
        await settle(pilot)
        assert host.answer == Credentials(HOSTED, KEY)


async def test_a_key_that_is_changed_while_it_is_asked_about_is_not_answered_with() -> None:
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slow(credentials: Credentials) -> None:
        asked.set()
        await answered.wait()

    host = Host(SignIn(HOSTED, None, slow))
    async with host.run_test() as pilot:
        await pilot.press("enter", "x", "enter")
        await asked.wait()
        await pilot.pause()
        assert f"Asking {HOSTED}" in host.text()
        await pilot.press("y")
        answered.set()
        await settle(pilot)
        assert not host.is_answered


async def test_the_key_is_never_seen_nor_copied() -> None:
    host = Host(SignIn(HOSTED, None, taken))
    async with host.run_test() as pilot:
        await pilot.press("enter")
        await write(pilot, KEY)
        await pilot.press("shift+home", "ctrl+c", "ctrl+x")
        await pilot.pause()
        assert host.clipboard == ""
        assert KEY not in host.text() and "s3cret" not in host.export_screenshot()
        await pilot.press("enter")
        await settle(pilot)
        assert host.is_answered and KEY not in repr(host.answer)


async def test_enter_in_the_address_goes_to_the_key() -> None:
    host = Host(SignIn("", None, taken))
    async with host.run_test() as pilot:
        await write(pilot, "127.0.0.1:8360")
        await pilot.press("enter", "x", "enter")
        await settle(pilot)
        assert host.answer == Credentials("http://127.0.0.1:8360", "x")


async def test_the_demo_is_one_key_away() -> None:
    host = Host(SignIn(HOSTED, None, taken))
    async with host.run_test() as pilot:
        await pilot.press("ctrl+t")
        assert host.answer == TryDemo()


async def test_why_one_is_asked_again_is_said_until_one_types() -> None:
    host = Host(SignIn(HOSTED, line("This key was revoked."), taken))
    async with host.run_test() as pilot:
        await pilot.pause()
        assert "This key was revoked." in host.text()
        await pilot.press("x")
        await pilot.pause()
        assert "This key was revoked." not in host.text()


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost() -> None:
    host = Host(SignIn("ftp://example.com", None, taken))
    async with host.run_test() as pilot:
        await pilot.press("tab", "x", "enter")
        await pilot.pause()
        assert not host.is_answered
        assert "The address begins with https:// or http://." in host.text()
        assert host.screen.query_one("#key", Field).value == "x"


async def test_a_key_goes_unencrypted_only_after_a_second_enter() -> None:
    host = Host(SignIn("http://example.com", None, taken))
    async with host.run_test() as pilot:
        await pilot.press("enter", "x", "enter")
        await pilot.pause()
        assert not host.is_answered and "Not encrypted" in host.text()
        await pilot.press("y", "enter")  # another key: said again
        assert not host.is_answered
        await pilot.press("enter")
        await settle(pilot)
        assert host.answer == Credentials("http://example.com", "xy")


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("https://api.plato.ae/", HOSTED),
        (" API.plato.ae ", HOSTED),
        ("https://api.plato.ae:8443/base//", "https://api.plato.ae:8443/base"),
        ("localhost:8360", "http://localhost:8360"),
        ("[::1]:8360", "http://[::1]:8360"),
        ("http://10.0.0.5:80", "http://10.0.0.5:80"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://example.com.", "https://example.com"),
    ],
)
def test_an_address_that_was_nearly_right_is_mended(typed: str, used: str) -> None:
    assert base_url(typed) == used


@pytest.mark.parametrize(
    "typed",
    [
        "", "  ", KEY, "ftp://x", "file:///etc/passwd", "javascript:alert(1)", "https://me:secret@example.com", "https://k@x",
        "https://example.com?key=x", "https://example.com#x", "https://", "https://exa mple.com", "https://x:port",
        "https://x:99999", "https://[::1", "https://x/a b", "https://␛[2J", "https://-x", "-oProxyCommand=x",
        "https://" + "ü" * 80,
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(SettingsError, match=r"\.$|ae\.$"):
        base_url(typed)


@pytest.mark.parametrize(
    ("url", "readable"),
    [("https://x", False), ("http://x", True), ("http://localhost:1", False), ("http://127.9.9.9", False)],
)
def test_only_this_machine_is_safe_without_encryption(url: str, readable: bool) -> None:
    assert is_readable_on_the_way(url) is readable


def test_a_key_is_taken_as_it_was_copied() -> None:
    assert api_key(f" Bearer {KEY} ") == KEY
    for wrong in ("", " ", "two words", "schlüssel", "␛[31m", "http://127.0.0.1:8360"):
        with pytest.raises(SettingsError):
            api_key(wrong)


def test_an_address_in_the_keys_place_is_told_from_a_key() -> None:
    with pytest.raises(SettingsError, match="This is an address, not a key"):
        api_key(HOSTED)
