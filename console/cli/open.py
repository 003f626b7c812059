"""`connect360` without a command: the console on the person's own server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.cli.screen import Left
    from console.config import Settings


async def open_console(secrets: set[str]) -> int:
    """Run the console, and the demo where the person chose that at the sign-in; the exit code."""
    from console.cli.screen import need_terminal
    from console.config import load_settings

    settings = load_settings()
    if settings.api_key is not None:
        secrets.add(settings.api_key.get_secret_value())
    need_terminal()
    # Nobody else's plugin reads what customers write; and looking for them would read every installed package's notes.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    left = await _shown(settings, secrets)
    if left.choice != "demo":
        return left.code
    from console.cli.demo import show_demo

    return await show_demo(secrets)


async def _shown(settings: Settings, secrets: set[str]) -> Left:
    from console.cli.screen import show

    if settings.api_key is None:
        return await show(settings, secrets=secrets)
    from console.splash import Splash

    splash = Splash(settings.state_dir / "splash.json", settings.theme)
    with splash.shown():
        return await show(settings, secrets=secrets, splash=splash)
