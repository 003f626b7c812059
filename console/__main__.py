"""The program's top: one sentence for what we can tell a person, a report without secrets for what we cannot."""

from __future__ import annotations

import errno
import sys
from types import TracebackType

import click

from console.cli import connect360
from console.errors import Connect360Error

WRONG_USE = 2


def main() -> None:
    """Run the command line and end the process with its exit code."""
    secrets: set[str] = set()

    def unexpected(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        from console.cli.failing import tell

        tell(error, secrets)

    sys.excepthook = unexpected
    sys.exit(run(sys.argv[1:], secrets))


def run(arguments: list[str], secrets: set[str]) -> int:
    """The exit code of a command line. The commands add to `secrets` what no report may show."""
    try:
        answer = connect360.main(arguments, "connect360", standalone_mode=False, obj=secrets)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        return 130
    except Connect360Error as error:
        _say(error)
        return 1
    except OSError as error:
        if error.errno != errno.EPIPE:
            raise
        # Who read our output has left. Python would complain once more when it flushes at the end.
        sys.stdout = sys.stderr = None
        return 1
    return answer if isinstance(answer, int) else 0


def _say(error: Connect360Error) -> None:
    from console.text.safe import line

    print(f"connect360: {line(str(error), 1_000)}", file=sys.stderr)  # noqa: T201  the command line's own voice


if __name__ == "__main__":
    main()
