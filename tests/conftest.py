"""No test sees the person who runs it: a home of its own, and nothing of theirs in the environment.

Properties are tried with the same examples each time, however long they take; with others where one asks for
`--hypothesis-profile=random`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("suite", deadline=None, derandomize=True)
settings.register_profile("random", deadline=None, derandomize=False)
settings.load_profile("suite")

_OURS = ("PLATO_", "CONNECT360_", "TEXTUAL", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "COLORTERM")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")


@pytest.fixture(autouse=True)
def home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home directory, in force for this test and for the processes that it starts."""
    home = tmp_path_factory.mktemp("home")
    for name in list(os.environ):
        if name.startswith(_OURS) or name in _PROXIES:
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(home))
    for name, place in (("CONFIG", ".config"), ("STATE", ".state"), ("DATA", ".data"), ("CACHE", ".cache")):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / place))
    monkeypatch.setenv("TZ", "UTC")
    return home
