"""From the start of other programs to the first screen that is of use, beside a bare Textual app.

python -m tests.benchmarks.programs [ROUNDS] 'NAME=COMMAND ... | TEXT' ...

TEXT is what the screen shows once the program may be used. Each program gets a terminal of its own and a home that is
empty at first; its first start is not counted. What is not installed or never shows its text is said so.
"""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.benchmarks.startup import BARE, start

ROUNDS = 5


def main(rounds: int, programs: Sequence[str]) -> None:
    """Print the medians."""
    with TemporaryDirectory() as folder:
        here = Path(folder)
        (here / "bare.py").write_text(BARE, encoding="utf-8")
        bare = shlex.join([sys.executable, str(here / "bare.py")])
        for program in (f"bare Textual app={bare} | shown", *programs):
            name, _, rest = program.partition("=")
            command, _, text = rest.rpartition(" | ")
            home = here / "home" / name.replace("/", " ")
            home.mkdir(parents=True)
            _say(f"{name:20} {_measured(shlex.split(command), text, _environment(home), rounds)}")


def _measured(argv: list[str], text: str, env: Mapping[str, str], rounds: int) -> str:
    if shutil.which(argv[0]) is None:
        return "not found"
    try:
        runs = [start(argv, env, text) for _ in range(rounds + 1)][1:]
    except OSError:  # the other end of its terminal is closed
        return "ended before it showed that"
    except RuntimeError as error:
        return str(error)
    return f"{median(one.shown[0] for one in runs):6.2f} s, {median(one.rss for one in runs) / 1e6:4.0f} MB"


def _environment(home: Path) -> dict[str, str]:
    return {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")}


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201


if __name__ == "__main__":
    given = sys.argv[1:]
    main(int(given.pop(0)) if given and given[0].isdigit() else ROUNDS, given)
