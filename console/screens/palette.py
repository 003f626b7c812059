"""The command palette's commands: every action that is permitted, by its meaning, with its key."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from console.actions import ACTIONS, Action
from console.screens import captions


class ActionProvider(Provider):
    """Offers the main screen's actions; what is not permitted is not there, what cannot be now says why when chosen."""

    async def discover(self) -> Hits:
        for action, run in self._offered():
            yield DiscoveryHit(Content(action.meaning), run, help=self._about(action))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for action, run in self._offered():
            # Its name counts as well: people look for the product's own words.
            score = max(matcher.match(action.meaning), matcher.match(action.id.replace(".", " ")))
            if score > 0:
                yield Hit(score, matcher.highlight(action.meaning), run, help=self._about(action))

    def _offered(self) -> Iterator[tuple[Action, Callable[[], None]]]:
        from console.screens.main import MainScreen

        screen = self.screen
        if isinstance(screen, MainScreen):
            situation = screen.situation
            for action in ACTIONS:
                if action.is_permitted(situation):
                    yield action, partial(screen.perform, action.id)

    def _about(self, action: Action) -> str:
        """Its key, and when the server refused it."""
        from console.screens.main import MainScreen

        screen = self.screen
        if not isinstance(screen, MainScreen):
            return ""
        return " · ".join(filter(None, (screen.keymap.shown(action.id), captions.refused(screen, action.permission))))
