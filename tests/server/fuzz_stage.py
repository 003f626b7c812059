"""A server that odd inputs are sent to, beside a workspace whose every word is a secret; and what no answer may be."""

from __future__ import annotations

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

from pydantic import TypeAdapter

from console.contract.ai import AI_EVENT, AiRequest
from console.contract.errors import CODES
from console.contract.procedures import AI_STREAM, ASSET, PROCEDURES, UPLOAD, Procedure
from console.server.keyring import private_directory
from console.server.service import Config
from tests.server.calling import MOUNT
from tests.server.fuzzing import TEXTS, Ids, case
from tests.server.inside import Answered, Inside, inside, members

SECRET = "zebrafinch"
"""Stands in every datum of the other workspace, and in nothing that is sent."""
LONGEST = 1_000
"""How many characters a sentence may have."""
SECONDS = 5.0
MOST_IN_ADDRESS = 60_000
"""How many bytes of an address reach a server: its HTTP parser takes no more."""
_INTERNALS = re.compile(
    r"sqlalchemy|sqlite|pydantic|starlette|traceback|\bselect\b.+\bfrom\b|insert into|object at 0x|\.py\b|/tmp/",
    re.IGNORECASE,
)
_CALLS = [*PROCEDURES.values()]
_MADE_NEW_AFTER = 400  # cases: what they leave behind makes every list longer


