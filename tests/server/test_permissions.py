"""Who may call what: every procedure and endpoint of the contract, through every kind of key, over the wire."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from console.contract.errors import NO_KEY, UNKNOWN_KEY, missing_permission
from console.contract.permissions import ROLES, permits
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
LIMITED = ("no key", "unknown", "revoked", "expired")


class House:
    """A server with a record of each kind, and a key of each kind."""

    def __init__(self, server: RunningServer, admin: Talk) -> None:
        self.server = server
        self.admin = admin
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


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """One house for the whole matrix: what is refused changes nothing in it."""
    directory: Path = tmp_path_factory.mktemp("matrix") / "data"
    async with running_server(directory, pace=0.0) as server, talking(server.url, server.key("admin")) as admin:
        house = House(server, admin)
        await house.furnish()
        yield house


async def test_every_procedure_and_endpoint_of_the_contract_stands_in_the_matrix() -> None:
    assert INPUTS.keys() == PROCEDURES.keys()
    assert {endpoint.name for endpoint in ENDPOINTS} == {"upload", "asset", "aiStream"}


@pytest.mark.parametrize("who", [*LIMITED, "viewer", "agent", "admin", "foreign"])
@pytest.mark.parametrize("procedure", PROCEDURES.values(), ids=lambda procedure: procedure.name)
async def test_a_procedure_asks_for_its_permission(house: House, procedure: Procedure[Any, Any], who: str) -> None:
    async with talking(house.server.url, house.keys[who]) as talk:
        status, sentence = await _called(talk, procedure, await house.wanted(procedure.name))
    if who in LIMITED:
        assert (status, sentence) == (401, NO_KEY if who == "no key" else UNKNOWN_KEY)
    elif who == "foreign":
        assert status == (200 if procedure.name in NAMES_NOTHING else 404), sentence
    elif permits(ROLES[who], procedure.permission):  # type: ignore[index]
        assert status == 200, sentence
    else:
        assert (status, sentence) == (403, missing_permission(str(procedure.permission)))


@pytest.mark.parametrize("who", [*LIMITED, "viewer", "agent", "admin", "foreign"])
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
async def test_an_endpoint_asks_for_its_permission(house: House, endpoint: Endpoint, who: str) -> None:
    async with talking(house.server.url, house.keys[who]) as talk:
        answer = await _requested(talk, house, endpoint)
    if who == "no key":
        assert (answer.status_code, answer.json()) == (401, {"message": NO_KEY})
    elif who in LIMITED:
        assert (answer.status_code, answer.json()) == (401, {"error": UNKNOWN_KEY})
    elif who == "foreign" and endpoint == ASSET:
        assert answer.status_code == 404
    elif who == "foreign" and endpoint == AI_STREAM:
        assert "not found" in answer.text
    elif who == "foreign" or permits(ROLES[who], endpoint.permission):  # type: ignore[index]
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()) == (403, {"message": missing_permission(str(endpoint.permission))})


async def test_an_import_asks_for_a_permission_of_its_own(house: House) -> None:
    wanted = {"conversationId": house.ids["conversation"], "content": {"en": "Once"}, "createdAt": "2020-01-01T00:00Z"}
    async with talking(house.server.url, house.keys["agent"]) as talk:
        answer = await talk.ask("send", **wanted)
    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == missing_permission("connect360:workspace:manage")


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


async def _called(talk: Talk, procedure: Procedure[Any, Any], wanted: dict[str, Any]) -> tuple[int, str]:
    """The status that a call ends with, in HTTP or in the stream, and its sentence."""
    if procedure.kind != "subscription":
        answer = await talk.ask(procedure.name, **wanted)
        return answer.status_code, answer.json().get("error", {}).get("message", "")
    async with talk.http.stream("GET", MOUNT + procedure.name, params={"input": json.dumps(wanted)}) as answer:
        stream = Stream(answer)
        assert answer.status_code == 200
        first = await stream.next()
        assert first is not None
        assert first.name == "connected"
        if first.id is not None:
            return 200, ""
        refused = await stream.next()
        assert refused is not None
        assert refused.name == "serialized-error"
        return refused.value["data"]["httpStatus"], refused.value["message"]


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
