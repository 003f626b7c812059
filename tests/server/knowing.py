"""Knowledge in memory, for agents that are tested without a store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from console.contract.base import Language
from console.contract.shapes import Article, Template
from console.server.ai.agent import Assignment, Turn
from console.server.ai.privacy import PastAnswer

NOVEMBER = datetime(2025, 11, 17, 14, 2, tzinfo=UTC)


@dataclass
class FakeKnowledge:
    """What a workspace knows, and a record of who asked for what."""

    known: Sequence[Article] = ()
    answered: Sequence[PastAnswer] = ()
    prepared: Sequence[Template] = ()
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def articles(self, workspace: str) -> Sequence[Article]:
        """All of them."""
        return self.known

    async def templates(self, workspace: str) -> Sequence[Template]:
        """All of them."""
        return self.prepared

    async def past_answers(self, workspace: str, besides: str) -> Sequence[PastAnswer]:
        """All of them."""
        self.asked.append((workspace, besides))
        return self.answered


def article(id: str, name: str, **content: str) -> Article:
    """An article with a text for each language."""
    return Article(id=id, name=name, content=dict(content), created_at=NOVEMBER, updated_at=NOVEMBER)


def template(id: str, name: str, **content: str) -> Template:
    """A template with a text for each language."""
    return Template(id=id, name=name, content=dict(content), created_at=NOVEMBER, updated_at=NOVEMBER)


def assignment(*said: str, language: Language = "en", **more: object) -> Assignment:
    """A thread of which every second line is the workspace's."""
    turns = tuple(Turn("workspace" if place % 2 else "customer", text) for place, text in enumerate(said))
    fields = {"workspace": "ws_1", "workspace_name": "Northwind", "conversation": "conv_1"} | more
    return Assignment(language=language, turns=turns, **fields)  # type: ignore[arg-type]
