"""The agents of a server: the one that needs nothing, and one for each model in its settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from console.server.ai.agent import Agent
from console.server.ai.knowledge import Knowledge
from console.server.ai.model import ModelAgent, ModelSettings
from console.server.ai.retrieving import RetrievingAgent

Agents = Mapping[str, Agent]


def agents_of(knowledge: Knowledge, models: Iterable[ModelSettings] = (), *, pace: float = 0.015) -> Agents:
    """By id, the retrieving agent first. A second model is `agent_model_2`, and so on."""
    named = [
        ModelAgent(settings, knowledge, id="agent_model" if place == 1 else f"agent_model_{place}")
        for place, settings in enumerate(models, 1)
    ]
    every: tuple[Agent, ...] = (RetrievingAgent(knowledge, pace=pace), *named)
    return MappingProxyType({agent.id: agent for agent in every})
