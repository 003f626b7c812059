"""The program's top: one sentence for what we can tell a person, a report without secrets for what we cannot."""

from __future__ import annotations

import errno
import sys
from contextlib import suppress
from types import TracebackType

from console.errors import Connect360Error


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
        return _run(arguments, secrets)
    except Connect360Error as error:
        _say(error)
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if error.errno != errno.EPIPE:
            raise
        # Who read our output has left. Python would complain once more when it flushes at the end.
        sys.stdout = sys.stderr = None
        return 1


def _run(arguments: list[str], secrets: set[str]) -> int:
    if arguments:
        from console.cli.commands import run_command

        return run_command(arguments, secrets)
    # The console itself does not wait for what reads options.
    from console.cli.loop import run
    from console.cli.open import open_console

    return run(open_console(secrets))


def _say(error: Connect360Error) -> None:
    from console.text.safe import line

    with suppress(OSError):  # it may be full as well
        print(f"connect360: {line(str(error), 1_000)}", file=sys.stderr)  # noqa: T201  the command line's own voice


if __name__ == "__main__":
    main()
