"""`connect360 serve`: a workspace server in this process."""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import click

from console.cli.directory import data_directory, data_option
from console.contract.content import is_blank
from console.contract.permissions import ROLES, RoleName
from console.errors import SettingsError


class Amount(click.FloatRange):
    """A number within bounds. `nan` is within any bounds of click's."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """The number, or a usage error."""
        number: float = super().convert(value, param, ctx)
        if math.isnan(number):
            self.fail(f"{value!r} is no number.", param, ctx)
        return number


class Name(click.types.StringParamType):
    """A text in which there is something to see."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name, or a usage error."""
        name: str = super().convert(value, param, ctx)
        if is_blank(name):
            self.fail("a name is wanted, not an empty text.", param, ctx)
        return name


WORKSPACE = Name()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8360, show_default=True, type=click.IntRange(0, 65535), help="0 picks a free one.")
@data_option
@click.option(
    "--rate", default=50.0, show_default=True, type=Amount(0, 1e6), help="Calls a second and key; 0 for no limit."
)
@click.option("--public", is_flag=True, help="Allow an address that other machines can reach.")
@click.option("--quiet", is_flag=True, help="Write on standard error only what goes wrong.")
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input ends.")
@click.option("--workspace", type=WORKSPACE, default="Workspace", hidden=True, help="Of the keys that are made first.")
@click.option("--member", "members", multiple=True, hidden=True, help="Make a key first and print it.")
@click.option("--role", "roles", multiple=True, hidden=True, type=click.Choice([*ROLES]), help="What it may do.")
def serve(
    host: str,
    port: int,
    data: Path | None,
    rate: float,
    public: bool,
    quiet: bool,
    with_parent: bool,
    workspace: str,
    members: tuple[str, ...],
    roles: tuple[RoleName, ...],
) -> None:
    """Run a workspace server.

    Keys for it are made with `connect360 keys create`. It answers to its own names alone, so that no web page can reach
    it by another, unless it is public. Standard error gets a line at the start and the end, and one about each request:
    when, what, how it went, how long it took, with which key's id, from where. No key is in it, and nothing that
    anybody wrote.
    """
    from console.server.ai.model import model_settings
    from console.server.keyring import create_keys, holder, private_directory
    from console.server.only_server import only_server
    from console.server.run import is_loopback, open_socket, run
    from console.server.service import LOOPBACK, Config

    if not public and not is_loopback(host):
        raise SettingsError(
            f"{host} can be reached from other machines. Add --public if that is meant, and put TLS before it."
        )
    directory = private_directory(data_directory(data))
    with only_server(directory):
        if members:  # a demo's: a process of their own for them would cost more than all the rest of its start
            holders = [holder(member, role) for member, role in zip(members, roles, strict=True)]
            for key in create_keys(directory, workspace, holders):
                click.echo(key)
        hosts = None if public else LOOPBACK | {host.lower()}
        config = Config(directory, rate=rate, hosts=hosts, models=model_settings(os.environ))
        with open_socket(host, port) as bound:
            run(config, bound, _announce, with_parent=with_parent, quiet=quiet)


def _announce(address: str) -> None:
    click.echo(f"listening on {address}")
