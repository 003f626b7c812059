"""`connect360 demo`: a workspace of its own on this machine, and the console on it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from console.config import Settings


@click.command()
@click.option(
    "--from",
    "dialogues",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE.jsonl[.gz]",
    help="Conversations of your own instead of the made-up company's: a JSON object a line.",
)
@click.option(
    "--role",
    type=click.Choice(["viewer", "agent", "admin"]),
    default="agent",
    show_default=True,
    help="What you may do there.",
)
@click.pass_context
def demo(ctx: click.Context, dialogues: Path | None, role: str) -> int:
    """Look around in a workspace of its own.

    A server starts on this machine's loopback and is filled with a small company's afternoon; when you leave, all of it
    is gone.
    """
    from console.cli.loop import run

    return run(show_demo(ctx.obj, role=role, dialogues=dialogues))


async def show_demo(secrets: set[str], *, role: str = "agent", dialogues: Path | None = None) -> int:
    """Run the demo with the console on it; the exit code."""
    from console.cli.screen import need_terminal, preload, show
    from console.demo.run import demo as run_demo

    need_terminal()

    async def shown(settings: Settings) -> int:
        return (await show(settings, secrets=secrets, profile="demo")).code

    return await run_demo(shown, role=role, dialogues=dialogues, secrets=secrets, preload=preload)
