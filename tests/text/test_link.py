"""Addresses that may be opened."""

from __future__ import annotations

import pytest

from console.text.link import link_of, links_in
from tests.text.hostile import SHORT, ZWJ


@pytest.mark.parametrize(
    ("text", "address", "host"),
    [
        ("https://shop.example.com/a?b=c#d", "https://shop.example.com/a?b=c#d", "shop.example.com"),
        ("HTTPS://Shop.Example.COM:8443/A", "https://shop.example.com:8443/A", "shop.example.com"),
        ("https://пример.рф/путь", "https://xn--e1afmkfd.xn--p1ai/%D0%BF%D1%83%D1%82%D1%8C", "xn--e1afmkfd.xn--p1ai"),
        ("http://127.0.0.1:8360/x", "http://127.0.0.1:8360/x", "127.0.0.1"),
        ("http://[::1]/x", "http://[::1]/x", "[::1]"),
        ("mailto:jane@example.com", "mailto:jane@example.com", "example.com"),
        ("tel:+971-50-000-0000", "tel:+971-50-000-0000", ""),
    ],
)
def test_an_address_is_shown_as_it_is_looked_up(text: str, address: str, host: str) -> None:
    link = link_of(text)
    assert link is not None
    assert (link.address, link.host, link.shown) == (address, host, address)
    assert link.address.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "javascript:alert(1)",
        "file:///etc/passwd",
        "--incognito",
        "-https://a.example",
        "https://",
        "https://-a/",
        "https://a b/",
        "https://a.example:99999999/",
        "https://a\x1b[31m.example/",
        f"https://pay{ZWJ}pal.example/",
        "https://a\u202e.example/",
        "https://a.example/\nx",
        "https://[::1",
        "tel:1;rm -rf",
        "mailto:jane",
        "https://" + "a" * 3_000,
        "",
    ],
)
def test_what_could_mislead_or_run_is_no_link(text: str) -> None:
    assert link_of(text) is None


def test_a_trick_is_said() -> None:
    look_alike = link_of("https://аpple.example/")  # the first letter is Cyrillic
    assert look_alike is not None and "may look like another name" in look_alike.warnings[0]
    sender = link_of("https://bank.example@evil.example/")
    assert sender is not None and sender.host == "evil.example"
    assert "evil.example is" in sender.warnings[0]


def test_the_links_of_a_text_stand_in_order_and_once() -> None:
    text = "See https://a.example/x_(y), (https://b.example). Again https://a.example/x_(y)! mailto:c@d.example؟"
    assert [link.address for link in links_in(text)] == [
        "https://a.example/x_(y)",
        "https://b.example",
        "mailto:c@d.example",
    ]


@pytest.mark.parametrize("hostile", SHORT)
def test_whatever_comes_makes_only_links_that_may_be_opened(hostile: str) -> None:
    for link in links_in(f"https://x.example/{SHORT[hostile]} {SHORT[hostile]}"):
        assert link.address.startswith(("http://", "https://", "mailto:", "tel:"))
        assert link.address.isprintable() and link.address.isascii()
