"""What tests with the real packages share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wire.packages import installed


@pytest.fixture(scope="session")
def packages() -> Path:
    """The folder with the packages, installed by whichever test process comes first."""
    return installed()
