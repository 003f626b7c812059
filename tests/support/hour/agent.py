"""The agent: what is typed, and what each word may have become by then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.journeys.steps import CTRL_F, ENTER, ESCAPE, LIVE, READING, WRITING
from tests.support.hour.places import on_disk
from tests.support.terminal import Terminal
from tests.support.waiting import eventually

NAMES = ("Amber", "Boris", "Clara", "Dmitri")
FILE = "photo.jpg"
_BACK_TAB = "\x1b[Z"  # Esc in the empty composer would take back what is held
_HELD, _LATER = "sending in", "on its way"


@dataclass
class Word:
    """A word of its own in a conversation.

    `down`: it was seen on disk, or Enter was taken. `entered`: Enter was pressed on it, so it may be sent. `unsure`: a
    key that changes this was pressed, and may or may not have been taken.
    """

    text: str
    conversation: str
    down: bool = False
    entered: bool = False
    unsure: bool = False


@dataclass
class Agent:
    """Does what an agent does in a console, step by step, and keeps a ledger of words."""

    random: Random
    database: Path
    conversations: dict[str, str]  # name to id
    terminal: Terminal
    words: list[Word] = field(default_factory=list)
    here: str = ""
    steps: int = 0
    typed: int = 0
    sent: int = 0
    taken_back: int = 0
    uploads: int = 0

    def begin(self, terminal: Terminal) -> None:
        """Work in a console that was just opened."""
        self.terminal, self.here = terminal, ""

    async def step(self) -> None:
        """The next thing that an agent does."""
        self.steps += 1
        if not self.here or self.random.random() < 0.3:
            await self._go(self.random.choice(NAMES))
        does = self.random.choices((self._write, self._send, self._upload), weights=(5, 5, 2))[0]
        await does()

    async def decide(self) -> None:
        """Have all that the console lists as not sent go."""
        await self._leave()
        if " not sent" not in self.terminal.row(0):
            return
        self.terminal.send("go")
        await self.terminal.until(lambda shown: bool(_asked(shown)))
        while asked := _asked(self.terminal):
            self.terminal.send("s")
            await self.terminal.until(lambda shown: _asked(shown) != asked)
        await self.terminal.until(READING)

    async def _go(self, name: str) -> None:
        """Open a conversation by its customer's name."""
        await self._leave()
        self.terminal.send("ga")
        await self.terminal.until("▸ all")
        self.terminal.send("/")
        await self.terminal.until("name, customer")
        self.terminal.send(name)
        await self.terminal.until(lambda shown: name in shown.row(2) and name in shown.row(3))
        self.terminal.send(ENTER)
        await self.terminal.until(READING)
        await self.terminal.until(f"─ {name} ")
        self.here = name

    async def _write(self) -> None:
        """A word or two into the composer; at a pause they are down on disk."""
        await self._enter()
        for _ in range(self.random.randint(1, 2)):
            word = Word(f"w{self.typed}x{self.random.randrange(10**4):04d}", self.conversations[self.here])
            self.typed += 1
            self.words.append(word)
            self.terminal.send(f" {word.text}")
            await self.terminal.until(word.text)
            if self.random.random() < 0.7:
                await eventually(lambda: self._is_draft(word))  # noqa: B023  awaited before the next turn
                word.down = True

    async def _send(self) -> None:
        """Enter, and then wait, hasten, take back, or go on with something else."""
        await self._enter()
        here = self.conversations[self.here]
        mine = [one for one in self.words if one.conversation == here and not one.entered]
        if not mine:
            return
        await self._press(ENTER, mine, lambda shown: _HELD in shown.row(39))
        for word in mine:
            word.down = word.entered = True
        self.sent += 1
        match self.random.choice(("wait", "now", "back", "on")):
            case "wait":
                await self.terminal.until(lambda shown: _HELD not in shown.text())
            case "now":
                self.terminal.send(ENTER)  # at once it is taken for a bouncing key, and a second later it leaves anyway
                await self.terminal.until(lambda shown: _HELD not in shown.text())
            case "back":
                await self._press(ESCAPE, mine, lambda shown: _HELD not in shown.text())
                await eventually(lambda: not self._is_held(mine[0]))
                for word in mine:
                    word.entered = not self._is_draft(word)
                self.taken_back += not mine[0].entered

    async def _press(self, key: str, words: list[Word], taken: Callable[[Terminal], bool]) -> None:
        """Press a key that changes what may become of these words."""
        for word in words:
            word.unsure = True
        self.terminal.send(key)
        await self.terminal.until(lambda shown: taken(shown) or _LATER in shown.row(39))
        while not taken(self.terminal):  # a file is still going up
            await self.terminal.until(lambda shown: _LATER not in shown.row(39))
            self.terminal.send(key)
            await self.terminal.until(lambda shown: taken(shown) or _LATER in shown.row(39))
        for word in words:
            word.unsure = False

    async def _upload(self) -> None:
        """A file for what is being written."""
        await self._enter()
        self.terminal.send(CTRL_F)
        await self.terminal.until(lambda shown: "Attach a file" in shown.text() or "A message takes" in shown.text())
        if "Attach a file" not in self.terminal.text():
            return
        await self.terminal.until(f"▌{FILE}")
        self.terminal.send(ENTER)
        await self.terminal.until(lambda shown: "Attach a file" not in shown.text())
        self.uploads += 1

    async def _enter(self) -> None:
        if WRITING not in self.terminal.text():
            self.terminal.send("r")
            await self.terminal.until(WRITING)

    async def _leave(self) -> None:
        await self.terminal.until(LIVE, timeout=20)
        if WRITING in self.terminal.text():
            self.terminal.send(_BACK_TAB)
            await self.terminal.until(READING)

    def _is_draft(self, word: Word) -> bool:
        return any(word.text in text for text in on_disk(self.database).drafts.get(word.conversation, ()))

    def _is_held(self, word: Word) -> bool:
        letters = on_disk(self.database).outbox.get(word.conversation, ())
        return any(word.text in text and state == "held" for state, text in letters)


def _asked(shown: Terminal) -> str:
    """The heading of what is asked; empty where nothing is."""
    headings = ("messages were not sent", "Before it leaves")
    return next((row for row in shown.text().split("\n") for one in headings if one in row), "")
