"""The sign-in: an address that was nearly right is mended, a key is never shown, the demo is a key away."""

from __future__ import annotations

import pytest
from textual.events import Paste

from console.errors import SettingsError
from console.screens.address import api_key, base_url, is_readable_on_the_way
from console.screens.dialog import Field
from console.screens.sign_in import Credentials, SignIn, TryDemo
from console.text.safe import line
from tests.screens.host import Host, write

HOSTED = "https://api.plato.ae"
KEY = "plato_s3cret"


async def test_a_key_and_enter_are_enough() -> None:
    host = Host(SignIn(HOSTED + "/", None))
    async with host.run_test() as pilot:
        host.screen.query_one("#key", Field).post_message(Paste(f"  {KEY}\n"))
        await pilot.pause()
        await pilot.press("enter")
        assert host.answer == Credentials(HOSTED, KEY)


async def test_the_key_is_never_seen_nor_copied() -> None:
    host = Host(SignIn(HOSTED, None))
    async with host.run_test() as pilot:
        await write(pilot, KEY)
        await pilot.press("shift+home", "ctrl+c", "ctrl+x")
        await pilot.pause()
        assert host.clipboard == ""
        assert KEY not in host.text() and "s3cret" not in host.export_screenshot()
        await pilot.press("enter")
        assert KEY not in repr(host.answer)


async def test_enter_in_the_address_goes_to_the_key() -> None:
    host = Host(SignIn("", None))
    async with host.run_test() as pilot:
        await write(pilot, "127.0.0.1:8360")
        await pilot.press("enter", "x", "enter")
        assert host.answer == Credentials("http://127.0.0.1:8360", "x")


async def test_the_demo_is_one_key_away() -> None:
    host = Host(SignIn(HOSTED, None))
    async with host.run_test() as pilot:
        await pilot.press("ctrl+t")
        assert host.answer == TryDemo()


async def test_why_one_is_asked_again_is_said_until_one_types() -> None:
    host = Host(SignIn(HOSTED, line("This key was revoked.")))
    async with host.run_test() as pilot:
        await pilot.pause()
        assert "This key was revoked." in host.text()
        await pilot.press("x")
        await pilot.pause()
        assert "This key was revoked." not in host.text()


async def test_what_is_wrong_is_said_and_nothing_typed_is_lost() -> None:
    host = Host(SignIn("ftp://example.com", None))
    async with host.run_test() as pilot:
        await pilot.press("x", "enter")
        await pilot.pause()
        assert not host.is_answered
        assert "The address begins with https:// or http://." in host.text()
        assert host.screen.query_one("#key", Field).value == "x"


async def test_a_key_goes_unencrypted_only_after_a_second_enter() -> None:
    host = Host(SignIn("http://example.com", None))
    async with host.run_test() as pilot:
        await pilot.press("x", "enter")
        await pilot.pause()
        assert not host.is_answered and "Not encrypted" in host.text()
        await pilot.press("y", "enter")  # another key: said again
        assert not host.is_answered
        await pilot.press("enter")
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
        "", "  ", "ftp://x", "file:///etc/passwd", "javascript:alert(1)", "https://me:secret@example.com", "https://k@x",
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
    for wrong in ("", " ", "two words", "schlüssel", "␛[31m"):
        with pytest.raises(SettingsError):
            api_key(wrong)
