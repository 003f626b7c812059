"""An upload that is cut: it is there or it is plainly not, trying again works, and the message has the file once."""

from __future__ import annotations

import asyncio
import filecmp
from collections.abc import Sequence
from pathlib import Path

from console.errors import Connect360Error
from tests.state.values import words
from tests.support.cuts.sends import begun, check_all, delivered, text_of
from tests.support.cuts.stage import Lane, Stage, Tally
from tests.support.faulty_line import Exchange, Fault

REQUEST = b"POST /api/v1/connect/attachments "
SIZE = 4096
_AT_ONCE = 40


async def recorded_upload(stage: Stage) -> Exchange:
    """An exchange in which nothing breaks."""
    async with stage.lanes(1) as (lane,):
        exchange = lane.line.expect(request=REQUEST)
        await lane.it.desk.upload(photo(stage.folder))
        return exchange


async def cut_uploads(lane: Lane, faults: Sequence[Fault], tally: Tally) -> None:
    """Upload a file for each fault, send it, and look."""
    path = photo(lane.folder)
    for first in range(0, len(faults), _AT_ONCE):
        id = await begun(lane)
        texts = []
        for number, fault in enumerate(faults[first : first + _AT_ONCE], first):
            texts.append(text_of(number))
            exchange = lane.line.expect(fault, REQUEST)
            uploading = asyncio.create_task(lane.it.desk.upload(path))
            await lane.strike(exchange)
            outcome = "uploaded"
            try:
                card = await uploading
            except Connect360Error as error:
                outcome = f"failed, then uploaded: {lane.plain(str(error))}"
                card = await lane.it.desk.upload(path)
            tally.outcomes[outcome] += 1
            tally.check((card.name, card.size) == (path.name, SIZE), f"{fault}: it is {card}")
            await lane.until(lambda: lane.is_live)
            local_id = lane.it.desk.reply(id, words(texts[-1], files=(card,)))
            await delivered(lane, id, local_id, texts[-1], f"{fault}", tally)
            shown = [entry.files for entry in lane.it.store.thread(id).entries if "".join(entry.bodies) == texts[-1]]
            tally.check(shown == [(card,)], f"{fault}: the message after it has {shown}")
        where = f"{faults[first]} and on"
        await check_all(lane, id, texts, where, tally)
        await _check_content(lane, id, path, where, tally)


def photo(folder: Path) -> Path:
    """A file of that size, no two bytes of a block alike."""
    path = folder / "lamp.jpg"
    path.write_bytes(bytes(range(256)) * (SIZE // 256))
    return path


async def _check_content(lane: Lane, id: str, path: Path, where: str, tally: Tally) -> None:
    """The file that is there is the file that was sent, wherever its upload was cut."""
    for number, entry in enumerate(lane.it.store.thread(id).entries):
        for file in entry.files:
            saved = lane.folder / f"{id}-{number}.jpg"
            await lane.it.desk.download(file, saved)
            tally.check(filecmp.cmp(saved, path, shallow=False), f"{where}: {entry.bodies} has another content")
