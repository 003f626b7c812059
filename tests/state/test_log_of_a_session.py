"""The log of a whole session with a real server, and none of its words, keys and names in it."""

from __future__ import annotations

import asyncio
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.client.api import Api
from console.client.errors import ApiError, LineError, Unauthorized
from console.contract.ai import AiRequest
from console.contract.inputs import CustomerInput, ListConversations, SaveArticle, SaveTemplate, Send
from console.state.database import Database
from console.state.desk import Desk
from console.state.drafts import Draft, Drafts
from console.state.follow import Follower
from console.state.log import Log
from console.state.log_file import NAME
from console.state.outbox import Outbox
from console.state.store import Store
from tests.state.values import until, words
from tests.support.server import RunningServer, running_server

WORDS = (
    "Quentin Vandermeer",
    "quentin@vandermeer.example",
    "+971501234567",
    "web-user-8213",
    "shop.vandermeer.example",
    "The zeppelin arrived punctured",
    "Apologies, a fresh zeppelin departs tomorrow",
    "Sceptical: he punctured it himself",
    "Half a thought about balloons",
    "منطاد مثقوب",
    "passport of Quentin.txt",
    "machine readable zone",
    "Ballooning policy",
    "Punctures are mended within a fortnight",
    "urgent-balloons",
    "Greeting of balloonists",
)

_LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \d+ "
    r"(?:start connect360=\S+ server=127\.0\.0\.1:\d+ profile=default|end"
    r"|line (?:connecting|live|reconnecting|offline|polling|refused)"
    r"|outbox local_\w+ (?:held|waiting|stopped|sending|failed|unknown|withdrawn|sent msg_\w+)"
    r"|open (?:v1\.connect\.events|ai-stream) (?:GET|POST) 200 ms=\d+ after=(?:-|\d+) try=\d"
    r"|(?:call|shut) (?:probe|upload|asset|ai-stream|v1\.connect\.\w+) (?:GET|POST)(?: \d{3})?(?: [A-Za-z]+)?"
    r" ms=\d+ up=\d+ down=\d+(?: events=\d+)? try=\d)"
)


def now() -> datetime:
    return datetime.now(UTC)


async def work(server: RunningServer, log: Log, folder: Path, key: str) -> None:
    """A day's work, bad moments included."""
    customer, email, phone, external_id, site, asked, answered, noted, *rest = WORDS
    drafted, arabic, file_name, content, article, policy, label, greeting = rest
    async with Api(server.url, key, on_wire=log.wire) as api:
        store = Store(now())
        store.overhear(log.change)
        database = Database(folder / "console.sqlite", "default", server.url)
        drafts, outbox = Drafts(database), Outbox(database)
        desk = Desk(api, store, drafts, outbox, now=now, hold_seconds=60)
        following = asyncio.create_task(Follower(api, store, desk, now=now).run())
        await until(store, lambda: store.line.state == "live")

        who = CustomerInput(external_id=external_id, name=customer, email=email, phone=phone)
        id = await desk.create(customer, who)
        await desk.open(id)
        said = {"en": asked, "ar": arabic}
        await api.messages.send(Send(conversation_id=id, content=said, sender="customer", channel_identifier=site))
        await until(store, lambda: len(store.thread(id).entries) == 1)

        drafts.put(id, False, Draft(drafted, "en"))
        desk.send_now(desk.reply(id, words(answered)))
        await until(store, lambda: [entry.delivery for entry in store.thread(id).entries] == ["sent", "sent"])
        desk.reply(id, words(noted, note=True))
        await until(store, lambda: [entry.delivery for entry in store.thread(id).entries] == ["sent"] * 3)
        desk.take_back(desk.reply(id, words(answered)))

        (folder / file_name).write_text(content)
        (file,) = await api.files.upload([folder / file_name])
        await api.files.download(file.s3_key, folder / "again")
        await api.directory.save_article(SaveArticle(name=article, content={"en": policy}))
        await api.directory.save_template(SaveTemplate(name=greeting, content={"en": policy}))
        await api.conversations.list(ListConversations(query=customer))
        await desk.set_labels(id, (label,))
        (agent, *_) = await api.directory.agents()
        newest = (await api.messages.list(id)).items[0].id
        request = AiRequest(
            agent_id=agent.id, conversation_id=id, last_message_id=newest, mode="draft", instruction=policy
        )
        assert [event async for event in api.ai.stream(request)]
        with pytest.raises(ApiError):
            await api.conversations.get(customer)

        await server.stop()
        await until(store, lambda: store.line.state in ("reconnecting", "offline"))
        with pytest.raises(LineError):
            await api.messages.send(Send(conversation_id=id, content={"en": answered}))
        await server.start()
        await until(store, lambda: store.line.state == "live")
        await desk.delete(id)

        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        await desk.close()
        outbox.close()
        database.close()


@pytest.fixture
async def written(tmp_path: Path) -> tuple[str, list[str]]:
    """What a session wrote, as it lies there, and the keys of it."""
    async with running_server(tmp_path / "server") as server:
        keys = [server.key("admin"), "plato_of_nobody_0123456789"]
        log = Log(tmp_path / "state", now=now, profile="default")
        log.start(server.url)
        async with Api(server.url, keys[1], on_wire=log.wire) as stranger:
            with pytest.raises(Unauthorized):
                await stranger.session.get()
        await work(server, log, tmp_path, keys[0])
        log.close()
    return (tmp_path / "state" / NAME).read_text(encoding="utf-8"), keys


async def test_a_session_leaves_nobodys_words_and_no_key_in_the_log(written: tuple[str, list[str]]) -> None:
    text, keys = written
    parts = {part for said in WORDS for part in re.findall(r"\w{5,}", said)}
    told = [one for one in (*WORDS, *parts, *keys, "plato_") if one.casefold() in text.casefold()]
    assert told == []
    assert [line for line in text.splitlines() if not _LINE.fullmatch(line)] == []


async def test_a_session_is_told_from_start_to_end(written: tuple[str, list[str]]) -> None:
    text, _ = written
    told = [line.split(" ", 2)[2] for line in text.splitlines()]
    assert told[0].startswith("start ") and told[-1] == "end"
    for beginning in (
        "call probe GET 404",
        "call v1.connect.session GET 401 Unauthorized",
        "call v1.connect.session GET 200",
        "call v1.connect.getOrCreateConversation POST 200",
        "call v1.connect.send POST 200",
        "call upload POST 200",
        "call asset GET 200",
        "open ai-stream POST 200",
        "shut ai-stream POST 200",
        "call v1.connect.getConversation GET 404 NotFound",
        "open v1.connect.events GET 200",
        "shut v1.connect.events GET 200",
        "call v1.connect.send POST Unreachable",
        "call v1.connect.deleteConversation POST 200",
        "line live",
        "line reconnecting",
    ):
        assert any(line.startswith(beginning) for line in told), f"{beginning}\n{text}"
    resumed = [line for line in told if line.startswith("open v1.connect.events")]
    assert re.search(r"after=\d+", resumed[-1])
    sent = [line.split()[2:] for line in told if line.startswith("outbox")]
    assert ["withdrawn"] in sent and sum(how[0] == "sent" for how in sent) == 2
