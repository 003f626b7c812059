"""The address and the key that a person types at the sign-in: what they mean, and why they cannot be used. No I/O."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

from console.errors import SettingsError

_PLAIN = re.compile(r"[!-~]+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9_.-]*[a-z0-9])?")


def base_url(typed: str) -> str:
    """The address as calls use it: scheme, host in ASCII, port, path; no slash at the end.

    Without a scheme it is https, or http on this machine. Raises SettingsError with a sentence to show.
    """
    text = typed.strip()
    if not text:
        raise SettingsError("Type the address of the workspace.")
    if text.startswith("plato_"):
        raise SettingsError("This is a key, not an address: the key goes into the field below.")
    try:
        if "://" not in text:
            text = f"{'http' if _is_this_machine(urlsplit(f'//{text}')) else 'https'}://{text}"
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise SettingsError("This is not an address: it would be one like https://api.plato.ae.") from None
    if parts.scheme not in ("http", "https"):
        raise SettingsError("The address begins with https:// or http://.")
    if parts.username is not None or parts.password is not None:
        raise SettingsError("The address holds a name or a password: leave them out, the key is asked for below.")
    if parts.query or parts.fragment:
        raise SettingsError("The address ends before ? and #: a key does not belong into it.")
    if re.search(r"[^!-~]", parts.path):
        raise SettingsError("The address holds a space or a letter that an address cannot have.")
    netloc = _host(parts) + (f":{port}" if port is not None else "")
    return f"{parts.scheme}://{netloc}{parts.path.rstrip('/')}"


def is_readable_on_the_way(base_url: str) -> bool:
    """Whether a key sent there goes unencrypted over a network."""
    parts = urlsplit(base_url)
    return parts.scheme == "http" and not _is_this_machine(parts)


def api_key(typed: str) -> str:
    """The key as it is sent; a "Bearer" that was copied along goes. Raises SettingsError with a sentence to show."""
    key = re.sub(r"^bearer\s+", "", typed.strip(), flags=re.IGNORECASE)
    if not key:
        raise SettingsError("Paste the key.")
    if "://" in key:
        raise SettingsError("This is an address, not a key: the address goes into the field above.")
    if not _PLAIN.fullmatch(key):
        raise SettingsError("A key has no spaces and only plain letters, digits and signs: copy it again.")
    return key


def _host(parts: SplitResult) -> str:
    host = (parts.hostname or "").rstrip(".")
    if ":" in host:
        return f"[{host}]"
    try:
        plain = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        plain = ""
    if not _HOST.fullmatch(plain):
        raise SettingsError("This is not an address: it would be one like https://api.plato.ae.")
    return plain


def _is_this_machine(parts: SplitResult) -> bool:
    host = parts.hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
