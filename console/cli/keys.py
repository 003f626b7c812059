"""`connect360 keys`: the keys of a workspace server, also while it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from console.cli.directory import data_directory, data_option
from console.cli.serve import WORKSPACE, Amount
from console.contract.permissions import ROLES, RoleName

if TYPE_CHECKING:
    from console.server.store.keys import KeyRecord

_DAYS = Amount(0, 36_500, min_open=True)
_COLUMNS = ("id", "workspace", "member", "role", "created", "last used", "expires", "revoked", "state")


@click.group()
def keys() -> None:
    """Make, list and revoke the keys of a workspace server.

    A running server acts on a change at the next call, and within a second on open streams.
    """


@keys.command()
@data_option
@click.option(
    "--workspace",
    type=WORKSPACE,
    default="Workspace",
    show_default=True,
    help="The workspace by name; made if it is new.",
)
@click.option("--member", "members", multiple=True, required=True, help='"Name <email>". One address is one member.')
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([*ROLES]), help="What the key may do.")
@click.option("--expires-in", "expires", type=_DAYS, metavar="DAYS", help="Good for so many days.")
def create(
    data: Path | None, workspace: str, members: tuple[str, ...], roles: tuple[RoleName, ...], expires: float | None
) -> None:
    """Make a key and print it, this once: it is kept nowhere.

    --member and --role may be given several times, in pairs: then there is a key for each, one a line.
    """
    from console.server.keyring import holder, issue_keys, private_directory
    from console.text.safe import line

    if len(members) != len(roles):
        raise click.UsageError(f"{len(members)} members but {len(roles)} roles: give one --role for each --member.")
    holders = [holder(member, role) for member, role in zip(members, roles, strict=True)]
    issued = issue_keys(private_directory(data_directory(data)), workspace, holders, expires)
    for one, (key, name) in zip(holders, issued, strict=True):
        click.echo(key)
        if name != one.name:
            click.echo(line(f'{one.email} is known as "{name}" here; the key is theirs.'), err=True)


@keys.command("list")
@data_option
def list_keys(data: Path | None) -> None:
    """Show the keys, without what would open anything, and which of them have ended or were revoked."""
    from console.server import keyring

    directory = keyring.known_directory(data_directory(data))
    rows = [_COLUMNS, *(_row(record) for record in keyring.list_keys(directory))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@keys.command()
@data_option
@click.argument("key_id", metavar="ID")
def revoke(data: Path | None, key_id: str) -> None:
    """Shut a key for good."""
    from console.server import keyring

    if not keyring.revoke_key(keyring.known_directory(data_directory(data)), key_id):
        click.echo(f"{key_id} was revoked before.", err=True)


def _row(record: KeyRecord) -> tuple[str, ...]:
    from console.server.keyring import state_of
    from console.text.safe import line

    return (
        record.id,
        line(record.workspace_name),
        line(f"{record.member_name} <{record.member_email}>"),
        record.role,
        _time(record.created_at),
        _time(record.last_used_at),
        _time(record.expires_at),
        _time(record.revoked_at),
        state_of(record),
    )


def _time(at: int | None) -> str:
    from console.server.clock import as_time

    return "-" if at is None else as_time(at).isoformat(timespec="minutes").replace("+00:00", "Z")
