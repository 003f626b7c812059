"""Downloads: how far they are, stopped when unwanted, and what is said of each at its end."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from console.client.errors import Dropped, NotFound
from console.errors import Connect360Error, FileError
from console.state.downloads import Downloads, Progress
from console.state.rows import FileCard
from console.text.safe import SafeLine
from tests.state.rooms import PHOTO
from tests.state.values import settled

HERE = Path("/files/photo.jpg")


class Porter:
    """Fetches one file after the other, each to the end that the test gives it."""

    def __init__(self) -> None:
        self.progress: Progress = lambda got, total: None
        self.broken_off: list[Path] = []
        self.end: asyncio.Future[None]

    async def fetch(self, file: FileCard, to: Path, progress: Progress) -> None:
        """What `Downloads` is given."""
        self.progress, self.end = progress, asyncio.get_running_loop().create_future()
        try:
            await self.end
        except asyncio.CancelledError:
            self.broken_off.append(to)
            raise


@pytest.fixture
def porter() -> Porter:
    return Porter()


@pytest.fixture
def said() -> list[tuple[str, bool]]:
    return []


@pytest.fixture
async def downloads(porter: Porter, said: list[tuple[str, bool]]) -> Downloads:
    downloads = Downloads(porter.fetch)
    downloads.watch(lambda: None, lambda text, failed: said.append((text, failed)))
    downloads.begin(PHOTO, HERE)
    await settled()
    return downloads


async def test_how_far_it_is_is_known_until_it_is_saved(
    porter: Porter, said: list[tuple[str, bool]], downloads: Downloads
) -> None:
    assert [one.percent for one in downloads.under_way] == [None]
    porter.progress(1, 3)
    assert [one.percent for one in downloads.under_way] == [33]
    porter.progress(7, 3)
    assert [one.percent for one in downloads.under_way] == [100], "a server may send more than it said"
    porter.end.set_result(None)
    await settled()
    assert downloads.under_way == () and said == [("Saved photo.jpg.", False)]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Dropped("The line to x broke. Try again."), "photo.jpg was not saved: the line broke. w tries again."),
        (NotFound("It is gone."), "photo.jpg was not saved. It is gone."),
        (FileError("photo.jpg cannot be saved: disk full."), "photo.jpg cannot be saved: disk full."),
    ],
)
async def test_why_one_failed_is_said_and_it_can_be_begun_anew(
    porter: Porter, said: list[tuple[str, bool]], downloads: Downloads, error: Connect360Error, why: str
) -> None:
    porter.end.set_exception(error)
    await settled()
    assert downloads.under_way == () and said == [(why, True)]
    downloads.begin(PHOTO, HERE)
    await settled()
    assert len(downloads.under_way) == 1
    await downloads.close()


async def test_the_newest_is_stopped_first(porter: Porter, said: list[tuple[str, bool]], downloads: Downloads) -> None:
    downloads.begin(PHOTO, HERE.with_name("photo 2.jpg"))
    await settled()
    stopped = downloads.stop()
    assert stopped is not None and stopped.to.name == "photo 2.jpg"
    await settled()
    assert [path.name for path in porter.broken_off] == ["photo 2.jpg"]
    assert [one.to for one in downloads.under_way] == [HERE] and said == []
    assert downloads.stop() and downloads.stop() is None
    await settled()
    assert [path.name for path in porter.broken_off] == ["photo 2.jpg", "photo.jpg"]


async def test_leaving_breaks_all_off_and_tells_nobody(
    porter: Porter, said: list[tuple[str, bool]], downloads: Downloads
) -> None:
    await downloads.close()
    assert porter.broken_off == [HERE] and said == []


async def test_a_hostile_name_is_made_safe_where_it_is_said(
    porter: Porter, said: list[tuple[str, bool]], downloads: Downloads
) -> None:
    downloads.begin(FileCard("a", SafeLine("a"), None, SafeLine(""), "a"), Path("/files/a\x1b[2J\u202e.jpg"))
    await settled()
    porter.end.set_result(None)
    await settled()
    assert said == [("Saved a␛[2J⇄.jpg.", False)]
    await downloads.close()
