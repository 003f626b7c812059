"""What an agent is: something with a name that answers an assignment with text, piece by piece."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Literal, Protocol

from console.contract.ai import Task
from console.contract.base import Language
from console.errors import Connect360Error


class AgentFailed(Connect360Error):
    """An agent cannot do what it was asked. Its text is shown to the person who asked."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Something that was said in the open. Internal notes are no turns: an agent never hears them."""

    side: Literal["customer", "workspace"]
    text: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """What an agent is asked to do. `turns` are oldest first and end with what is to be answered, if anything is.

    `is_posted` says that the answer goes to the customer as it is: with nothing in it that is for a colleague's eyes.
    """

    workspace: str
    workspace_name: str
    conversation: str
    language: Language
    turns: tuple[Turn, ...]
    task: Task = "reply"
    text: str = ""
    tone: str | None = None
    instruction: str | None = None
    is_posted: bool = False

    @property
    def question(self) -> str:
        """The last that the customer said."""
        return next((turn.text for turn in reversed(self.turns) if turn.side == "customer"), "")


class Agent(Protocol):
    """An AI agent of a workspace."""

    @property
    def id(self) -> str:
        """How a request names it."""

    @property
    def name(self) -> str:
        """How people know it."""

    @property
    def description(self) -> str:
        """What it does, in a sentence."""

    def answer(self, assignment: Assignment) -> AsyncGenerator[str, None]:
        """The answer in pieces. Raises AgentFailed, at the start or midway; closing the iterator stops the work."""
