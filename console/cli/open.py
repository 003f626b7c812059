"""`connect360` without a command: the console on the person's own server."""

from __future__ import annotations


async def open_console(secrets: set[str]) -> int:
    """Run the console, and the demo where the person chose that at the sign-in; the exit code."""
    from console.cli.screen import need_terminal, show
    from console.config import load_settings

    settings = load_settings()
    if settings.api_key is not None:
        secrets.add(settings.api_key.get_secret_value())
    need_terminal()
    left = await show(settings, secrets=secrets)
    if left.choice != "demo":
        return left.code
    from console.cli.demo import show_demo

    return await show_demo(secrets)
