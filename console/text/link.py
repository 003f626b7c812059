"""Addresses in what a customer wrote: text to read, and to open only after a person saw where they lead."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit, urlunsplit

from console.text.marks import JOINERS, UNSAFE
from console.text.safe import MOST_CHARACTERS, SafeLine
from console.text.safe import line as safe_line
from console.text.safe import link as safe_link
from console.values import dataclass

SCHEMES = ("http", "https", "mailto", "tel")
_MOST = 20
_LONGEST = 2_000
_ADDRESS = re.compile(r"\b(?:https?://|mailto:|tel:)[^\s<>\"'`|\\^{}]+", re.IGNORECASE)
_HIDES = re.compile(f"[{JOINERS}\n]|{UNSAFE.pattern}")
_TEL = re.compile(r"[+0-9().;=\-]+")
_CLOSING = {")": "(", "]": "[", "»": "«"}
_KEPT = "%/:?#[]@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Link:
    """An address that may be opened, once a person agreed."""

    address: str  # what to open: ASCII, begins with its scheme
    scheme: str
    host: SafeLine  # in punycode, as it is looked up; empty for a telephone number
    shown: SafeLine  # the whole address
    warnings: tuple[SafeLine, ...] = ()


def links_in(text: str) -> tuple[Link, ...]:
    """The addresses in a text that may be opened, in their order, each once."""
    found = (link_of(_without_tail(match[0])) for match in _ADDRESS.finditer(text[:MOST_CHARACTERS]))
    return tuple(dict.fromkeys(link for link in found if link is not None))[:_MOST]


def link_of(text: str) -> Link | None:
    """The address as it would be opened; None for another scheme, a hidden character or what cannot be read."""
    if len(text) > _LONGEST or _HIDES.search(text):
        return None
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    if scheme not in SCHEMES:
        return None
    if scheme == "tel":
        return Link(text, scheme, SafeLine(""), safe_link(text)) if _TEL.fullmatch(parts.path) else None
    if scheme == "mailto":
        who, _, at = parts.path.rpartition("@")
        host = _punycode(at) if who else SafeLine("")
        address = urlunsplit((scheme, "", quote(parts.path, safe=_KEPT), quote(parts.query, safe=_KEPT), ""))
        return Link(address, scheme, host, safe_link(address)) if host else None
    host = _punycode(parts.hostname or "")
    if not host:
        return None
    place = host if port is None else f"{host}:{port}"
    who, at, _ = parts.netloc.rpartition("@")
    rest = (quote(one, safe=_KEPT) for one in (parts.path, parts.query, parts.fragment))
    address = urlunsplit((scheme, quote(who, safe=_KEPT) + at + place, *rest))
    return Link(address, scheme, host, safe_link(address), _warnings(who, parts.hostname or "", host))


def _warnings(who: str, host: str, punycode: str) -> tuple[SafeLine, ...]:
    """What about the address is often a trick."""
    said = []
    if who:
        said.append(f"{who} is not where it leads: {punycode} is")
    if not host.isascii():
        said.append(f"{host} may look like another name")
    return tuple(safe_line(one) for one in said)


def _punycode(host: str) -> SafeLine:
    """The host as it is looked up, empty for none that can be."""
    import idna

    try:
        return SafeLine(idna.encode(host.rstrip("."), uts46=True).decode() if not host.isascii() else _ascii(host))
    except (idna.IDNAError, UnicodeError):
        return SafeLine("")


def _ascii(host: str) -> str:
    """A plain host, also one that IDNA does not take: an address of IPv4 or IPv6, a name with an underscore."""
    if ":" in host:
        return f"[{host}]" if re.fullmatch(r"[0-9a-f:.]+", host) else ""
    return host.lower() if re.fullmatch(r"(?!-)[A-Za-z0-9_.-]+", host) else ""


def _without_tail(address: str) -> str:
    """Without the punctuation of the sentence around it."""
    while address and (last := address[-1]) in ".,;:!?…)]»'*_~؟،؛":
        if last in _CLOSING and address.count(last) <= address.count(_CLOSING[last]):
            break
        address = address[:-1]
    return address
