"""Whether a key can be used, whether an address is this machine's own, and why there is no way to one. Pure."""

from __future__ import annotations

import ipaddress
import ssl
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


def why_unreachable(error: BaseException) -> str:
    """Why an attempt to connect failed, in words that lead somewhere."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not to be trusted ({cause.verify_message}); check the address"
        if isinstance(cause, ssl.SSLError):
            return "it does not speak TLS as expected; check whether the address begins with https or http"
        if isinstance(cause, ConnectionRefusedError):
            return "nothing listens there; check the address, or whether the server runs"
        cause = cause.__cause__ or cause.__context__
    return "there is no way to it; check the address and your network"
