"""Settings and where our files lie. Taken in this order: argument, environment, settings file, default."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from tomllib import TOMLDecodeError
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource
from pydantic_settings import SettingsError as UnreadableSetting

from console.contract.base import Language
from console.errors import SettingsError

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


def _at_home(path: Path) -> Path:
    """With `~` as a shell would have it: a file and a service's environment come without one."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError("there is no such home directory") from error


class Settings(BaseSettings):
    """What a person may set. The environment names are `PLATO_API_KEY`, `PLATO_BASE_URL`, else `CONNECT360_…`."""

    # By name too: a file or an argument says `api_key`. The environment knows the documented names alone.
    model_config = SettingsConfigDict(env_prefix="CONNECT360_", extra="ignore", frozen=True, populate_by_name=True)

    api_key: Annotated[SecretStr | None, Field(validation_alias="PLATO_API_KEY")] = None
    base_url: Annotated[str, Field(validation_alias="PLATO_BASE_URL", pattern=r"^https?://[^/\s]+")] = HOSTED
    trpc_path: str = "auto"
    transformer: Literal["auto", "none", "superjson"] = "auto"
    theme: str = "dusk"
    language: Language = "en"
    bidi: Literal["visual", "terminal"] = "visual"  # who turns right-to-left text: we, or a terminal that can
    hold_seconds: Annotated[float, Field(ge=0, le=60)] = 5.0
    metered: bool = False  # bytes are paid for: a server that tells nothing by itself is asked seldom
    slow_line: bool = False  # to this terminal: fewer frames and less ornament, without waiting for it to be measured
    state_dir: Annotated[Path, AfterValidator(_at_home)] = Field(default_factory=state_directory)
    ai_agent: str = ""  # the id of the agent that answers, on a server that lists none
    channel: str = ""  # the website that new conversations are on, likewise
    keys: dict[str, str] = Field(default_factory=dict)  # action id to keys, bound anew

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Argument, environment, file. Raises SettingsError of a file that is to be read otherwise."""
        file = TomlConfigSettingsSource(settings_cls, toml_file=settings_file())
        _check_version(file.toml_data)
        return init_settings, env_settings, file


def load_settings(**arguments: Any) -> Settings:
    """The settings in force. Raises SettingsError with a sentence for what cannot be used."""
    try:
        return Settings(**{name: value for name, value in arguments.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise SettingsError(f"These settings cannot be used: {wrong}. Mend them in {settings_file()}.") from None
    except UnreadableSetting as error:
        raise SettingsError(f"A setting of the environment cannot be read: {error}. Mend or unset it.") from None
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{settings_file()} is not valid TOML: {error}. Mend or remove it.") from None
    except OSError as error:
        raise SettingsError(f"{settings_file()} cannot be read: {error.strerror}. Mend its permissions.") from None


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
