"""The commands by name. None is imported before it is asked for, so that `--help` is instant."""

from __future__ import annotations

from importlib import import_module
from typing import NamedTuple

import click

from console import __version__


class Lazy(NamedTuple):
    """A command by name: `place` is its module and the command in it."""

    place: str
    summary: str


COMMANDS: dict[str, Lazy] = {
    "demo": Lazy("console.cli.demo:demo", "A workspace of its own, full of conversations, and the console on it."),
    "serve": Lazy("console.cli.serve:serve", "Run a workspace server."),
    "keys": Lazy("console.cli.keys:keys", "Make, list and revoke the keys of a workspace server."),
    "backup": Lazy("console.cli.backup:backup", "Copy a workspace server's data into a file, while it runs."),
}


class LazyGroup(click.Group):
    """A group that imports a command when it is run, and none of them for its own help."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every command's name, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name, imported now."""
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name].place.partition(":")
        command: click.Command = getattr(import_module(module), attribute)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands and what each is for, from the table alone."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.summary) for name, lazy in COMMANDS.items()])


def _log(ctx: click.Context, _param: click.Parameter, is_wanted: bool) -> None:
    if is_wanted and not ctx.resilient_parsing:
        from console.cli.log import print_log

        print_log()
        ctx.exit()


@click.group(cls=LazyGroup, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="connect360 %(version)s")
@click.option(
    "--log",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_log,
    help="Print what the console did on the wire, without anybody's words, and exit.",
)
@click.pass_context
def connect360(ctx: click.Context) -> int | None:
    """Answer your customers from the terminal.

    Without a command the console opens, and asks for your key where it has none yet. The key comes from PLATO_API_KEY
    or from the settings file, never from an argument: other people of the machine could read it there.
    """
    if ctx.invoked_subcommand is not None:
        return None
    from console.cli.loop import run
    from console.cli.open import open_console

    return run(open_console(ctx.obj))


def run_command(arguments: list[str], secrets: set[str]) -> int:
    """The exit code of a command line; what is wrong with it is said."""
    try:
        answer = connect360.main(arguments, "connect360", standalone_mode=False, obj=secrets)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    return answer if isinstance(answer, int) else 0
