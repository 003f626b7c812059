"""The console up to its first panes: `python -m tests.terminal.first_frame`; what is imported by then."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from console.app import ConsoleApp
from console.config import Secret, Settings
from console.driver import SafeDriver


class Counting(SafeDriver):
    """Writes down what is imported when the panes are drawn, and ends the console."""

    def _take(self, frame: str) -> None:
        super()._take(frame)
        if "Inbox" in frame:
            Path(os.environ["MODULES"]).write_text(" ".join(sys.modules), encoding="utf-8")
            self._app.exit()


def main() -> None:
    """Run it."""
    nobody = Settings(
        api_key=Secret("plato_nobody"), base_url="http://127.0.0.1:9", state_dir=Path(os.environ["STATE"])
    )
    app = ConsoleApp(nobody)
    app.driver_class = Counting
    app.run()


if __name__ == "__main__":
    main()
