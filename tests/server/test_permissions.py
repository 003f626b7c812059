"""Who may call what: every procedure and endpoint of the contract, through every kind of key, over the wire."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
import pytest_asyncio

from console.contract.errors import NO_KEY, UNKNOWN_KEY, missing_permission
from console.contract.permissions import MANAGE, ROLES, Permission, RoleName, permits
from console.contract.procedures import AI_STREAM, ASSET, ENDPOINTS, PROCEDURES, UPLOAD, Endpoint, Procedure
from console.server.ai.retrieving import RETRIEVING
from console.server.auth import new_key
from tests.server.calling import MOUNT, Talk, talking
from tests.server.streams import Stream
from tests.support.server import RunningServer, running_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

# One input for each procedure that a key with the permission gets through with. `{…}` are ids made below.
INPUTS: dict[str, dict[str, Any]] = {
    "getOrCreateConversation": {"customer": {"externalId": "someone"}},
    "createSubConversation": {"parentId": "{conversation}"},
    "updateConversation": {"id": "{conversation}", "name": "Renamed"},
    "deleteConversation": {"id": "{doomed}"},
    "send": {"conversationId": "{conversation}", "content": {"en": "Hello"}},
    "listMessages": {"conversationId": "{conversation}"},
    "claimGuestConversations": {"fingerprint": "finger-print", "customerId": "{customer}"},
    "session": {},
    "listConversations": {},
    "getConversation": {"id": "{conversation}"},
    "searchMessages": {"query": "hello"},
    "getCustomer": {"id": "{customer}"},
    "listMembers": {},
    "listChannels": {},
    "listAgents": {},
    "listTemplates": {},
    "saveTemplate": {"id": "{template}", "name": "Greeting", "content": {"en": "Hello"}},
    "saveArticle": {"id": "{article}", "name": "Returns", "content": {"en": "30 days"}},
    "markRead": {"conversationId": "{conversation}", "messageId": "{message}"},
    "setPresence": {"conversationId": "{conversation}", "state": "viewing"},
    "events": {},
    "listAuditLog": {},
}
# What names a record, and so is not found through a key of another workspace.
NAMES_NOTHING = {
    "getOrCreateConversation",
    "session",
    "listConversations",
    "searchMessages",
    "listAuditLog",
    "listMembers",
    "listChannels",
    "listAgents",
    "listTemplates",
    "events",
}
IMPORTS = [procedure for procedure in PROCEDURES.values() if "created_at" in procedure.input.model_fields]
LIMITED = ("no key", "unknown", "revoked", "expired")


EVERYBODY = (*LIMITED, "viewer", "agent", "admin", "foreign")


class Heard(NamedTuple):
    """What a call ended with: its status, be it in HTTP or inside, its sentence, and the whole answer."""

    status: int
    sentence: str
    text: str


async def single(talk: Talk, procedure: Procedure[Any, Any], wanted: dict[str, Any]) -> Heard:
    """One call, or a subscription followed to its first word."""
    if procedure.kind == "subscription":
        return await _followed(talk, procedure, wanted)
    answer = await talk.ask(procedure.name, **wanted)
    return _heard(answer.status_code, answer.json(), answer.text)


async def superjson(talk: Talk, procedure: Procedure[Any, Any], wanted: dict[str, Any]) -> Heard:
    """The same, wrapped by superjson, as the answer then is."""
    if procedure.kind == "subscription":
        return await _followed(talk, procedure, {"json": wanted})
    answer = await talk.ask(procedure.name, json=wanted)
    body = answer.json()
    inside = {"error": body["error"]["json"]} if "error" in body else {"result": body["result"]["data"]["json"]}
    return _heard(answer.status_code, inside, answer.text)


async def batch(talk: Talk, procedure: Procedure[Any, Any], wanted: dict[str, Any]) -> Heard:
    """A batch of one."""
    answer = await _batched(talk, procedure, wanted, {})
    return _heard(answer.status_code, answer.json()[0], answer.text)


async def batch_stream(talk: Talk, procedure: Procedure[Any, Any], wanted: dict[str, Any]) -> Heard:
    """A batch whose answer is lines of JSON, the status inside."""
    answer = await _batched(talk, procedure, wanted, {"trpc-accept": "application/jsonl"})
    assert answer.status_code == 200
    inside = json.loads(answer.text.splitlines()[0])["0"][0][0]
    return _heard(inside["error"]["data"]["httpStatus"] if "error" in inside else 200, inside, answer.text)


FORMS = (single, superjson, batch, batch_stream)
BATCHES = (batch, batch_stream)


async def _batched(
    talk: Talk, procedure: Procedure[Any, Any], wanted: dict[str, Any], headers: dict[str, str]
) -> httpx.Response:
    path = f"{MOUNT}{procedure.name}?batch=1"
    if procedure.kind == "mutation":
        return await talk.http.post(path, json={"0": wanted}, headers=headers)
    return await talk.http.get(
        MOUNT + procedure.name, params={"batch": "1", "input": json.dumps({"0": wanted})}, headers=headers
    )


async def _followed(talk: Talk, procedure: Procedure[Any, Any], given: dict[str, Any]) -> Heard:
    async with talk.http.stream("GET", MOUNT + procedure.name, params={"input": json.dumps(given)}) as answer:
        stream = Stream(answer)
        assert answer.status_code == 200
        first = await stream.next()
        assert first is not None
        assert first.name == "connected"
        if first.id is not None:
            return Heard(200, "", first.text)
        refused = await stream.next()
        assert refused is not None
        assert refused.name == "serialized-error"
        shape = refused.value["json"] if "json" in given else refused.value
        return _heard(shape["data"]["httpStatus"], {"error": shape}, refused.text)


def _heard(status: int, body: Any, text: str) -> Heard:
    assert ("error" in body) != ("result" in body)
    assert status == (body["error"]["data"]["httpStatus"] if "error" in body else 200)
    return Heard(status, body.get("error", {}).get("message", ""), text)


class House:
    """A server with a record of each kind, and a key of each kind with a line that uses it."""

    def __init__(self, server: RunningServer, admin: Talk) -> None:
        self.server = server
        self.admin = admin
        self.talks: dict[str, Talk] = {}
        self.keys: dict[str, str | None] = {
            "no key": None,
            "unknown": new_key(),
            "revoked": server.key("admin", "Rita Gone"),
            "expired": server.key("admin", "Ed Past", expires_in_days=-1),
            "foreign": server.key("admin", "Fay Olsen", "Elsewhere"),
            **{role: server.key(role, f"Some {role}") for role in ROLES},
        }
        server.revoke(str(self.keys["revoked"]))
        self.ids: dict[str, str] = {}
        self.asset = ""

    async def furnish(self) -> None:
        """Make the records."""
        conversation = await self.admin.customer()
        message = await self.admin.says(conversation["id"], "Hello?")
        template = await self.admin.call("saveTemplate", name="Greeting", content={"en": "Hello"})
        article = await self.admin.call("saveArticle", name="Returns", content={"en": "30 days"})
        uploaded = await self.admin.http.post(UPLOAD.path, files={"files": ("a.txt", b"text")})
        self.asset = uploaded.json()["files"][0]["s3Key"]
        self.ids = {
            "conversation": conversation["id"],
            "customer": conversation["customer"]["id"],
            "message": message["id"],
            "template": template["id"],
            "article": article["id"],
        }

    async def wanted(self, procedure: str) -> dict[str, Any]:
        """An input of ours, its ids filled in."""
        if procedure == "deleteConversation":
            self.ids["doomed"] = (await self.admin.customer("Doomed"))["id"]
        return {
            name: value.format(**self.ids) if isinstance(value, str) else value
            for name, value in INPUTS[procedure].items()
        }

    def nothing(self, procedure: str) -> dict[str, Any]:
        """The same input, but for ids of records that are nowhere."""
        nowhere = {name: f"{name[:3]}_01ARZ3NDEKTSV4RRFFQ69G5FAV" for name in (*self.ids, "doomed")}
        return {
            name: value.format(**nowhere) if isinstance(value, str) else value
            for name, value in INPUTS[procedure].items()
        }


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One house for the whole matrix: what is refused changes nothing in it."""
    directory: Path = tmp_path_factory.mktemp("matrix") / "data"
    async with running_server(directory, pace=0.0) as server, talking(server.url, server.key("admin")) as admin:
        house = House(server, admin)
        await house.furnish()
        async with AsyncExitStack() as lines:
            for who in EVERYBODY:
                house.talks[who] = await lines.enter_async_context(talking(server.url, house.keys[who]))
            yield house


