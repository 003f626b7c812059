"""Cuts the line at every byte of an exchange, lets it go, and looks: `python -m tests.benchmarks.cuts [SWEEP ...]`.

All sweeps without a name. `--how` is what becomes of the line, `--stride 10` every tenth place only, `--places 400:460`
these alone. Fails where anything was wrong, and says where.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.support.cuts.stage import ALL_WAYS, Tally, faults
from tests.support.cuts.sweeps import SWEEPS, swept
from tests.support.faulty_line import Exchange, Fault, How

_MOST_SHOWN = 20
_SILENCE = 0.5  # seconds until a silent line is given up; uploads and streams have more patience


@dataclass(frozen=True, slots=True)
class Part:
    """What one process does: of the chosen faults of a sweep every `parts`-th."""

    sweep: str
    hows: tuple[How, ...]
    places: slice
    number: int
    parts: int

    def chosen(self, exchange: Exchange) -> Sequence[Fault]:
        """Its faults."""
        places = {*[*exchange.places()][self.places]}
        wanted = [fault for fault in faults(exchange, self.hows) if fault.place in places]
        return wanted[self.number :: self.parts]


def played(part: Part) -> tuple[int, int, Tally]:
    """Bytes onward and back of the exchange, and what was seen."""
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # the server writes to lines that are gone
    with tempfile.TemporaryDirectory() as scratch:
        timeout = _SILENCE if "silence" in part.hows else 15.0
        exchange, tally = asyncio.run(swept(part.sweep, Path(scratch), part.chosen, timeout=timeout))
    return len(exchange.onward), len(exchange.back), tally


def main() -> int:
    """Run what is asked for and print what was seen."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("sweeps", nargs="*", default=[*SWEEPS], choices=[*SWEEPS], metavar="SWEEP")
    asked.add_argument("--how", choices=[*ALL_WAYS, "all", "silence"], default="cut")
    asked.add_argument("--stride", type=int, default=1)
    asked.add_argument("--places", default=":", help="FROM:TO in the exchange, its request first")
    asked.add_argument("--processes", type=int, default=2)
    wanted = asked.parse_args()
    if wanted.how == "silence" and {"upload", "stream"} & {*wanted.sweeps}:
        asked.error("a silence takes a minute to be noticed in an upload or a stream: name other sweeps")
    first, _, last = wanted.places.partition(":")
    places = slice(int(first or 0), int(last) if last else None, wanted.stride)
    hows: tuple[How, ...] = ALL_WAYS if wanted.how == "all" else (wanted.how,)
    wrong = 0
    for sweep in wanted.sweeps:
        begun = time.monotonic()
        parts = [Part(sweep, hows, places, number, wanted.processes) for number in range(wanted.processes)]
        with ProcessPoolExecutor(wanted.processes) as processes:
            seen = [*processes.map(played, parts)]
        tally = sum((one for _, _, one in seen), Tally())
        _say(sweep, seen[0][:2], tally, time.monotonic() - begun)
        wrong += len(tally.wrong)
    return 1 if wrong else 0


def _say(sweep: str, length: tuple[int, int], tally: Tally, seconds: float) -> None:
    print(  # noqa: T201
        f"{sweep}: {tally.outcomes.total():,} cuts of an exchange of {length[0]:,} + {length[1]:,} bytes"
        f" in {seconds:.0f} s, {len(tally.wrong)} wrong"
    )
    for outcome, count in tally.outcomes.most_common():
        print(f"{count:8,} {outcome}")  # noqa: T201
    for one in tally.wrong[:_MOST_SHOWN]:
        print(f"   wrong {one}")  # noqa: T201
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
