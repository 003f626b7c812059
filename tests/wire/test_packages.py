"""Where the real client cannot be had, its tests are skipped, with the reason; but never where `CI=true`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.wire.packages import HERE, MANIFESTS, installed


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip.Exception), ("true", pytest.fail.Exception)])
def test_without_npm_the_reason_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ci: str, outcome: type[BaseException]
) -> None:
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="node and npm are needed"):
        installed(path=str(tmp_path))


@pytest.mark.parametrize("manifest", MANIFESTS)
def test_every_version_is_exact(manifest: str) -> None:
    wanted = json.loads((HERE / manifest).read_text("utf-8"))["dependencies"]
    assert wanted
    assert all(version.replace(".", "").isdecimal() for version in wanted.values())


def test_no_package_lies_in_the_checkout(packages: Path) -> None:
    assert not packages.is_relative_to(HERE.parent.parent)
    assert (packages / "node_modules" / "@trpc" / "client").is_dir()