async def test_every_procedure_and_endpoint_of_the_contract_stands_in_the_matrix() -> None:
    assert INPUTS.keys() == PROCEDURES.keys()
    assert {endpoint.name for endpoint in ENDPOINTS} == {"upload", "asset", "aiStream"}
    assert {procedure.name for procedure in IMPORTS} == {"getOrCreateConversation", "createSubConversation", "send"}


def _refusal(who: str, permission: Permission | None) -> tuple[int, str] | None:
    """What a caller hears before anything else is looked at; None for who may go on."""
    if who in LIMITED:
        return 401, NO_KEY if who == "no key" else UNKNOWN_KEY
    role: RoleName = "admin" if who == "foreign" else who  # type: ignore[assignment]
    return None if permits(ROLES[role], permission) else (403, missing_permission(str(permission)))


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=lambda procedure: procedure.name)
async def test_a_procedure_asks_for_its_permission(house: House, procedure: Procedure[Any, Any], who: str) -> None:
    refusal = _refusal(who, procedure.permission)
    for form in FORMS:
        heard = await form(house.talks[who], procedure, await house.wanted(procedure.name))
        if procedure.kind == "subscription" and form in BATCHES:
            expected = (400, "Cannot batch subscription calls")
        elif refusal is not None:
            expected = refusal
        elif who == "foreign" and procedure.name not in NAMES_NOTHING:
            missing = await single(house.talks["admin"], procedure, house.nothing(procedure.name))
            expected = (404, missing.sentence)
        else:
            expected = (200, "")
        assert heard[:2] == expected, form.__name__
        if who == "foreign":
            assert not any(one in heard.text for one in house.ids.values()), form.__name__


@pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=lambda procedure: procedure.name)
async def test_an_input_is_looked_at_last_and_unknown_fields_are_refused_by_name(
    house: House, procedure: Procedure[Any, Any]
) -> None:
    for who, talk in house.talks.items():
        for form in (single, superjson):
            heard = await form(talk, procedure, await house.wanted(procedure.name) | {"surprise": 1})
            assert heard[:2] == (_refusal(who, procedure.permission) or (400, "unknown field: surprise")), who


async def test_who_may_not_change_anything_has_changed_nothing(house: House) -> None:
    log = await house.admin.call("listAuditLog", limit=100)
    names = {entry["actor"]["name"] for entry in log["items"]}
    assert names <= {None, "Maya Okafor", "Some agent", "Some admin"}


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
async def test_an_endpoint_asks_for_its_permission(house: House, endpoint: Endpoint, who: str) -> None:
    answer = await _requested(house.talks[who], house, endpoint)
    if who == "no key":
        assert (answer.status_code, answer.json()) == (401, {"message": NO_KEY})
    elif who in LIMITED:
        assert (answer.status_code, answer.json()) == (401, {"error": UNKNOWN_KEY})
    elif who == "foreign" and endpoint == ASSET:
        assert (answer.status_code, answer.json()) == (404, {"message": "File not found."})
    elif who == "foreign" and endpoint == AI_STREAM:
        assert "not found" in answer.text
    elif who == "foreign" or permits(ROLES[who], endpoint.permission):  # type: ignore[index]
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()) == (403, {"message": missing_permission(str(endpoint.permission))})


@pytest.mark.parametrize("who", EVERYBODY)
@pytest.mark.parametrize("procedure", IMPORTS, ids=lambda procedure: procedure.name)
async def test_an_import_asks_for_a_permission_of_its_own(
    house: House, procedure: Procedure[Any, Any], who: str
) -> None:
    wanted = await house.wanted(procedure.name) | {"createdAt": "2020-01-01T00:00Z"}
    heard = await single(house.talks[who], procedure, wanted)
    expected = _refusal(who, procedure.permission) or _refusal(who, MANAGE) or (200, "")
    if who == "foreign" and procedure.name not in NAMES_NOTHING:
        expected = (404, heard.sentence)
    assert heard[:2] == expected


@pytest.mark.parametrize("place", ["query", "x-api-key", "bearer", "both"])
async def test_a_key_is_taken_from_headers_bearer_first_and_never_from_the_address(house: House, place: str) -> None:
    good, bad = str(house.keys["viewer"]), str(house.keys["unknown"])
    sent: dict[str, tuple[dict[str, str], dict[str, str], int]] = {
        "query": ({}, {"apiKey": good, "api_key": good, "key": good, "authorization": f"Bearer {good}"}, 401),
        "x-api-key": ({"x-api-key": good}, {}, 200),
        "bearer": ({"Authorization": f"bearer {good}"}, {}, 200),
        "both": ({"authorization": f"Bearer {bad}", "x-api-key": good}, {}, 401),
    }
    headers, query, status = sent[place]
    async with talking(house.server.url, None) as talk:
        answer = await talk.http.get(MOUNT + "session", headers=headers, params=query)
    assert answer.status_code == status


async def test_each_call_of_a_batch_is_asked_for_its_own_permission(house: House) -> None:
    ids = house.ids["conversation"]
    async with talking(house.server.url, house.keys["agent"]) as talk:
        path = MOUNT + "send,v1.connect.deleteConversation?batch=1"
        answer = await talk.http.post(
            path, json={"0": {"conversationId": ids, "content": {"en": "x"}}, "1": {"id": ids}}
        )
    said, refused = answer.json()
    assert answer.status_code == 207
    assert "result" in said
    assert refused["error"]["message"] == missing_permission("connect360:conversation:delete")


async def _requested(talk: Talk, house: House, endpoint: Endpoint) -> httpx.Response:
    if endpoint == UPLOAD:
        return await talk.http.post(UPLOAD.path, files={"files": ("a.txt", b"text")})
    if endpoint == ASSET:
        return await talk.http.get(ASSET.path.replace("{key}", house.asset))
    wanted = {
        "agentId": RETRIEVING,
        "conversationId": house.ids["conversation"],
        "mode": "draft",
        "lastMessageId": house.ids["message"],
    }
    return await talk.http.post(AI_STREAM.path, json=wanted)
