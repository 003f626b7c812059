"""What is refused before a procedure is called: in which order, in what form, and for whom."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from console.contract.errors import CODES, NO_KEY, ErrorCode, missing_permission
from console.contract.permissions import DELETE
from console.server.routes.trpc import MOST_BYTES
from console.server.trpc import MOST_CALLS
from tests.server.calling import MOUNT
from tests.support.server import RunningServer, running_server

pytestmark = pytest.mark.asyncio(loop_scope="module")

JSON = "application/json"
TEXT = "text/plain;charset=UTF-8"
WRAPPED = '{"json":{"id":"x"}}'
LARGE = json.dumps({"conversationId": "x", "content": {"en": "a" * MOST_BYTES}})
STREAM = {"trpc-accept": "application/jsonl"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningServer]:
    """One server for all: what is refused leaves nothing behind."""
    async with running_server(tmp_path_factory.mktemp("refusals") / "data") as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def http(server: RunningServer) -> AsyncIterator[httpx.AsyncClient]:
    """A line to it, with an agent's key."""
    headers = {"authorization": f"Bearer {server.key('agent')}"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, trust_env=False, verify=False) as http:
        yield http


async def test_path_method_key_permission_and_input_are_looked_at_in_this_order(
    server: RunningServer, http: httpx.AsyncClient
) -> None:
    async def asked(method: str, procedure: str, key: str | None, wanted: str) -> tuple[int, str]:
        headers = {"content-type": JSON, "authorization": f"Bearer {key}"} if key else {"content-type": JSON}
        async with httpx.AsyncClient(base_url=server.url, trust_env=False, verify=False) as bare:
            answer = await bare.request(method, MOUNT + procedure, headers=headers, content=wanted)
        return answer.status_code, answer.json()["error"]["message"]

    agent, admin = server.key("agent"), server.key("admin")
    assert await asked("PUT", "nope", None, "{") == (404, 'No procedure found on path "v1.connect.nope"')
    assert await asked("PUT", "deleteConversation", None, "{") == (
        405,
        'Unsupported PUT-request to mutation procedure at path "v1.connect.deleteConversation"',
    )
    assert await asked("POST", "deleteConversation", None, "{") == (401, NO_KEY)
    assert await asked("POST", "deleteConversation", agent, "{") == (403, missing_permission(DELETE))
    assert await asked("POST", "deleteConversation", admin, "{") == (400, "The input is not valid JSON.")
    assert await asked("POST", "deleteConversation", admin, "{}") == (400, "id is required")
    assert await asked("POST", "deleteConversation", admin, '{"id":"x"}') == (404, "Conversation not found.")


@pytest.mark.parametrize("form", ["plain", "superjson"])
@pytest.mark.parametrize(
    ("method", "path", "headers", "status", "sentence"),
    [
        ("GET", "v1.connect.%zz", {}, 400, 'Invalid URL-encoding in path "v1.connect.%zz"'),
        ("GET", "v1.connect.%ff", {}, 400, 'Invalid URL-encoding in path "v1.connect.%ff"'),
        ("POST", "v1.%zz", {"content-type": "text/plain"}, 400, 'Invalid URL-encoding in path "v1.%zz"'),
        ("POST", "v1.connect.send", {"content-type": ""}, 415, "Missing content-type header"),
        ("POST", "v1.connect.send", {"content-type": "text/plain"}, 415, 'Unsupported content-type "text/plain"'),
        ("OPTIONS", "v1.connect.send", {"content-type": ""}, 415, "Missing content-type header"),
        ("GET", ",".join(["x"] * (MOST_CALLS + 1)) + "?batch=1", {}, 400, "Batch call exceeds maximum size"),
        ("GET", "v1.connect.session,v1.connect.send?batch=1", STREAM, 400,
         "Cannot mix procedure types in call: query, mutation"),
        ("GET", "v1.connect.session", STREAM, 400,
         "Streaming requests must be batched (you can do a batch of 1)"),
        ("GET", "v1.connect.session", {"accept": "text/html, application/jsonl"}, 400,
         "Streaming requests must be batched (you can do a batch of 1)"),
    ],
    ids=["escape", "utf-8", "escape before type", "no type", "type", "options", "calls", "mix", "stream", "accept"],
)  # fmt: skip
async def test_what_concerns_a_whole_request_is_one_object_as_plain_text(
    http: httpx.AsyncClient, method: str, path: str, headers: dict[str, str], status: int, sentence: str, form: str
) -> None:
    wrapped = '{"0":{"json":null}}' if "batch=1" in path else WRAPPED
    sent: dict[str, Any] = {"content": WRAPPED if form == "superjson" else "{}"}
    if method == "GET":
        sent = {}
        path += ("&" if "?" in path else "?") + "input=" + (wrapped if form == "superjson" else "{}")

    answer = await http.request(method, "/api/trpc/" + path, headers={"content-type": JSON} | headers, **sent)

    error = answer.json()["error"]
    shape = error["json"] if form == "superjson" else error
    word: ErrorCode = "BAD_REQUEST" if status == 400 else "UNSUPPORTED_MEDIA_TYPE"
    assert (answer.status_code, answer.headers["content-type"]) == (status, TEXT)
    assert answer.headers["vary"] == "trpc-accept, accept"
    assert shape == {"message": sentence, "code": CODES[word][0], "data": {"code": word, "httpStatus": status}}


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
@pytest.mark.parametrize("form", ["plain", "superjson"])
async def test_too_large_a_body_is_told_to_each_call_in_the_form_it_came_in(
    http: httpx.AsyncClient, form: str, announced: bool
) -> None:
    async def pieces(text: str) -> AsyncIterator[bytes]:
        for start in range(0, len(text), 65536):
            yield text[start : start + 65536].encode()

    async def sent(path: str, text: str, **headers: str) -> httpx.Response:
        body = text if announced else pieces(text)
        return await http.post(MOUNT + path, content=body, headers={"content-type": JSON} | headers)

    one = f'{{"json":{LARGE}}}' if form == "superjson" else LARGE
    single = await sent("send", one)
    batch = await sent("send,v1.connect.deleteConversation,v1.connect.nope?batch=1", f'{{"0":{one}}}')
    stream = await sent("send?batch=1", f'{{"0":{one}}}', **STREAM)

    assert single.status_code == 413
    assert batch.status_code == 207
    assert stream.status_code == 200
    assert stream.text.endswith("\n")
    for answer in (single, batch, stream):
        assert answer.headers["content-type"] == JSON
    envelopes = [single.json(), *batch.json(), _lines(stream, form)["0"][0][0]]
    shapes = [one["error"].get("json", one["error"]) for one in envelopes]
    assert [shape["data"]["httpStatus"] for shape in shapes] == [413, 413, 403, 404, 413]
    assert [shape["data"]["path"].rpartition(".")[2] for shape in shapes] == [
        "send", "send", "deleteConversation", "nope", "send",
    ]  # fmt: skip
    assert shapes[0]["message"] == f"A request may have at most {MOST_BYTES:,} bytes."
    assert all(("json" in one["error"]) == (form == "superjson") for one in envelopes[:4])


