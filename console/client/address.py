"""Whether a key can be used, and whether an address is this machine's own. Pure."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from console.errors import SettingsError


def checked_key(key: str) -> str:
    """The key without space around it. Raises SettingsError for one that no header can carry."""
    key = key.strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        raise SettingsError("The API key holds characters that no key has. Copy it again, whole and alone.")
    return key


def is_loopback(base: str) -> bool:
    """Whether what is sent to this address never leaves the machine."""
    host = urlsplit(base).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
