"""Ask: one line, given back as it was meant, or a reason why not."""

from __future__ import annotations

from console.screens.ask import Ask
from console.text.safe import SafeLine, line
from tests.screens.host import Host, write


def rename() -> Ask:
    def taken(answer: str) -> SafeLine | None:
        return line("That is taken.") if answer == "Taken" else None

    return Ask(line("Rename"), line("Its name"), "Taken", line("a name"), validate=taken)


async def test_the_answer_is_what_was_written_without_the_spaces_around_it() -> None:
    host = Host(rename())
    async with host.run_test() as pilot:
        await write(pilot, " too  ")
        await pilot.press("enter")
        assert host.answer == "Taken too"


async def test_what_cannot_be_taken_is_said_and_what_was_typed_stays() -> None:
    host = Host(rename())
    async with host.run_test() as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert not host.is_answered
        assert "That is taken." in host.text() and "Taken" in host.text()
        await pilot.press("2")
        await pilot.pause()
        assert "That is taken." not in host.text()
        await pilot.press("enter")
        assert host.answer == "Taken2"