@dataclass
class Fuzz:
    """A line to the server as an admin, and the records that inputs name."""

    runner: asyncio.Runner
    line: Inside
    directory: Path
    key: str = ""
    other: str = ""
    ids: Ids = field(default_factory=lambda: Ids({}, {}))
    held: bytes = b""
    cases: int = 0
    numbers: Iterator[int] = field(default_factory=count)
    answered: Counter[tuple[str, int]] = field(default_factory=Counter)

    def try_one(self, number: int) -> None:
        """The case of this number. Raises AssertionError with what was sent for an answer that may not be."""
        if self.cases % _MADE_NEW_AFTER == 0:
            self.runner.run(self.furnish())
        self.cases += 1
        random = Random(number)
        kind = random.randrange(12)
        make = self._ask_for_ai if kind == 0 else self._touch_files if kind == 1 else self._call
        try:
            self.runner.run(make(random))
        except (AssertionError, KeyError, ValueError) as error:
            raise AssertionError(f"case {number}: {error}") from error

    async def furnish(self) -> None:
        """New workspaces; of the old ones, the other must be as it was."""
        await self.look_back()
        place = next(self.numbers)
        self.key = (await members(self.line, self.directory, f"own-{place}", [("Maya Okafor", "admin")]))[0]
        name = f"Fay {SECRET}"
        self.other = (await members(self.line, self.directory, f"{SECRET}-{place}", [(name, "admin")]))[0]
        self.ids = Ids(await self._records(self.key, "ours"), await self._records(self.other, SECRET))
        self.held = await self._all_of_the_other()

    async def look_back(self) -> None:
        """Raises AssertionError where the other workspace has changed."""
        if self.held:
            assert await self._all_of_the_other() == self.held

    async def _records(self, key: str, word: str) -> dict[str, str]:
        """A record of each kind, with a word in all of their fields."""
        person = {"externalId": word, "name": word, "email": f"{word}@example.com", "metadata": {"fingerprint": word}}
        wanted = {"customer": person, "channelIdentifier": f"{word}.example", "name": word, "metadata": {"plan": word}}
        talk = await self._made(key, "getOrCreateConversation", wanted)
        await self._made(key, "createSubConversation", {"parentId": talk["id"], "name": word})
        said = await self._made(
            key, "send", {"conversationId": talk["id"], "sender": "customer", "content": {"en": word}}
        )
        await self._made(key, "send", {"conversationId": talk["id"], "content": {"en": word, "ar": word}})
        template = await self._made(key, "saveTemplate", {"name": word, "content": {"en": f"{word} {{{{x}}}}"}})
        article = await self._made(key, "saveArticle", {"name": word, "content": {"en": word}})
        body = f'--b\r\ncontent-disposition: form-data; name="files"; filename="{word}.txt"\r\n\r\n{word}\r\n--b--\r\n'
        file = (await self._upload(key, body.encode())).json()["files"][0]
        session = await self._made(key, "session", {})
        page = await self._made(key, "listMessages", {"conversationId": talk["id"], "limit": 1})
        return {
            "conversation": talk["id"],
            "customer": talk["customer"]["id"],
            "channel": talk["channels"][0]["id"],
            "message": said["id"],
            "template": template["id"],
            "article": article["id"],
            "attachment": file["id"],
            "file": file["s3Key"],
            "member": session["member"]["id"],
            "agent": "agent_knowledge",
            "cursor": page["nextCursor"],
        }

    async def _made(self, key: str, procedure: str, wanted: dict[str, Any]) -> Any:
        return (await self.line.ask(key, procedure, json.dumps(wanted))).json()["result"]["data"]

    async def _upload(self, key: str, body: bytes) -> Answered:
        sent = {"authorization": f"Bearer {key}", "content-type": "multipart/form-data; boundary=b"}
        return await self.line.request("POST", UPLOAD.path, "", sent, body)

    async def _all_of_the_other(self) -> bytes:
        talk = {"conversationId": self.ids.foreign["conversation"]}
        asked = [
            ("listMessages", talk),
            *((name, {}) for name in ("listConversations", "listChannels", "listTemplates")),
        ]
        asked += [("listMembers", {}), ("getCustomer", {"id": self.ids.foreign["customer"]})]
        answers = [await self.line.ask(self.other, name, json.dumps(wanted)) for name, wanted in asked]
        assert all(SECRET.encode() in answer.body for answer in answers)
        return b"\n".join(answer.body for answer in answers)

    async def _call(self, random: Random) -> None:
        """One call: mostly plain, else wrapped as superjson, or one of a batch."""
        procedure = random.choice(_CALLS)
        text = case(random, procedure.input, self.ids)
        form = random.choice(("plain",) * 8 + ("wrapped", "batch"))
        if form == "wrapped":
            names = {random.choice((*procedure.input.model_fields, *TEXTS, "a.0.b")): ["undefined"]}
            text = f'{{"json":{text},"meta":{{"values":{json.dumps(names)}}}}}'
        if form == "batch":
            text = f'{{"0":{text}}}'
        sent = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        if random.random() < 0.05:
            sent["idempotency-key"] = random.choice(("k1", "k2", "k" * 201, ""))
        query, path, until = "batch=1&" if form == "batch" else "", MOUNT + procedure.name, None
        if procedure.kind == "mutation":
            answer = await self._sent(text, "POST", path, query, sent, _bytes(text))
        else:
            until = b"event: connected" if procedure.kind == "subscription" else None
            query += "input=" + quote(_bytes(text), safe="")[:MOST_IN_ADDRESS]
            answer = await self._sent(text, "GET", path, query, sent, until=until)
        if until is not None and answer.status == 200:
            return
        if procedure.name == "deleteConversation" and answer.status in (200, 207):
            self.cases = 0  # nothing that is left is worth asking for
        shape = json.loads(answer.body)
        shape = shape[0] if form == "batch" and isinstance(shape, list) else shape
        _check_envelope(procedure, answer.status, shape)

    async def _ask_for_ai(self, random: Random) -> None:
        text = case(random, AiRequest, self.ids)
        sent = {"authorization": f"Bearer {self.key}", "content-type": "application/json"}
        answer = await self._sent(text, "POST", AI_STREAM.path, "", sent, _bytes(text))
        if answer.status != 200:
            _check_rest(answer)
            return
        told = [line for line in answer.body.decode().splitlines() if line.startswith("data: ")]
        events = [AI_EVENT.validate_json(line.removeprefix("data: ")) for line in told]
        assert events[-1].type in ("done", "error"), (text, told)

    async def _touch_files(self, random: Random) -> None:
        """A download by a key, or an upload, in neither of which anything needs to be as it should."""
        sent = {"authorization": f"Bearer {self.key}"}
        if random.random() < 0.5:
            files = (self.ids.own["file"], self.ids.foreign["file"])
            key = random.choice((*files, *TEXTS, files[0] + "/..", "../" + files[1], files[1].upper(), "//" + files[1]))
            path = ASSET.path.replace("{key}", quote(key.encode("utf-8", "replace"), safe="/"))
            answer = await self._sent(key, "GET", path, "", sent)
        else:
            name, kind = random.choice(TEXTS), random.choice(("image/png", "text/html", "", *TEXTS[3:6]))
            head = f'content-disposition: form-data; name="files"; filename="{name}"\r\ncontent-type: {kind}'
            part = f"--b\r\n{head}\r\n\r\n"
            body = random.choice((part + "x\r\n--b--\r\n", part, part * 7, "--b--", f"{name}", part + "x\r\n--b"))
            sent["content-type"] = random.choice(
                ("multipart/form-data; boundary=b",) * 3 + ("multipart/form-data", "text/x")
            )
            answer = await self._sent(body, "POST", UPLOAD.path, "", sent, _bytes(body))
        if answer.status != 200:
            _check_rest(answer)

    async def _sent(
        self, text: str, method: str, path: str, query: str, sent: dict[str, str], *rest: bytes, **named: Any
    ) -> Answered:
        """An answer in time, without a secret and without a fault."""
        try:
            async with asyncio.timeout(SECONDS):
                answer = await self.line.request(method, path, query, sent, *rest, **named)
        except TimeoutError:
            raise AssertionError(f"no answer to {method} {path} {text[:2000]!r}") from None
        self.answered[path.removeprefix(MOUNT) if path.startswith(MOUNT) else path[:35], answer.status] += 1
        assert answer.status < 500, (method, path, text[:2000], answer.body)
        assert SECRET not in answer.body.decode("utf-8", "replace").lower(), (method, path, text[:2000])
        return answer


