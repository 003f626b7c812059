"""Website channels: the host, however it was written (contract, 4)."""

from __future__ import annotations

import re
from ipaddress import IPv6Address
from urllib.parse import urlsplit

from console.server.refusal import bad_request

_LONGEST = 253
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")


def website_host(identifier: str) -> str:
    """The host in `identifier`: scheme, path, port, `www.`, trailing dot and case off, IDNA as ASCII."""
    refusal = bad_request("channelIdentifier must be the host of a website, such as shop.example.com")
    text = identifier.strip()
    try:
        host = urlsplit(text if _SCHEME.match(text) else "//" + text.removeprefix("//")).hostname or ""
        if ":" in host:
            return IPv6Address(host.partition("%")[0]).compressed
    except ValueError:
        raise refusal from None
    host = _ascii(host).lower().rstrip(".").removeprefix("www.")
    if not host or len(host) > _LONGEST or not all(_LABEL.fullmatch(label) for label in host.split(".")):
        raise refusal
    return host


def _ascii(host: str) -> str:
    """A host in ASCII; what IDNA does not know becomes nothing, which no host is."""
    if host.isascii():
        return host
    import idna

    try:
        return idna.encode(host, uts46=True).decode("ascii")
    except idna.IDNAError:
        return ""
