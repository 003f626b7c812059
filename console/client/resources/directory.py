"""What a workspace has besides conversations: people, channels, AI agents, texts, and the log of what was done."""

from __future__ import annotations

from console.client.calls import Calls, Needs
from console.contract import procedures
from console.contract.inputs import CustomerId, ListAuditLog, SaveArticle, SaveTemplate
from console.contract.shapes import Agent, Article, AuditEntry, Channel, CustomerDetails, Member, Page, Template


class DirectoryResource:
    """The workspace's own records (extension), its lists whole. Every method raises ApiError."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def members(self) -> tuple[Member, ...]:
        """Every member."""
        return await self._calls.every(procedures.LIST_MEMBERS)

    async def customer(self, id: str) -> CustomerDetails:
        """One customer, with their newest conversations."""
        return await self._calls.call(procedures.GET_CUSTOMER, CustomerId(id=id))

    async def channels(self) -> tuple[Channel, ...]:
        """Every channel."""
        return await self._calls.every(procedures.LIST_CHANNELS)

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

    async def audit_log(self, given: ListAuditLog) -> Page[AuditEntry]:
        """A page of who did what, newest first. Raises Unsupported where no log is kept."""
        needs = Needs("audit-log", "This server keeps no log of what was done.")
        return await self._calls.page(procedures.LIST_AUDIT_LOG, given, needs=needs)
