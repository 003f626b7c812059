"""What is different on a server that has the documented procedures alone: the first page of its help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.screens import captions
from console.screens.key_table import Section
from console.text.safe import SafeLine, line

if TYPE_CHECKING:
    from console.screens.main import MainScreen

_LONGEST = 2_000  # characters of a sentence


def differences(screen: MainScreen) -> Section:
    """Subjects, each with a sentence or two."""
    key = screen.keymap.shown
    begin, find, answer = key("conversation.create"), key("conversation.find"), key("ai.draft")
    said = {
        "your list": f"The server lists no conversations: those that you begin ({begin}) or open by id ({find}) are "
        "kept on this machine.",
        "news": "Asked for, not told: the open conversation every few seconds, the others less often.",
        "notes": "None. All that is sent goes to the customer.",
        "AI": f"An agent's answer ({answer}) is posted when it is done.",
        "sending": "A message whose answer was lost is looked for in the thread, never sent again blindly.",
        "permissions": f"Learnt from refusals; try again once a role changed. {_learnt(screen)}",
    }
    title = SafeLine("What is different on this server")
    return title, [(SafeLine(subject), line(sentence, _LONGEST)) for subject, sentence in said.items()]


def _learnt(screen: MainScreen) -> str:
    permissions = sorted(screen.store.refused)
    if not permissions:
        return "Nothing was refused yet."
    return "So far: " + ", ".join(f"{one} ({captions.refused(screen, one)})" for one in permissions) + "."
