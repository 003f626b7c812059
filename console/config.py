"""Settings and where our files lie. Taken in this order: argument, environment, settings file, default."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Any, Literal

import platformdirs

from console.contract.languages import LANGUAGES, Language
from console.errors import SettingsError
from console.values import dataclass

APP = "connect360"
HOSTED = "https://api.plato.ae"

VERSION = 1
"""What `version` in the settings file says: how it is to be read. A file without it is of the first."""


def settings_file() -> Path:
    """The person's settings: `settings.toml` in the configuration directory, mode 0600 when we write it."""
    return Path(platformdirs.user_config_dir(APP)) / "settings.toml"


def state_directory() -> Path:
    """Where drafts, unsent messages and the log are kept, mode 0700."""
    return Path(platformdirs.user_state_dir(APP))


class Secret:
    """A text that does not show where it is printed."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        """The text itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret('**********')"


@dataclass(frozen=True, slots=True)
class Settings:
    """What a person may set. The environment names are `PLATO_API_KEY`, `PLATO_BASE_URL`, else `CONNECT360_…`."""

    api_key: Secret | None = None
    base_url: str = HOSTED
    trpc_path: str = "auto"
    transformer: Literal["auto", "none", "superjson"] = "auto"
    theme: str = "dusk"
    language: Language = "en"
    bidi: Literal["visual", "terminal"] = "visual"  # who turns right-to-left text: we, or a terminal that can
    hold_seconds: float = 5.0
    metered: bool = False  # bytes are paid for: a server that tells nothing by itself is asked seldom
    slow_line: bool = False  # to this terminal: fewer frames and less ornament, without waiting for it to be measured
    state_dir: Path = field(default_factory=state_directory)
    ai_agent: str = ""  # the id of the agent that answers, on a server that lists none
    channel: str = ""  # the website that new conversations are on, likewise
    keys: Mapping[str, str] = field(default_factory=dict)  # action id to keys, bound anew


# By hand: a library of shapes takes as long to import as the first frame takes to draw.


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("a text is wanted")
    return value


def _address(value: Any) -> str:
    scheme, _, rest = _text(value).partition("://")
    if scheme not in ("http", "https") or not rest or rest[0] == "/" or rest[0].isspace():
        raise ValueError("an address is wanted that begins with https:// or http://")
    return f"{scheme}://{rest}"


def _word(*known: str) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value not in known:
            raise ValueError(f"one of {', '.join(known)} is wanted")
        return str(value)

    return read


def _seconds(value: Any) -> float:
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        try:
            seconds = float(value)
        except ValueError:
            seconds = -1.0
        if 0 <= seconds <= 60:
            return seconds
    raise ValueError("a number from 0 to 60 is wanted")


_YES, _NO = frozenset({"true", "1", "yes", "y", "on", "t"}), frozenset({"false", "0", "no", "n", "off", "f"})


def _claim(value: Any) -> bool:
    word = str(value).lower()  # of a file it is true or false already, of the environment a word
    if word not in _YES | _NO:
        raise ValueError("true or false is wanted")
    return word in _YES


def _directory(value: Any) -> Path:
    """With `~` as a shell would have it: a file and a service's environment come without one."""
    try:
        return (value if isinstance(value, Path) else Path(_text(value))).expanduser()
    except RuntimeError as error:
        raise ValueError("there is no such home directory") from error


def _bindings(value: Any) -> Mapping[str, str]:
    keys = json.loads(value) if isinstance(value, str) else value  # the environment has it as JSON
    if not isinstance(keys, dict) or not all(isinstance(one, str) for one in keys.values()):
        raise ValueError("keys by action are wanted")
    return keys


_READ: Mapping[str, Callable[[Any], Any]] = {
    "api_key": lambda value: Secret(_text(value)),
    "base_url": _address,
    "trpc_path": _text,
    "transformer": _word("auto", "none", "superjson"),
    "theme": _text,
    "language": _word(*LANGUAGES),
    "bidi": _word("visual", "terminal"),
    "hold_seconds": _seconds,
    "metered": _claim,
    "slow_line": _claim,
    "state_dir": _directory,
    "ai_agent": _text,
    "channel": _text,
    "keys": _bindings,
}


def load_settings(**arguments: Any) -> Settings:
    """The settings in force. Raises SettingsError with a sentence for what cannot be used."""
    in_file = {name: value for name, value in _file().items() if name in _READ}
    given = {**{name: (name, value) for name, value in in_file.items()}, **_environment()}
    given |= {name: (name, value) for name, value in arguments.items() if value is not None}
    read, wrong = {}, []
    for name, (called, value) in given.items():
        try:
            read[name] = _READ[name](value)
        except ValueError as error:
            wrong.append(f"{called}: {error}")
    if wrong:
        raise SettingsError(f"These settings cannot be used: {'; '.join(wrong)}. Mend them in {settings_file()}.")
    return Settings(**read)


def _environment() -> dict[str, tuple[str, Any]]:
    """The settings that the environment names, each with the name that it has there."""
    names = {name: f"PLATO_{name.upper()}" if name in _PLATO else f"CONNECT360_{name.upper()}" for name in _READ}
    return {name: (called, os.environ[called]) for name, called in names.items() if called in os.environ}


_PLATO = ("api_key", "base_url")


def _file() -> Mapping[str, Any]:
    """What the settings file says. Raises SettingsError."""
    path = settings_file()
    try:
        kept = tomllib.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} is not valid TOML: {error}. Mend or remove it.") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}. Mend its permissions.") from None
    _check_version(kept)
    return kept


def save_settings(**changes: str) -> Path:
    """Write these texts into the settings file, mode 0600, and leave the rest of it as it is. Raises SettingsError."""
    path = settings_file()
    try:
        place = path.resolve()  # a link stays a link
        kept = place.read_text(encoding="utf-8") if place.exists() else f"version = {VERSION}\n"
        written = _changed(kept, changes)
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = place.with_name(f".{place.name}.new")
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(written)
        beside.replace(place)
    except OSError as error:
        raise SettingsError(f"{path} cannot be written: {error.strerror}. Mend its permissions.") from error
    except ValueError as error:
        names = ", ".join(changes)
        raise SettingsError(f"{path} cannot be changed without spoiling it. Write {names} into it by hand.") from error
    return path


def _check_version(kept: Mapping[str, Any]) -> None:
    """Raise SettingsError unless this console can read what the settings file says."""
    version = kept.get("version", VERSION)
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise SettingsError(f"{settings_file()} names a version that there is not. Set it to {VERSION}.")
    if version > VERSION:
        raise SettingsError(
            f"{settings_file()} was written by a newer console (version {version}, this one reads {VERSION}). "
            "Update this one, or move the file away."
        )


def _changed(text: str, changes: dict[str, str]) -> str:
    """A TOML file with these top-level texts changed. Raises ValueError where it would not read back as that."""
    before = tomllib.loads(text)
    _check_version(before)
    written = "\n".join([*_with(text.splitlines(), changes), ""])
    if tomllib.loads(written) != before | changes:
        raise ValueError("it would not read back as it should")
    return written


def _with(lines: list[str], changes: dict[str, str]) -> list[str]:
    """The lines of a TOML file with its top-level texts changed: they stand before the first table."""
    tables = next((place for place, line in enumerate(lines) if line.lstrip().startswith("[")), len(lines))
    kept = [line for line in lines[:tables] if line.partition("=")[0].strip().strip("\"'") not in changes]
    # A JSON string without its raw DEL is a TOML string.
    written = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}".replace("\x7f", "\\u007F")
        for name, value in changes.items()
    ]
    return [*kept, *written, *lines[tables:]]
