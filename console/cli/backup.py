"""`connect360 backup`: all of a workspace server's data in one file, also while it runs."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click

from console.cli.directory import data_directory, data_option


@click.command()
@data_option
@click.option("--overwrite", is_flag=True, help="Replace FILE where it is there already.")
@click.argument("target", metavar="FILE", type=click.Path(path_type=Path))
def backup(data: Path | None, target: Path, overwrite: bool) -> None:
    """Copy a server's data into FILE, of one moment, while it runs.

    FILE is a tar archive that only you can read: the database, the uploaded files, and the secret without which the
    keys in it would open nothing. Guard it like the data: it holds all that your customers wrote. To go back to it,
    unpack it into a new directory, and serve that:

    mkdir -m 700 DIR && tar -xf FILE -C DIR && connect360 serve --data DIR
    """
    from console.server.backup import back_up
    from console.server.keyring import known_directory

    # As an exception, so that what is half written goes.
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        back_up(known_directory(data_directory(data)), target.absolute(), overwrite=overwrite)
    finally:
        signal.signal(signal.SIGTERM, before)