def _bytes(text: str) -> bytes:
    """As a careless client sends it: half a character goes out as it is."""
    return text.encode("utf-8", "surrogatepass")


def _check_envelope(procedure: Procedure[Any, Any], status: int, shape: Any) -> None:
    """A result of the contract's shape, or an error object with its code, its status and a sentence."""
    if status == 200:
        value = shape["result"]["data"]
        value = value["json"] if set(value) == {"json"} else value
        answer: TypeAdapter[Any] = procedure.answer
        assert answer.dump_python(answer.validate_python(value), mode="json", by_alias=True) == value
        return
    error = shape["error"]
    error = error["json"] if set(error) == {"json"} else error
    assert CODES[error["data"]["code"]] == (error["code"], error["data"]["httpStatus"])
    assert error["data"]["httpStatus"] == status
    _check_sentence(error["message"])


def _check_rest(answer: Answered) -> None:
    said = answer.json()
    assert set(said) == {"message"}
    _check_sentence(said["message"])


def _check_sentence(sentence: str) -> None:
    assert 0 < len(sentence) <= LONGEST
    assert not _INTERNALS.search(sentence), sentence


@contextmanager
def fuzzed(directory: Path) -> Iterator[Fuzz]:
    """A server on a new directory while the block runs."""
    serving = inside(Config(private_directory(directory), rate=0.0, pace=0.0))
    with asyncio.Runner() as runner:
        line = runner.run(serving.__aenter__())
        try:
            fuzz = Fuzz(runner, line, directory)
            yield fuzz
            runner.run(fuzz.look_back())
        finally:
            runner.run(serving.__aexit__(None, None, None))
