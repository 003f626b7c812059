"""`connect360 --log`: what the console did on the wire, oldest first."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from console.config import load_settings
from console.state.log_file import read


def print_log() -> None:
    """Print the log of the settings' state directory. Raises StateError where there is none."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a host's name may be beyond what a terminal can write
    for text in read(load_settings().state_dir):
        sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
