"""An AI agent's answer that the server posts by itself: who answers, where, and what became of it."""

from __future__ import annotations

from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from console.client.errors import ApiError, BadRequest, LineError, NotFound
from console.config import save_settings
from console.contract.ai import AiDelta, AiError, AiRequest
from console.errors import Connect360Error
from console.lazily import lazily
from console.screens.verbs import keeping
from console.screens.verbs.asking import an_id
from console.screens.verbs.paced import Paced
from console.text.safe import SafeLine, Stream, block, line

if TYPE_CHECKING:
    from console.screens import ask, confirm
    from console.screens.main import MainScreen
else:
    ask, confirm = lazily("console.screens", "ask confirm")

_SHOWN, _MOST = 60, 20_000
"""Characters of an answer that is on its way: of its end those that are shown, and how many are looked at."""

_NO_CHANNEL = (
    "The agent must know where it answers, and this conversation has no website. "
    "Begin the next one with its website (c asks for it), and answer this one yourself."
)
_UNTOLD = (
    "The line broke while the agent answered. It may still post its answer: look at the thread before you ask again."
)


@dataclass
class Agent:
    """Who answers on a server that lists nobody, "" until a person says it; in doubt, one is asked again."""

    id: str
    is_doubtful: bool = False


async def agent_of(screen: MainScreen) -> str | None:
    """The agent's id: the first that the server lists, or of one that lists none the one that the person names."""
    if not screen.store.is_documented_only:
        agents = await screen.desk.agents()
        if not agents:
            screen.say(SafeLine("The workspace has no AI agent."))
        return agents[0].id if agents else None
    if screen.agent.id and not screen.agent.is_doubtful:
        return screen.agent.id
    asked = ask.Ask(
        SafeLine("AI agent"),
        SafeLine("This server lists none. The id of the agent that answers:"),
        value=screen.agent.id,
        validate=an_id,
        ok_label=SafeLine("go on"),
    )
    said: str | None = await screen.app.push_screen_wait(asked)
    return said


async def may_post(screen: MainScreen) -> bool:
    """Whether the answer may go to the customer without anybody having read it."""
    asked = confirm.Confirm(
        SafeLine("This server posts AI answers"),
        block("It cannot draft: the answer goes to the customer as soon as it is written."),
        SafeLine("have it posted"),
    )
    answer: bool | None = await screen.app.push_screen_wait(asked)
    return bool(answer)


async def post(screen: MainScreen, agent: str, conversation_id: str) -> None:
    """Have the agent answer; its words are shown as they come, and then the message that they became."""
    newest = screen.store.newest(conversation_id)
    if newest is None:
        screen.say(SafeLine("There is no message to answer, or none is loaded yet."))
        return
    known = {"channel_id": channel} if (channel := _channel_of(screen, conversation_id)) else {}
    request = AiRequest(agent_id=agent, conversation_id=conversation_id, last_message_id=newest.id, **known)
    try:
        await _follow(screen, request)
    except LineError as error:
        with suppress(ApiError):
            await screen.desk.reload(conversation_id)
        raise Connect360Error(_UNTOLD) if error.may_have_arrived else error from error
    except BadRequest as error:
        if "channelId" in str(error):
            raise Connect360Error(_NO_CHANNEL) from error
        raise _doubted(screen, agent, error) from error
    except (NotFound, _Refused) as error:
        raise _doubted(screen, agent, error) from error
    await screen.desk.reload(conversation_id)
    _remember(screen, agent)


class _Refused(Connect360Error):
    """What the agent's own server said instead of an answer."""


async def _follow(screen: MainScreen, request: AiRequest) -> None:
    composer, here, stream = screen.composer, keeping.place(screen), Stream()
    came: list[str] = []

    def show() -> None:
        said = stream.feed("".join(came))
        came.clear()
        if keeping.place(screen) == here:
            composer.about = line(f"the agent answers: {said[-_SHOWN:]}")

    drawing = Paced(screen, show)
    try:
        async with aclosing(screen.desk.ai(request)) as answer:
            async for event in answer:
                match event:
                    case AiDelta() if stream.length < _MOST:
                        came.append(event.delta)
                        drawing.want()
                    case AiError():
                        raise _Refused(f"The agent did not answer: {event.error}")
    finally:
        drawing.stop()
        if keeping.place(screen) == here:
            composer.about = SafeLine("")


def _channel_of(screen: MainScreen, conversation_id: str) -> str | None:
    """On which channel the customer is, as far as the conversation or a message of it says."""
    row = screen.store.row(conversation_id)
    told = (one.channel_id for one in screen.store.messages(conversation_id) if one.channel_id)
    return (row.channel_id if row else None) or next(told, None)


def _doubted(screen: MainScreen, agent: str, error: Connect360Error) -> Connect360Error:
    if screen.store.is_documented_only:
        screen.agent = Agent(agent, is_doubtful=True)
    return error


def _remember(screen: MainScreen, agent: str) -> None:
    """One that answered need not be asked for again."""
    if screen.store.is_documented_only and screen.agent != Agent(agent):
        screen.agent = Agent(agent)
        if screen.remembers:
            save_settings(ai_agent=agent)
