"""npm's packages, installed once for all test processes, in a folder of their own outside of the checkout."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest
from platformdirs import user_cache_path

HERE = Path(__file__).parent
MANIFESTS = ("package.json", "oldest/package.json")
_INSTALL = ("install", "--no-audit", "--no-fund", "--no-package-lock", "--legacy-peer-deps", "--ignore-scripts")
_SECONDS = 100


def installed(path: str | None = None) -> Path:
    """The folder that holds `node_modules`. Skips the test where it cannot be had, but with `CI=true` fails it."""
    npm = shutil.which("npm", path=path)
    if npm is None or shutil.which("node", path=path) is None:
        _missing("node and npm are needed to speak to the server with the real client")
    digest = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in MANIFESTS)).hexdigest()[:16]
    folder = user_cache_path("connect360-wire-tests") / digest
    folder.parent.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _install(npm, folder)
    return folder


def _install(npm: str, folder: Path) -> None:
    """Beside it, then renamed: what is there is whole."""
    with tempfile.TemporaryDirectory(dir=folder.parent, ignore_cleanup_errors=True) as name:
        fresh = Path(name) / "fresh"
        for manifest in MANIFESTS:
            (fresh / manifest).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(HERE / manifest, fresh / manifest)
        try:
            subprocess.run([npm, *_INSTALL], cwd=fresh, check=True, capture_output=True, timeout=_SECONDS)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            _missing(f"npm could not install the packages: {(error.stderr or b'').decode()[-500:]}")
        fresh.rename(folder)


def _missing(reason: str) -> NoReturn:
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
