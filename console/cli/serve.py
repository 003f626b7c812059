"""`connect360 serve`: a workspace server in this process."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import click

from console.errors import SettingsError


def data_directory(chosen: Path | None) -> Path:
    """Where a server keeps its data: what was chosen, else a place of ours in the person's own."""
    if chosen is not None:
        return chosen
    import platformdirs

    from console.config import APP

    return Path(platformdirs.user_data_dir(APP))


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8360, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one.")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Where the data is kept.")
@click.option(
    "--rate", default=50.0, show_default=True, type=click.FloatRange(0), help="Calls a second and key; 0 for no limit."
)
@click.option("--public", is_flag=True, help="Allow an address that other machines can reach.")
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input ends.")
def serve(host: str, port: int, data: Path | None, rate: float, public: bool, with_parent: bool) -> None:
    """Run a workspace server.

    Keys for it are made with `connect360 keys create`.
    """
    from console.server.ai.model import model_settings
    from console.server.keyring import private_directory
    from console.server.run import is_loopback, open_socket, run
    from console.server.service import LOOPBACK, Config

    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    if not public and not is_loopback(host):
        raise SettingsError(
            f"{host} can be reached from other machines. Add --public if that is meant, and put TLS before it."
        )
    directory = private_directory(data_directory(data))
    model = model_settings(os.environ)
    hosts = None if public else LOOPBACK | {host.lower()}
    config = Config(directory, rate=rate, hosts=hosts, models=(model,) if model else ())
    with open_socket(host, port) as bound:
        run(config, bound, lambda address: click.echo(f"listening on {address}"), with_parent=with_parent)
