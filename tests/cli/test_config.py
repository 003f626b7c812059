"""Settings: where they come from, in which order, and how they are written down."""

from __future__ import annotations

import stat
import tomllib
from pathlib import Path

import pytest

from console.config import HOSTED, load_settings, save_settings, settings_file
from console.errors import SettingsError


def write(text: str) -> None:
    """Make this the person's settings file."""
    settings_file().parent.mkdir(parents=True, exist_ok=True)
    settings_file().write_text(text, encoding="utf-8")


def key() -> str | None:
    """The key in force."""
    found = load_settings().api_key
    return found.get_secret_value() if found else None


def test_without_anything_there_is_no_key_and_the_hosted_address() -> None:
    assert key() is None
    assert load_settings().base_url == HOSTED


def test_an_argument_wins_over_the_environment_and_that_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write('api_key = "plato_file"\ntheme = "dawn"\n')
    assert key() == "plato_file"
    monkeypatch.setenv("PLATO_API_KEY", "plato_environment")
    assert key() == "plato_environment"
    argument = load_settings(api_key="plato_argument").api_key
    assert argument is not None
    assert argument.get_secret_value() == "plato_argument"
    assert load_settings(theme=None).theme == "dawn"


def test_a_line_that_is_paid_for_by_the_byte_is_said_to_be_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().metered is False
    write("metered = true\n")
    assert load_settings().metered is True
    monkeypatch.setenv("CONNECT360_METERED", "false")
    assert load_settings().metered is False


def test_another_programs_api_key_is_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "sk-of-something-else")
    assert key() is None


def test_a_key_does_not_show_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLATO_API_KEY", "plato_secret")
    assert "plato_secret" not in repr(load_settings()) + str(load_settings())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("theme = ", "not valid TOML"),
        ("hold_seconds = 61", "hold_seconds"),
        ('base_url = "example.com"', "base_url"),
        ('api_key = ["plato_secret"]', "api_key"),
    ],
)
def test_a_wrong_file_is_named_in_a_sentence_that_holds_no_key(text: str, says: str) -> None:
    write(text)
    with pytest.raises(SettingsError, match=says) as caught:
        load_settings()
    assert str(settings_file()) in str(caught.value)
    assert "plato_secret" not in str(caught.value)


def test_saved_settings_are_read_again_and_are_the_persons_alone() -> None:
    awkward = 'plato_"\\\x7f\n😀ليلى'
    save_settings(api_key=awkward, base_url="http://127.0.0.1:8360")
    assert key() == awkward
    assert load_settings().base_url == "http://127.0.0.1:8360"
    assert stat.S_IMODE(settings_file().stat().st_mode) == 0o600
    assert stat.S_IMODE(settings_file().parent.stat().st_mode) == 0o700


def test_saving_leaves_the_rest_of_the_file_alone() -> None:
    write('# mine\napi_key = "old"\ntheme = "mono"\n\n[keys]\n"conversation.resolve" = "x"\napi_key = "y"\n')
    save_settings(api_key="new")
    text = settings_file().read_text(encoding="utf-8")
    assert text.startswith("# mine\n")
    assert tomllib.loads(text) == {
        "api_key": "new",
        "theme": "mono",
        "keys": {"conversation.resolve": "x", "api_key": "y"},
    }


def test_a_file_that_cannot_be_written_is_a_sentence() -> None:
    settings_file().parent.parent.mkdir(parents=True)
    settings_file().parent.write_text("a file where the directory should be")
    with pytest.raises(SettingsError, match="cannot be written"):
        save_settings(api_key="new")


@pytest.mark.parametrize("written", ['"api_key" = "old"', "'api_key'= 'old'", '  api_key="old"  # mine'])
def test_a_key_is_replaced_however_its_name_is_written(written: str) -> None:
    write(f'{written}\n"theme" = "mono"\n')
    save_settings(api_key="new")
    assert tomllib.loads(settings_file().read_text(encoding="utf-8")) == {"api_key": "new", "theme": "mono"}


@pytest.mark.parametrize(
    "text", ['api_key = """\nold"""\n', '"api\\u005fkey" = "old"\n', 'theme = """\n[x]\n"""\n', "a = "]
)
def test_a_file_that_saving_would_spoil_is_left_as_it_is(text: str) -> None:
    write(text)
    with pytest.raises(SettingsError, match="Write api_key into it by hand"):
        save_settings(api_key="new")
    assert settings_file().read_text(encoding="utf-8") == text


def test_a_linked_file_stays_a_link(tmp_path: Path) -> None:
    real = tmp_path / "dotfiles" / "console.toml"
    settings_file().parent.mkdir(parents=True)
    settings_file().symlink_to(real)
    for value in ("first", "second"):
        save_settings(api_key=value)
        assert settings_file().is_symlink()
        assert key() == value
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert [file.name for file in real.parent.iterdir()] == ["console.toml"]


def test_a_state_directory_may_be_said_from_home(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    monkeypatch.setenv("CONNECT360_STATE_DIR", "~/kept")
    assert load_settings().state_dir == home / "kept"
    monkeypatch.setenv("CONNECT360_STATE_DIR", "~nobody-of-this-name/kept")
    with pytest.raises(SettingsError, match="no such home directory"):
        load_settings()


def test_a_new_file_says_its_version_and_one_without_is_of_the_first() -> None:
    save_settings(theme="mono")
    assert settings_file().read_text(encoding="utf-8") == 'version = 1\ntheme = "mono"\n'
    assert load_settings().theme == "mono"
    write('theme = "dawn"\n')
    assert load_settings().theme == "dawn"
    save_settings(theme="mono")
    assert "version" not in settings_file().read_text(encoding="utf-8")


def test_a_file_of_a_newer_console_is_refused_and_left_as_it_is() -> None:
    write('version = 2\napi_key = "plato_secret"\n')
    for use in (load_settings, lambda: save_settings(theme="mono")):
        with pytest.raises(SettingsError, match=r"by a newer console .*Update this one") as caught:
            use()
        assert str(settings_file()) in str(caught.value)
        assert "plato_secret" not in str(caught.value)
    assert settings_file().read_text(encoding="utf-8") == 'version = 2\napi_key = "plato_secret"\n'


@pytest.mark.parametrize("version", ["0", "-1", "1.5", "true", '"1"', "[1]"])
def test_a_version_that_is_none_is_a_sentence(version: str) -> None:
    write(f"version = {version}\n")
    with pytest.raises(SettingsError, match="Set it to 1"):
        load_settings()


def test_the_version_is_of_the_file_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("VERSION", "CONNECT360_VERSION"):
        monkeypatch.setenv(name, "9")
    write("version = 1\n")
    assert load_settings().theme == "dusk"
