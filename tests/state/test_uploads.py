"""Uploads beside each other: each with an end of its own, told of at a pace, kept when it failed."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from console.client.errors import Dropped, Forbidden, TimedOut, Unreachable
from console.errors import Connect360Error, FileError, StateError
from console.state.rows import FileCard
from console.state.uploads import AT_ONCE, Progress, Upload, Uploads
from console.text.safe import SafeLine
from tests.state.values import settled


class Courier:
    """Takes files and brings each to the end that the test gives it."""

    def __init__(self) -> None:
        self.taken: list[Path] = []
        self.broken_off: list[Path] = []
        self.progress: dict[Path, Progress] = {}
        self._ends: dict[Path, asyncio.Future[FileCard]] = {}

    async def send(self, path: Path, progress: Progress) -> FileCard:
        """What `Uploads` is given."""
        self.taken.append(path)
        self.progress[path] = progress
        end = self._ends[path] = asyncio.get_running_loop().create_future()
        try:
            card: FileCard = await end
            return card
        except asyncio.CancelledError:
            self.broken_off.append(path)
            raise

    async def bring(self, path: Path) -> None:
        """It arrives."""
        self._ends[path].set_result(FileCard(f"att_{path.name}", SafeLine(path.name), 3, SafeLine(""), path.name))
        await settled()

    async def lose(self, path: Path, error: Connect360Error) -> None:
        """It does not."""
        self._ends[path].set_exception(error)
        await settled()


class Desktop:
    """Hears what a screen would hear."""

    def __init__(self) -> None:
        self.changes = 0
        self.arrived: list[str] = []
        self.failed: list[str] = []
        self.full_disk = False

    def changed(self) -> None:
        """Something is to be shown anew."""
        self.changes += 1

    def ended(self, upload: Upload, card: FileCard | None) -> None:
        """Something arrived or failed."""
        if card is None:
            self.failed.append(upload.name)
        elif self.full_disk:
            raise StateError("The draft cannot be kept: the disk is full. Make room.")
        else:
            self.arrived.append(upload.name)


ONE, TWO = Path("/files/one.jpg"), Path("/files/two.jpg")


@pytest.fixture
def courier() -> Courier:
    return Courier()


@pytest.fixture
def desktop() -> Desktop:
    return Desktop()


@pytest.fixture
async def uploads(courier: Courier, desktop: Desktop) -> Uploads:
    uploads = Uploads(courier.send)
    uploads.watch(desktop.changed, desktop.ended)
    return uploads


async def begun(uploads: Uploads, *paths: Path) -> None:
    """They are on their way, for a reply in the conversation `c`."""
    for path in paths:
        uploads.begin("c", False, path)
    await settled()


def shown(uploads: Uploads) -> list[tuple[str, str | None]]:
    """What a composer shows of it."""
    return [(one.name, one.problem) for one in uploads.of("c", False)]


async def test_each_goes_by_itself_and_fails_by_itself(courier: Courier, desktop: Desktop, uploads: Uploads) -> None:
    await begun(uploads, ONE, TWO)
    assert courier.taken == [ONE, TWO]
    await courier.lose(ONE, Dropped("…", may_have_arrived=True))
    assert shown(uploads) == [("one.jpg", "the line broke"), ("two.jpg", None)]
    await courier.bring(TWO)
    assert shown(uploads) == [("one.jpg", "the line broke")]
    assert (desktop.arrived, desktop.failed) == (["two.jpg"], ["one.jpg"])


async def test_only_what_failed_is_tried_again_and_is_read_anew(courier: Courier, uploads: Uploads) -> None:
    await begun(uploads, ONE, TWO)
    await courier.lose(ONE, Unreachable("…"))
    uploads.retry("c", True)
    await settled()
    assert courier.taken == [ONE, TWO], "the note has none"
    uploads.retry("c", False)
    await settled()
    assert courier.taken == [ONE, TWO, ONE]
    assert shown(uploads) == [("one.jpg", None), ("two.jpg", None)]
    await courier.bring(ONE)
    await courier.bring(TWO)
    assert shown(uploads) == [] and uploads.conversations() == frozenset()


async def test_one_that_is_taken_off_is_broken_off(courier: Courier, desktop: Desktop, uploads: Uploads) -> None:
    await begun(uploads, ONE, TWO)
    uploads.take_off(uploads.of("c", False)[0])
    await settled()
    assert courier.broken_off == [ONE]
    assert shown(uploads) == [("two.jpg", None)]
    assert desktop.failed == [] and desktop.arrived == []


async def test_one_that_failed_is_taken_off(courier: Courier, uploads: Uploads) -> None:
    await begun(uploads, ONE)
    await courier.lose(ONE, FileError("one.jpg is larger than 25 MB. Send a smaller one."))
    uploads.take_off(uploads.of("c", False)[0])
    uploads.retry("c", False)
    await settled()
    assert shown(uploads) == [] and courier.taken == [ONE]


async def test_a_reply_and_a_note_have_their_own(courier: Courier, uploads: Uploads) -> None:
    uploads.begin("c", True, ONE)
    uploads.begin("d", False, TWO)
    await settled()
    assert [one.name for one in uploads.of("c", True)] == ["one.jpg"]
    assert uploads.of("c", False) == ()
    assert uploads.conversations() == {"c", "d"}
    await uploads.close()


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (Unreachable("http://127.0.0.1:1 cannot be reached: nothing listens there."), "there is no line to the server"),
        (TimedOut("No answer.", may_have_arrived=True), "the server did not answer in time"),
        (Dropped("The line broke. It may have arrived.", may_have_arrived=True), "the line broke"),
        (FileError("one.jpg was changed while it was sent. Attach it again."), "it was changed while it was sent. "),
        (Forbidden("The role viewer may not do this."), "The role viewer may not do this"),
        (FileError("one.jpg\x1b[2J"), "one.jpg␛[2J"),
    ],
)
async def test_why_it_failed_is_said_in_a_few_words(
    courier: Courier, uploads: Uploads, error: Connect360Error, why: str
) -> None:
    await begun(uploads, ONE)
    await courier.lose(ONE, error)
    problem = uploads.of("c", False)[0].problem
    assert problem is not None and problem.startswith(why)


async def test_what_arrived_and_cannot_be_kept_with_its_draft_failed(
    courier: Courier, desktop: Desktop, uploads: Uploads
) -> None:
    desktop.full_disk = True
    await begun(uploads, ONE)
    await courier.bring(ONE)
    assert shown(uploads) == [("one.jpg", "The draft cannot be kept: the disk is full. Make room")]
    desktop.full_disk = False
    uploads.retry("c", False)
    await settled()
    await courier.bring(ONE)
    assert desktop.arrived == ["one.jpg"]


async def test_no_more_than_a_few_go_at_once_and_the_others_follow(courier: Courier, uploads: Uploads) -> None:
    paths = [Path(f"/files/{number}") for number in range(AT_ONCE + 2)]
    await begun(uploads, *paths)
    assert courier.taken == paths[:AT_ONCE]
    await courier.bring(paths[1])
    uploads.take_off(uploads.of("c", False)[-1])  # the last one's turn never came
    await settled()
    assert courier.taken == paths[: AT_ONCE + 1]
    await uploads.close()


async def test_a_thousand_steps_are_told_of_a_few_times(courier: Courier, desktop: Desktop, uploads: Uploads) -> None:
    await begun(uploads, ONE)
    before, told = desktop.changes, asyncio.Event()
    for sent in range(1, 1001):
        courier.progress[ONE](sent, 1000)
        if sent % 100 == 0:
            await asyncio.sleep(0)  # the loop turns, and little time goes by
    assert desktop.changes - before <= 2
    uploads.watch(told.set, desktop.ended)
    courier.progress[ONE](999, 1000)
    await asyncio.wait_for(told.wait(), 5)
    assert uploads.of("c", False)[0].percent == 99, "the last step is told of too"
    await uploads.close()


async def test_what_moves_less_than_a_percent_is_not_told_of(
    courier: Courier, desktop: Desktop, uploads: Uploads
) -> None:
    told = asyncio.Event()
    uploads.watch(told.set, desktop.ended)
    await begun(uploads, ONE)
    told.clear()
    courier.progress[ONE](10_000, 1_000_000)
    await asyncio.wait_for(told.wait(), 5)
    uploads.watch(desktop.changed, desktop.ended)
    for sent in range(10_000, 19_999, 100):
        courier.progress[ONE](sent, 1_000_000)
        await asyncio.sleep(0)
    assert desktop.changes == 0
    assert uploads.of("c", False)[0].sent == 19_900, "whoever asks hears of it all the same"
    await uploads.close()


async def test_leaving_breaks_all_off_and_tells_nobody(courier: Courier, desktop: Desktop, uploads: Uploads) -> None:
    await begun(uploads, ONE, TWO)
    before = desktop.changes
    await uploads.close()
    assert courier.broken_off == [ONE, TWO]
    assert (desktop.changes, desktop.failed) == (before, [])
    assert uploads.conversations() == frozenset()
