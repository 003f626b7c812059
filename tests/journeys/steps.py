"""What a person does again and again, and the keys for it."""

from __future__ import annotations

from console.client.api import Api
from console.contract.inputs import CustomerInput, GetOrCreateConversation, Send
from tests.journeys.workspace import Workspace
from tests.support.terminal import Terminal

ESCAPE, ENTER, TAB = "\x1b", "\r", "\t"
CTRL_C, CTRL_F, CTRL_P, CTRL_R, CTRL_T = "\x03", "\x06", "\x10", "\x12", "\x14"
PAGE_UP, LEFT, END, BACKSPACE = "\x1b[5~", "\x1b[D", "\x1b[F", "\x7f"
LIVE = "● live"
WRITING = "Shift+Enter line"  # stands in the footer while the composer has the keys
READING = "? keys"  # stands there while letters are keys


async def customer_writes(workspace: Workspace, name: str, *texts: str) -> str:
    """A customer of this name waits for an answer; the conversation's id."""
    async with Api(workspace.url, workspace.key("admin")) as api:
        who = CustomerInput(external_id=name, name=name, metadata={"language": "en"})
        conversation = await api.conversations.get_or_create(GetOrCreateConversation(customer=who))
        for text in texts:
            sent = Send(conversation_id=conversation.id, content={"en": text}, sender="customer")
            await api.messages.send(sent)
        return conversation.id


async def find(terminal: Terminal, name: str) -> None:
    """Open who waits under this name, from the console's first screen."""
    await terminal.until(LIVE, timeout=20)
    terminal.send("gw")
    await terminal.until("▸ waiting")
    terminal.send("/")
    await terminal.until("name, customer")
    terminal.send(name)
    await terminal.until(lambda shown: name in shown.row(2) and name in shown.row(3))
    terminal.send(ENTER)
    await terminal.until(READING)
    await terminal.until(f"─ {name} ")


async def write(terminal: Terminal, text: str) -> None:
    """Begin a reply and type this."""
    terminal.send("r")
    await terminal.until(WRITING)
    terminal.send(text)
    await terminal.until(text)


async def leave_composer(terminal: Terminal) -> None:
    """Esc, and wait until letters are keys again: one in the same piece as Esc would be Alt and that letter."""
    await terminal.until(WRITING)
    terminal.send(ESCAPE)
    await terminal.until(READING)
