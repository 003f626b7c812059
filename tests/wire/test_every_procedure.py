"""The real clients against our server process: every procedure through every link, plain and with superjson."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, get_args

import pytest
import pytest_asyncio

from console.contract.errors import NO_KEY, UNKNOWN_KEY, missing_permission
from console.contract.permissions import DELETE
from console.contract.procedures import PROCEDURES
from console.contract.superjson import UNDEFINED, BigInt, Date, Map, Set, Url
from console.server.keyring import create_keys, holder, private_directory
from console.server.routes.trpc import MOST_BYTES
from console.server.trpc import MOST_CALLS
from tests.server.calling import Talk, talking
from tests.server.test_permissions import INPUTS
from tests.support.server import MAYA, RunningServer, running_server
from tests.support.server_process import server_process
from tests.wire.node import Call, Client, Link, Made, Node, Transformer, Version, running_node

pytestmark = pytest.mark.asyncio(loop_scope="module")

LINKS: tuple[Link, ...] = ("httpLink", "httpBatchLink", "httpBatchStreamLink")
TRANSFORMERS: tuple[Transformer, ...] = get_args(Transformer)
VERSIONS: tuple[Version, ...] = get_args(Version)
# What a line, a stream of lines or a parser may stumble over.
TRICKY = 'ليلى \u2028\u2029\x85 \0 \\ "</script>" ı İ 👩‍👩‍👧 \ufeff {"json":1}\n\r\n'


@dataclass
class Desk:
    """A server process with a record of each kind, keys, and node beside it."""

    node: Node
    url: str
    admin: str
    agent: str
    talk: Talk
    ids: dict[str, str]

    def client(self, link: Link, transformer: Transformer, version: Version = "newest", key: str = "") -> Client:
        """A real client with the admin's key."""
        return Client(self.url, key or self.admin, link, transformer, version)

    async def call(self, procedure: str) -> Call:
        """A call of this procedure, whatever it needs being there."""
        if procedure == "deleteConversation":
            self.ids["doomed"] = (await self.talk.customer("Doomed"))["id"]
        given = {
            name: value.format(**self.ids) if isinstance(value, str) else value
            for name, value in INPUTS[procedure].items()
        }
        kind = PROCEDURES[procedure].kind
        assert kind != "subscription"
        return Call(kind, procedure, given, has_input=bool(given))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(packages: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """One for the module: the journeys do not disturb each other."""
    directory = private_directory(tmp_path_factory.mktemp("wire") / "data")
    (admin,) = create_keys(directory, "Workspace", [holder(MAYA, "admin")])
    (agent,) = create_keys(directory, "Workspace", [holder("Omar Haddad <omar@example.com>", "agent")])
    async with (
        server_process(directory, "--rate", "0") as server,
        running_node(packages) as node,
        talking(server.url, admin) as talk,
    ):
        conversation = await talk.customer()
        ids = {
            "conversation": conversation["id"],
            "customer": conversation["customer"]["id"],
            "message": (await talk.says(conversation["id"], "Hello?"))["id"],
            "template": (await talk.call("saveTemplate", name="Greeting", content={"en": "Hello"}))["id"],
            "article": (await talk.call("saveArticle", name="Returns", content={"en": "30 days"}))["id"],
        }
        yield Desk(node, server.url, admin, agent, talk, ids)


each_client = pytest.mark.parametrize(
    ("link", "transformer", "version"),
    [(link, transformer, version) for version in VERSIONS for link in LINKS for transformer in TRANSFORMERS],
)
each_form = pytest.mark.parametrize("transformer", TRANSFORMERS)


@each_client
async def test_every_procedure_answers_the_real_client_as_the_contract_says(
    desk: Desk, link: Link, transformer: Transformer, version: Version
) -> None:
    names = [name for name, procedure in PROCEDURES.items() if procedure.kind != "subscription"]
    calls = [await desk.call(name) for name in names]

    made = await desk.node.call(desk.client(link, transformer, version), *calls)

    for name, value in zip(names, made.values, strict=True):
        answer = PROCEDURES[name].answer
        read = answer.validate_python(value)
        assert answer.dump_python(read, mode="json", by_alias=True) == value, name
    assert {request["status"] for request in made.requests} == {200}
    assert len(made.requests) == (len(names) if link == "httpLink" else 2)


@each_client
async def test_a_text_comes_back_as_it_was(desk: Desk, link: Link, transformer: Transformer, version: Version) -> None:
    given = {"conversationId": desk.ids["conversation"], "content": {"ar": TRICKY}}

    (sent,) = (await desk.node.call(desk.client(link, transformer, version), Call("mutation", "send", given))).values
    wanted = {"conversationId": desk.ids["conversation"], "limit": 100}
    (page,) = (
        await desk.node.call(desk.client(link, transformer, version), Call("query", "listMessages", wanted))
    ).values

    assert sent["content"] == {"ar": TRICKY}
    assert sent in page["items"]


@each_client
async def test_each_call_is_refused_for_itself_and_in_its_place(
    desk: Desk, link: Link, transformer: Transformer, version: Version
) -> None:
    here = {"id": desk.ids["conversation"]}
    kept = {"id": here["id"], "name": "Kept"}
    queries = [
        (Call("query", "getConversation", here), None),
        (Call("query", "nope", here), ("NOT_FOUND", -32004, 404, 'No procedure found on path "v1.connect.nope"')),
        (Call("query", "getConversation", {"id": "conv_x"}), ("NOT_FOUND", -32004, 404, "Conversation not found.")),
        (Call("query", "listMessages", {}), ("BAD_REQUEST", -32600, 400, "conversationId is required")),
        (Call("query", "session", has_input=False), None),
    ]
    mutations = [
        (Call("mutation", "deleteConversation", here), ("FORBIDDEN", -32003, 403, missing_permission(DELETE))),
        (Call("mutation", "updateConversation", kept), None),
        (Call("mutation", "markRead", {"x": 1} | here), ("BAD_REQUEST", -32600, 400, None)),
        (Call("mutation", "updateConversation", has_input=False), ("BAD_REQUEST", -32600, 400, "id is required")),
    ]
    for cases in (queries, mutations):
        made = await desk.node.call(desk.client(link, transformer, version, desk.agent), *(call for call, _ in cases))
        for (call, refusal), outcome in zip(cases, made.outcomes, strict=True):
            if refusal is None:
                assert "value" in outcome, (call, outcome)
                continue
            code, number, status, sentence = refusal
            error = outcome["error"]
            assert (error["name"], error["number"]) == ("TRPCClientError", number)
            assert error["data"] == {"code": code, "httpStatus": status, "path": f"v1.connect.{call.path}"}
            assert sentence in (None, error["message"])
        statuses = [request["status"] for request in made.requests]
        if link == "httpLink":
            assert statuses == [refusal[2] if refusal else 200 for _, refusal in cases]
        else:
            assert statuses == [207 if link == "httpBatchLink" else 200]


@each_client
async def test_without_a_good_key_every_call_is_refused_with_the_documented_sentence(
    desk: Desk, link: Link, transformer: Transformer, version: Version
) -> None:
    calls = [Call("query", "session", has_input=False), Call("query", "listMembers", {"limit": 1})]
    for key, sentence in ((None, NO_KEY), ("plato_unknown", UNKNOWN_KEY)):
        client = replace(desk.client(link, transformer, version), key=key)
        made = await desk.node.call(client, *calls)
        assert [(error["message"], error["data"]["httpStatus"]) for error in made.errors] == [(sentence, 401)] * 2
        assert {request["status"] for request in made.requests} == {200 if "Stream" in link else 401}


@each_form
@pytest.mark.parametrize("link", LINKS)
async def test_what_concerns_a_whole_request_is_understood_for_every_call(
    desk: Desk, link: Link, transformer: Transformer
) -> None:
    client = desk.client(link, transformer)
    given = {"conversationId": "x", "content": {"en": "a" * MOST_BYTES}}

    large = await desk.node.call(client, Call("mutation", "send", given))
    overridden = await desk.node.call(
        replace(client, options={"methodOverride": "POST"}), Call("query", "listMembers", {"limit": 1})
    )

    assert [error["data"] for error in large.errors] == [
        {"code": "PAYLOAD_TOO_LARGE", "httpStatus": 413, "path": "v1.connect.send"}
    ]
    assert [error["data"]["code"] for error in overridden.errors] == ["METHOD_NOT_SUPPORTED"]
    if link != "httpLink":
        many = await desk.node.call(client, *[Call("query", "listMembers", {"limit": 1})] * (MOST_CALLS + 1))
        assert {error["message"] for error in many.errors} == {"Batch call exceeds maximum size"}
        assert [error["data"] for error in many.errors] == [{"code": "BAD_REQUEST", "httpStatus": 400}] * 101
        assert [request["status"] for request in many.requests] == [400]


@each_form
async def test_a_stream_may_be_asked_for_by_the_general_header(desk: Desk, transformer: Transformer) -> None:
    client = replace(desk.client("httpBatchStreamLink", transformer), options={"streamHeader": "accept"})
    made = await desk.node.call(client, *[Call("query", "listMembers", {"limit": 1})] * 3)
    assert len(made.values) == 3
    assert [request["headers"].get("accept") for request in made.requests] == ["application/jsonl"]


@each_form
@pytest.mark.parametrize("link", LINKS)
async def test_a_call_that_is_given_up_takes_no_other_with_it(desk: Desk, link: Link, transformer: Transformer) -> None:
    client = desk.client(link, transformer)
    left = Call("query", "listConversations", {}, leave=True)
    stays = Call("query", "session", has_input=False)

    both = await desk.node.call(client, left, stays)
    alone = await desk.node.call(client, left)
    after = await desk.node.call(client, stays)

    assert "error" in alone.outcomes[0]
    assert alone.outcomes[0]["error"]["cause"] == "AbortError"
    assert "value" in both.outcomes[1]
    assert after.values[0]["role"] == {"id": "admin", "name": "admin"}


@each_form
async def test_a_mutation_repeated_with_its_idempotency_key_is_one(desk: Desk, transformer: Transformer) -> None:
    client = replace(desk.client("httpLink", transformer), headers={"idempotency-key": f"key of {transformer}"})
    call = Call("mutation", "send", {"conversationId": desk.ids["conversation"], "content": {"en": transformer}})

    first, again = [(await desk.node.call(client, call)).values for _ in range(2)]
    other = await desk.node.call(client, replace(call, input=call.input | {"content": {"en": "Other"}}))

    assert first == again
    assert other.errors[0]["data"]["httpStatus"] == 422


@pytest.mark.parametrize("link", LINKS)
async def test_what_javascript_knows_and_json_does_not_arrives_as_json_would_say_it(desk: Desk, link: Link) -> None:
    client = desk.client(link, "superjson")
    metadata: dict[str, Any] = {
        "at": Date("2024-01-02T03:04:05.678Z"),
        "gone": UNDEFINED,
        "many": BigInt(10**20),
        "pairs": Map([["a", Date("1970-01-01T00:00:00.000Z")]]),
        "tags": Set(["a", "b"]),
        "page": Url("https://example.com/"),
        "minus": -0.0,
        "nested": {"a.b": [1, UNDEFINED]},
    }
    moment = Date("2020-01-02T03:04:05.006Z")
    wanted = {"conversationId": desk.ids["conversation"], "content": {"en": "Then"}, "createdAt": moment}

    made = await desk.node.call(
        client,
        Call("mutation", "updateConversation", {"id": desk.ids["conversation"], "metadata": metadata}),
        Call("mutation", "send", wanted | {"flags": UNDEFINED}),
        Call("mutation", "send", wanted | {"conversationId": BigInt(5)}),
        Call("mutation", "send", wanted | {"createdAt": float("nan"), "content": UNDEFINED}),
    )

    changed, sent = Made(made.outcomes[:2], []).values
    kept = changed["metadata"]
    assert {name: value for name, value in kept.items() if name in metadata} == {
        "at": "2024-01-02T03:04:05.678Z",
        "many": 10**20,
        "pairs": [["a", "1970-01-01T00:00:00.000Z"]],
        "tags": ["a", "b"],
        "page": "https://example.com/",
        "minus": 0,
        "nested": {"a.b": [1, None]},
    }
    assert sent["createdAt"] == moment
    assert [outcome["error"]["data"]["code"] for outcome in made.outcomes[2:]] == ["BAD_REQUEST"] * 2


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def slow(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningServer]:
    """A server that lets each key make two calls in four seconds."""
    async with running_server(tmp_path_factory.mktemp("slow") / "data", rate=0.5) as server:
        yield server


@each_form
@pytest.mark.parametrize("link", LINKS)
async def test_who_calls_too_often_is_told_so(
    desk: Desk, slow: RunningServer, link: Link, transformer: Transformer
) -> None:
    client = Client(slow.url, slow.key("viewer"), link, transformer)
    call = Call("query", "session", has_input=False)

    made = await desk.node.call(client, call, call)
    (error,) = (await desk.node.call(client, call)).errors

    assert len(made.values) == 2
    assert (error["data"]["code"], error["number"]) == ("TOO_MANY_REQUESTS", -32029)
    assert error["message"].startswith("Too many calls. Try again in ")
