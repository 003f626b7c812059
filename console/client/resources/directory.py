"""What a workspace has besides conversations: members, AI agents, templates, knowledge articles."""

from __future__ import annotations

from console.client.calls import Calls
from console.contract import procedures
from console.contract.inputs import SaveArticle, SaveTemplate
from console.contract.shapes import Agent, Article, Member, Template


class DirectoryResource:
    """The workspace's own lists, whole (extension). Every method raises ApiError."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def members(self) -> tuple[Member, ...]:
        """Every member."""
        return await self._calls.every(procedures.LIST_MEMBERS)

    async def agents(self) -> tuple[Agent, ...]:
        """Every AI agent."""
        return await self._calls.every(procedures.LIST_AGENTS)

    async def templates(self) -> tuple[Template, ...]:
        """Every template."""
        return await self._calls.every(procedures.LIST_TEMPLATES)

    async def save_template(self, given: SaveTemplate) -> Template:
        """Make a template, or with `id` change it."""
        return await self._calls.call(procedures.SAVE_TEMPLATE, given)

    async def save_article(self, given: SaveArticle) -> Article:
        """Make a knowledge article, or with `id` change it."""
        return await self._calls.call(procedures.SAVE_ARTICLE, given)
