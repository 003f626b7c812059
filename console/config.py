"""Settings and where our files lie. Taken in this order: argument, environment, settings file, default."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from console.contract.base import Language
from console.errors import SettingsError

APP = "connect360"
HOSTED = "https://api.plato.ae"


def settings_file() -> Path:
    """The person's settings: `settings.toml` in the configuration directory, mode 0600 when we write it."""
    return Path(platformdirs.user_config_dir(APP)) / "settings.toml"


def state_directory() -> Path:
    """Where drafts and unsent messages are kept, mode 0700."""
    return Path(platformdirs.user_state_dir(APP))


class Settings(BaseSettings):
    """What a person may set. The environment names are `PLATO_API_KEY`, `PLATO_BASE_URL`, else `CONNECT360_…`."""

    model_config = SettingsConfigDict(env_prefix="CONNECT360_", extra="ignore", frozen=True)

    api_key: Annotated[SecretStr | None, Field(validation_alias="PLATO_API_KEY")] = None
    base_url: Annotated[str, Field(validation_alias="PLATO_BASE_URL")] = HOSTED
    trpc_path: str = "auto"
    transformer: Literal["auto", "none", "superjson"] = "auto"
    theme: str = "dusk"
    language: Language = "en"
    hold_seconds: Annotated[float, Field(ge=0, le=60)] = 5.0
    state_dir: Path = Field(default_factory=state_directory)
    keys: dict[str, str] = Field(default_factory=dict)  # action id to keys, bound anew

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource, **sources: Any
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Argument, environment, file."""
        file = TomlConfigSettingsSource(settings_cls, toml_file=settings_file())
        return init_settings, sources["env_settings"], file


def load_settings(**arguments: Any) -> Settings:
    """The settings in force. Raises SettingsError with a sentence for what cannot be used."""
    try:
        return Settings(**{name: value for name, value in arguments.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise SettingsError(f"These settings cannot be used: {wrong}. Mend them in {settings_file()}.") from None
    except ValueError as error:
        raise SettingsError(f"{settings_file()} is not valid TOML: {error}. Mend or remove it.") from None
