"""The option `--data` of the commands that work on a server's data, and the place that it stands for."""

from __future__ import annotations

from pathlib import Path

import click


def data_directory(chosen: Path | None) -> Path:
    """Where a server keeps its data: what was chosen, else a place of ours in the person's own."""
    if chosen is not None:
        return chosen
    import platformdirs

    from console.config import APP

    return Path(platformdirs.user_data_dir(APP))


class DataOption(click.Option):
    """`--data`, whose help names the place of the person who asks for it."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """The option, and what it is for."""
        record = super().get_help_record(ctx)
        return record and (record[0], f"{record[1]}  [default: {data_directory(None)}]")


data_option = click.option(
    "--data",
    cls=DataOption,
    type=click.Path(path_type=Path, file_okay=False),
    help="Where the server keeps its data.",
)
