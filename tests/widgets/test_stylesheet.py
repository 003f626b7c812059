"""The rules are those of the framework, and each text is parsed once for each theme."""

from __future__ import annotations

from collections import Counter

import pytest
from textual.app import App
from textual.css import stylesheet
from textual.css.parse import parse
from textual.screen import Screen

from console.widgets.stylesheet import SparingStylesheet


class First(Screen[None]):
    CSS = "First { background: $primary; }"


class Second(Screen[None]):
    CSS = "Second { background: $secondary; }"


class Host(App[None]):
    CSS = "Host { color: $text; }"

    def __init__(self) -> None:
        super().__init__()
        self.stylesheet = SparingStylesheet(variables=self.get_css_variables())


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each text was parsed."""
    texts = Counter[str]()

    def counting(scope: str, css: str, *rest: object, **named: object) -> object:
        texts[css] += 1
        return parse(scope, css, *rest, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(stylesheet, "parse", counting)
    return texts


async def test_a_screen_that_comes_has_its_own_text_parsed_alone(parsed: Counter[str]) -> None:
    async with Host().run_test() as pilot:
        await pilot.app.push_screen(First())
        parsed.clear()
        await pilot.app.push_screen(Second())
        assert parsed == {Second.CSS: 1}
        assert pilot.app.screen.styles.background.hex.lower() == pilot.app.theme_variables["secondary"].lower()


async def test_another_theme_has_all_of_it_parsed_once(parsed: Counter[str]) -> None:
    async with Host().run_test() as pilot:
        await pilot.app.push_screen(First())
        before = pilot.app.screen.styles.background
        parsed.clear()
        pilot.app.theme = "textual-light"
        await pilot.pause()
        assert parsed[First.CSS] == parsed[Host.CSS] == 1
        assert pilot.app.screen.styles.background != before