@pytest.mark.parametrize(
    ("path", "status"), [("session", 204), ("nope", 204), ("send", 204)], ids=["query", "unknown", "mutation"]
)
async def test_head_is_answered_with_nothing(http: httpx.AsyncClient, path: str, status: int) -> None:
    answer = await http.head(MOUNT + path)
    assert (answer.status_code, answer.content) == (status, b"")


@pytest.mark.parametrize(
    "target",
    ["session/", "session?input=", "session?input=%7B%7D", "session?batch=true", "session?x=%ff&input", "%73ession"],
)
async def test_a_query_is_found_however_its_address_is_written(http: httpx.AsyncClient, target: str) -> None:
    assert "result" in (await http.get(MOUNT + target)).json()


@pytest.mark.parametrize("target", ["", "/", "//", "/v1/connect/session", "/v1.connect.session//", "/V1.connect.x"])
async def test_any_other_address_below_the_mount_is_no_procedure(http: httpx.AsyncClient, target: str) -> None:
    answer = await http.get("/api/trpc" + target)
    assert (answer.status_code, answer.json()["error"]["data"]["code"]) == (404, "NOT_FOUND")


async def test_a_mutation_without_a_body_is_asked_for_what_it_needs(http: httpx.AsyncClient) -> None:
    answer = await http.post(MOUNT + "send", headers={"content-type": "Application/JSON; charset=utf-8"})
    assert (answer.status_code, answer.json()["error"]["message"]) == (400, "conversationId is required")


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"limit": ["bigint"], "conversationId": ["URL"]}, "limit must be at most 100"),
        ({"limit": ["number"]}, "limit must be"),
        ({"conversationId": ["undefined"]}, "conversationId is required"),
        ({"limit": ["undefined"], "cursor": ["Date"]}, "Conversation not found."),
        ({"": ["undefined"], "json": ["map"]}, "limit must be"),
        (["map"], "limit must be"),
        (["undefined"], "conversationId is required"),
    ],
    ids=["bigint", "number", "undefined", "date", "nonsense", "map", "root"],
)
async def test_what_javascript_knows_and_json_does_not_is_read_or_refused(
    http: httpx.AsyncClient, values: Any, sentence: str
) -> None:
    given = {"conversationId": "conv_x", "limit": "12345678901234567890", "cursor": "1970-01-01T00:00:00.000Z"}
    wire = json.dumps({"json": given, "meta": {"values": values, "v": 1}})
    answer = await http.get(MOUNT + "listMessages", params={"input": wire})
    assert answer.status_code in (400, 404)
    assert sentence in answer.json()["error"]["json"]["message"]


def _lines(answer: httpx.Response, form: str) -> Any:
    """What the one line of a streamed batch holds."""
    head = json.loads(answer.text)
    return head["json"] if form == "superjson" else head


async def test_a_long_batch_of_queries_fits_into_an_address(http: httpx.AsyncClient) -> None:
    wanted = {str(place): {"conversationId": f"conv_{place:026}"} for place in range(MOST_CALLS)}
    path = ",".join(["v1.connect.listMessages"] * MOST_CALLS)
    answer = await http.get(f"/api/trpc/{path}?batch=1", params={"batch": "1", "input": json.dumps(wanted)})
    assert len(str(answer.request.url)) > 9_000
    assert (answer.status_code, len(answer.json())) == (404, MOST_CALLS)
