"""What a person can have done, said once: the verbs of the console. Knows the client's `Api`, and no HTTP.

What is asked comes back through the store; a verb that the server refuses raises Connect360Error, with a sentence.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from console.client.api import Api
from console.client.errors import NotFound
from console.contract.ai import AiEvent, AiRequest
from console.contract.inputs import CustomerInput
from console.state.delivery import Sleep
from console.state.downloads import Downloads
from console.state.drafts import Drafts
from console.state.gate import Check
from console.state.loading import Loading
from console.state.outbox import Outbox
from console.state.reduce import agent_of, file_of, template_of
from console.state.rows import Entry, FileCard, Person, Priority, Status, TemplateCard, Written
from console.state.sending import Orphan, Sending, Unsent
from console.state.store import Store
from console.state.sweep import Sweep
from console.state.tidying import Tidying
from console.state.uploads import Uploads


class Desk:
    """The verbs. Make it where a loop runs; `close` it before the Api, the drafts and the outbox."""

    def __init__(
        self,
        api: Api,
        store: Store,
        drafts: Drafts,
        outbox: Outbox,
        *,
        now: Callable[[], datetime],
        hold_seconds: float = 5.0,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._api = api
        self._store = store
        self._loading = Loading(api, store, sleep=sleep)
        self._sending = Sending(api, store, drafts, outbox, now=now, hold_seconds=hold_seconds, sleep=sleep)
        self._tidying = Tidying(api, store)
        self.uploads, self.downloads = Uploads(self.upload), Downloads(self.download)
        self._is_restored = False
        self.back_in_drafts = 0
        """How many messages an ended console held, which are drafts again."""

    @property
    def open_id(self) -> str | None:
        """The conversation that was opened last."""
        return self._loading.open_id

    async def start(self) -> None:
        """What the outbox held, with a line or without; who we are, the first conversations. Raises Connect360Error."""
        if not self._is_restored:
            self.back_in_drafts = self._sending.restore()
            self._is_restored = True
        await self._loading.start()

    @property
    def has_lists(self) -> bool:
        """Whether the server lists conversations, as far as is known."""
        return self._loading.has_lists

    def sweep(self) -> Sweep:
        """A walk through all that the server lists, and those that we have text for."""
        return self._loading.sweep(self._sending.conversations())

    async def look(self) -> None:
        """Read again what is on screen. Raises ApiError."""
        await self._loading.look()

    async def refresh(self, sweep: Sweep | None = None) -> None:
        """Read what may have changed unheard: what is on screen at once, then all that is left of a sweep, unhurried.

        Threads that are kept and not on screen are read when they are opened. Raises ApiError; the sweep can be gone on
        with then.
        """
        sweep = sweep or self.sweep()
        await self._loading.look(sweep)
        await self._loading.walk(sweep)

    async def open(self, id: str) -> None:
        """Have a conversation's newest messages, and mark it as read where that is kept and permitted."""
        await self._loading.open(id)

    async def older(self, id: str) -> None:
        """Have the messages before the oldest that are shown."""
        await self._loading.older(id)

    async def older_page(self, id: str) -> None:
        """The same in a large page, for whoever goes far back."""
        await self._loading.older_page(id)

    async def reload(self, id: str) -> None:
        """Have the newest messages again."""
        await self._loading.reload(id)

    async def reload_list(self) -> None:
        """Have the conversations of the newest activity again."""
        await self._loading.newest()

    async def mark_read(self, id: str) -> None:
        """Mark a conversation as read up to the newest message that is shown."""
        await self._loading.mark_read(id)

    @property
    def is_second(self) -> bool:
        """Whether another console of this profile was open before, and owns what was left unsent."""
        return self._sending.is_second

    def check(self, conversation_id: str, written: Written, seen: str | None) -> Check:
        """What a person should see before this leaves, who looked at the thread when `seen` was its newest message."""
        return self._sending.check(conversation_id, written, seen)

    def seen(self, conversation_id: str) -> str | None:
        """The newest message of a thread as it stands: "" of an empty one, None of one that is not loaded."""
        return self._sending.seen(conversation_id)

    def reply(self, conversation_id: str, written: Written, seen: str | None = None) -> str:
        """Send what was written, and have its local id; a reply can be taken back for a while, a note goes at once.

        `seen` is the newest message that its writer has seen, by default what is there now. Raises StateError if it
        cannot be written down first, and then it is not sent.
        """
        return self._sending.write(conversation_id, written, seen)

    def unsent(self) -> tuple[Unsent, ...]:
        """What does not leave by itself, for a person to decide on."""
        return self._sending.unsent()

    def written_in(self) -> frozenset[str]:
        """The conversations in which something is written that was not sent."""
        return self._sending.conversations()

    async def gone(self, local_ids: Collection[str]) -> None:
        """Wait until each of these messages has gone, or has stopped."""
        await self._sending.gone(local_ids)

    def leaving(self) -> int:
        """How many messages are held or on their way."""
        return self._sending.leaving()

    def stop_the_clock(self) -> None:
        """Hold what is held until the person has decided."""
        self._sending.stop_the_clock()

    def start_the_clock(self) -> None:
        """Hold what is held for its whole time again."""
        self._sending.start_the_clock()

    async def read_unsent(self) -> None:
        """Read what happened in the threads of what was not sent, as far as that can be had now."""
        await self._sending.read_unsent()

    async def finish(self) -> int:
        """Send all that is held now and wait a while for the answers; how many are left unsent."""
        return await self._sending.finish()

    def held(self, conversation_id: str | None) -> Entry | None:
        """The message written last that may still be taken back, there or with None anywhere."""
        return self._sending.held(conversation_id)

    def take_back(self, local_id: str) -> Written | None:
        """Have a message back that has not left; it is the draft again. None of one that has. Raises StateError."""
        return self._sending.take_back(local_id)

    def send_now(self, local_id: str, seen: str | None = None) -> None:
        """Hold a message no longer; `seen` is the newest message that the person has seen since."""
        self._sending.send_now(local_id, seen)

    def look_at(self, local_id: str) -> Unsent | None:
        """A message that is held or does not leave by itself, and what stands against it; None of any other."""
        return self._sending.look_at(local_id)

    async def retry(self, local_id: str, seen: str | None = None) -> None:
        """Send what was not sent, as one who saw the thread up to `seen`. Raises ApiError where it may have arrived."""
        await self._sending.retry(local_id, seen)

    def discard(self, local_id: str) -> Written | None:
        """Let an unsent message go, and have its text; None of one that is on its way or has arrived."""
        return self._sending.discard(local_id)

    def orphans(self) -> tuple[Orphan, ...]:
        """What was written in conversations that are deleted: no view lists it, and it is still kept."""
        return self._sending.orphans()

    def forget(self, orphan: Orphan) -> None:
        """Keep it no longer. Raises StateError."""
        self._sending.forget(orphan)

    def resume(self) -> None:
        """The line is back: go on with what waits for it."""
        self._sending.resume()

    async def upload(self, path: Path, on_progress: Callable[[int, int], None] | None = None) -> FileCard:
        """Upload a file for the next message; `on_progress` gets the bytes sent and the bytes in all."""
        (attachment,) = await self._api.files.upload([path], on_progress)
        return file_of(attachment)

    async def download(
        self, file: FileCard, to: Path, on_progress: Callable[[int, int | None], None] | None = None
    ) -> None:
        """Save a file as `to`, which must be free. `on_progress` gets the bytes that came and, where known, all."""
        await self._api.files.download(file.s3_key, to, on_progress, size=file.size)

    def ai(self, request: AiRequest) -> AsyncGenerator[AiEvent, None]:
        """An AI agent's answer as it is made. Its text is not made safe: that is for the whole of it."""
        return self._api.ai.stream(request)

    async def agents(self) -> tuple[Person, ...]:
        """The AI agents; none of a server that lists none."""
        with suppress(NotFound):
            return tuple(agent_of(agent) for agent in await self._api.directory.agents())
        return ()

    async def templates(self) -> tuple[TemplateCard, ...]:
        """The prepared texts; none of a server that has none."""
        with suppress(NotFound):
            return tuple(template_of(template) for template in await self._api.directory.templates())
        return ()

    async def create(self, name: str | None, customer: CustomerInput, website: str | None = None) -> str:
        """Make a conversation with a customer, or find theirs, on the channel of a website if one is named; its id."""
        return await self._tidying.create(name, customer, website)

    async def find(self, id: str) -> None:
        """Know a conversation of which a person has the id. Raises NotFound where there is none."""
        await self._tidying.find(id)

    async def create_sub(self, parent_id: str, name: str) -> str:
        """Make a conversation below another; its id."""
        return await self._tidying.create_sub(parent_id, name)

    async def rename(self, id: str, name: str) -> None:
        """Give a conversation another name."""
        await self._tidying.rename(id, name)

    async def move(self, id: str, parent_id: str | None) -> None:
        """Put a conversation below another, or with None at the top."""
        await self._tidying.move(id, parent_id)

    async def delete(self, id: str) -> int:
        """Delete a conversation and all below it; how many that were."""
        return await self._tidying.delete(id)

    async def set_status(self, id: str, status: Status, until: datetime | None = None) -> None:
        """Open, resolve or snooze a conversation; shown at once, undone if it is refused."""
        await self._tidying.set_status(id, status, until)

    async def assign(self, id: str, member_id: str | None) -> None:
        """Give a conversation to a member, or to nobody; shown at once, undone if it is refused."""
        await self._tidying.assign(id, member_id)

    async def set_labels(self, id: str, labels: tuple[str, ...]) -> None:
        """Have exactly these labels; shown at once, undone if it is refused."""
        await self._tidying.set_labels(id, labels)

    async def set_priority(self, id: str, priority: Priority) -> None:
        """Say how soon a conversation matters; shown at once, undone if it is refused."""
        await self._tidying.set_priority(id, priority)

    async def close(self) -> None:
        """Make drafts of what is held, stop what is under way, lose nothing."""
        await asyncio.gather(self.uploads.close(), self.downloads.close())
        await self._sending.close()
