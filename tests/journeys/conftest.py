"""One server process for the journeys that leave it alive."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.journeys.workspace import Workspace, workspace_in


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A server process that the tests of a module share: each has customers of its own."""
    with workspace_in(tmp_path_factory.mktemp("workspace")) as running:
        yield running
