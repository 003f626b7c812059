"""Where tRPC answers is found out once, or taken from the settings."""

from __future__ import annotations

import asyncio
from typing import Literal

import pytest

from console.client import errors
from console.client.answers import Answer
from console.client.api import Api
from console.client.mount import KNOWN_PATHS, mount_of
from console.client.trpc import Mount
from console.contract.inputs import GetOrCreateConversation
from tests.client.fakes import Answering, Heard, HostedProduct, Line, reply, running
from tests.client.values import conversation
from tests.wire import recorded
from tests.wire.recorded import V10, V11, V11_MORE

PROCEDURES = {"getConversation": lambda given: conversation(given["id"])}


@pytest.mark.parametrize(
    ("file", "name", "transformer"),
    [
        (V11, "unknown procedure GET", "none"),
        (V10, "unknown procedure GET", "none"),
        (V11_MORE, "superjson error", "superjson"),
    ],
)
def test_real_servers_are_recognised(file: str, name: str, transformer: str) -> None:
    real = recorded.answer(file, name)

    mount = mount_of("/trpc", "auto", Answer(real.status, real.headers, real.body))

    assert mount is not None
    assert (mount.path, mount.transformer) == ("/trpc", transformer)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(404, {}, b"<html>"),
        Answer(404, {}, b'{"message": "Not found"}'),
        Answer(404, {}, b'{"error": "Not found"}'),
        Answer(404, {}, b'{"error": {"code": 404}}'),
        Answer(404, {}, b'[{"error": {"message": "x"}}]'),
        Answer(200, {}, b'{"error": {"message": "x"}}'),
        Answer(404, {}, b""),
    ],
)
def test_anything_else_is_not_the_mount(answer: Answer) -> None:
    assert mount_of("/trpc", "auto", answer) is None


@pytest.mark.parametrize("mount", KNOWN_PATHS)
@pytest.mark.parametrize("superjson", [False, True])
async def test_the_mount_is_found_once_for_all_calls(mount: str, superjson: bool) -> None:
    product = HostedProduct(PROCEDURES, mount=mount, superjson=superjson)

    async with running(product) as server, Api(server.url, "plato_k") as api:
        both = await asyncio.gather(api.conversations.get("a"), api.conversations.get("b"))
        await api.conversations.get("c")

    assert [one.id for one in both] == ["a", "b"]
    asked = [heard.path for heard in server.heard if heard.path.endswith("__probe__")]
    assert asked == [f"{path}/__probe__" for path in KNOWN_PATHS[: KNOWN_PATHS.index(mount) + 1]]


@pytest.mark.parametrize("path", ["/connect/rpc", "connect/rpc/", "connect/rpc"])
async def test_what_is_set_is_not_asked_for(path: str) -> None:
    product = HostedProduct(PROCEDURES, mount="/connect/rpc")

    async with running(product) as server, Api(server.url, "plato_k", trpc_path=path, transformer="none") as api:
        await api.conversations.get("a")

    assert [heard.path for heard in server.heard] == ["/connect/rpc/v1.connect.getConversation"]


async def test_a_path_that_is_set_is_the_only_one_asked_for_its_transformer() -> None:
    product = HostedProduct(PROCEDURES, mount="/connect/rpc", superjson=True)

    async with running(product) as server, Api(server.url, "plato_k", trpc_path="/connect/rpc") as api:
        assert (await api.conversations.get("a")).id == "a"

    assert server.heard[0].path == "/connect/rpc/__probe__"


@pytest.mark.parametrize("superjson", [False, True])
@pytest.mark.parametrize("path", ["/", "//", "/connect/", "connect//"])
async def test_slashes_around_a_path_do_not_matter(path: str, superjson: bool) -> None:
    product = HostedProduct(PROCEDURES, mount="/connect" if "connect" in path else "", superjson=superjson)

    async with running(product) as server, Api(server.url, "plato_k", trpc_path=path) as api:
        assert (await api.conversations.get("a")).id == "a"


async def test_the_mount_is_looked_for_below_a_base_url_with_a_path() -> None:
    product = HostedProduct(PROCEDURES, mount="/tenant/trpc")

    async with running(product) as server, Api(f"{server.url}/tenant/", "plato_k") as api:
        assert (await api.conversations.get("a")).id == "a"


@pytest.mark.parametrize(
    "page",
    [
        reply(200, b"<html>app</html>", content_type="text/html"),
        reply(200, {"status": "ok"}),
        reply(204),
        reply(301, location="/sign-in"),
        reply(401, {"error": {"message": "Sign in first."}}),
        reply(405, {"message": "Method not allowed"}),
        reply(502, b"<html>Bad gateway</html>", content_type="text/html"),
        reply(404, {"error": {"code": 404, "message": ["not", "found"]}}),
    ],
    ids=lambda page: page[9:12].decode(),
)
@pytest.mark.parametrize("superjson", [False, True])
async def test_a_page_on_another_path_hides_no_mount(page: bytes, superjson: bool) -> None:
    product = HostedProduct(PROCEDURES, mount="/api/v1/trpc", superjson=superjson)

    async def answering(heard: Heard, line: Line) -> bytes:
        return await product(heard, line) if heard.path.startswith("/api/v1/") else page

    async with running(answering) as server, Api(server.url, "plato_k") as api:
        assert (await api.conversations.get("a")).id == "a"


async def test_a_transformer_that_is_set_is_believed() -> None:
    product = HostedProduct(PROCEDURES, superjson=True)
    transformer: Literal["superjson"] = "superjson"

    async with running(product) as server, Api(server.url, "plato_k", transformer=transformer) as api:
        assert (await api.conversations.get("a")).id == "a"


async def test_an_address_without_the_api_is_said_to_be_one() -> None:
    page = reply(404, b"<html>", content_type="text/html")

    async with running(page) as server, Api(server.url, "plato_k") as api:
        with pytest.raises(errors.NotUnderstood, match=r"no Connect360 API at http.*trpc_path"):
            await api.conversations.get("a")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (reply(502, b"<html>"), errors.ServerFault),
        (reply(401, {"message": "No apiKey provided."}), errors.Unauthorized),
        (reply(301, location="https://elsewhere.example"), errors.Redirected),
        (reply(429, retry_after="3600"), errors.TooManyRequests),
    ],
)
async def test_a_gateway_in_the_way_is_told_as_itself(answer: bytes, kind: type[errors.ApiError]) -> None:
    async with running(answer) as server, Api(server.url, "plato_k") as api:
        with pytest.raises(kind):
            await api.conversations.get("a")


async def test_a_server_that_comes_back_is_asked_again() -> None:
    product = HostedProduct(PROCEDURES)
    answers = iter([reply(502), reply(502), reply(502)])

    async def recovering(heard: object, line: object) -> bytes:
        return next(answers, b"") or await product(heard, line)  # type: ignore[arg-type]

    async with running(recovering) as server, Api(server.url, "plato_k") as api:
        with pytest.raises(errors.ServerFault):
            await api.conversations.get("a")
        assert (await api.conversations.get("a")).id == "a"


FOUND = Mount("/trpc", "superjson")


def strict(product: HostedProduct) -> Answering:
    """The product as it refuses an input in another transformer."""

    async def answering(heard: Heard, line: Line) -> bytes:
        if heard.given is None or ("json" in heard.given) == product.superjson:
            return await product(heard, line)
        shape = {"message": "Bad input", "code": -32600, "data": {"code": "BAD_REQUEST", "httpStatus": 400}}
        return reply(400, {"error": {"json": shape} if product.superjson else shape})

    return answering


@pytest.mark.parametrize("superjson", [False, True])
async def test_a_mount_that_is_known_is_not_asked_for(superjson: bool) -> None:
    known, kept = Mount("/trpc", "superjson" if superjson else "none"), list[Mount]()
    product = HostedProduct(PROCEDURES, mount="/trpc", superjson=superjson)

    async with running(product) as server, Api(server.url, "plato_k") as api:
        api.believe(known, kept.append)
        both = await asyncio.gather(api.conversations.get("a"), api.conversations.get("b"))
        await api.conversations.get("c")

    assert [one.id for one in both] == ["a", "b"]
    assert {heard.path for heard in server.heard} == {"/trpc/v1.connect.getConversation"}
    assert kept == []


@pytest.mark.parametrize(
    "known",
    [Mount("/api/trpc", "superjson"), Mount("/trpc", "none"), Mount("/api/v1/trpc", "none")],
    ids=lambda known: f"{known.path} {known.transformer}",
)
async def test_a_mount_that_is_no_more_is_found_anew(known: Mount) -> None:
    kept = list[Mount]()
    product = HostedProduct(PROCEDURES, mount=FOUND.path, superjson=True)

    async with running(strict(product)) as server, Api(server.url, "plato_k") as api:
        api.believe(known, kept.append)
        both = await asyncio.gather(api.conversations.get("a"), api.conversations.get("b"))

    assert [one.id for one in both] == ["a", "b"]
    assert kept == [FOUND]


async def test_superjson_is_not_believed_of_a_server_that_speaks_without() -> None:
    kept = list[Mount]()
    product = HostedProduct(PROCEDURES, mount="/trpc")

    async with running(strict(product)) as server, Api(server.url, "plato_k") as api:
        api.believe(FOUND, kept.append)
        assert (await api.conversations.get("a")).id == "a"

    assert kept == [Mount("/trpc", "none")]


@pytest.mark.parametrize(
    "there",
    [
        reply(401, {"message": "No apiKey provided."}),
        reply(403, b"<html>", content_type="text/html"),
        reply(404, b"<html>", content_type="text/html"),
        reply(301, location="/sign-in"),
        reply(500, b"<html>"),
        reply(200, {"status": "ok"}),
    ],
    ids=lambda answer: answer[9:12].decode(),
)
async def test_what_stands_where_the_mount_was_says_nothing_of_the_key(there: bytes) -> None:
    product = HostedProduct(PROCEDURES, mount="/trpc", superjson=True)

    async def moved(heard: Heard, line: Line) -> bytes:
        return await product(heard, line) if heard.path.startswith("/trpc/") else there

    async with running(moved) as server, Api(server.url, "plato_k") as api:
        api.believe(Mount("/api/v1/trpc", "none"), lambda mount: None)
        assert (await api.conversations.get("a")).id == "a"


async def test_what_the_server_itself_refuses_is_not_asked_for_again() -> None:
    product = HostedProduct({}, mount="/trpc", superjson=True)

    async with running(product) as server, Api(server.url, "plato_k") as api:
        api.believe(FOUND, lambda mount: None)
        with pytest.raises(errors.NotFound):
            await api.conversations.get("a")

    assert [heard.path for heard in server.heard] == ["/trpc/v1.connect.getConversation"]


async def test_nothing_is_changed_by_a_call_to_a_mount_that_is_only_believed() -> None:
    procedures = PROCEDURES | {"getOrCreateConversation": lambda given: conversation("a")}
    product = HostedProduct(procedures, mount="/trpc", superjson=True)

    async with running(product) as server, Api(server.url, "plato_k") as api:
        api.believe(FOUND, lambda mount: None)
        await api.conversations.get_or_create(GetOrCreateConversation())

    assert server.heard[0].path == f"{KNOWN_PATHS[0]}/__probe__"


async def test_a_change_goes_where_an_answer_bore_the_mount_out() -> None:
    procedures = PROCEDURES | {"getOrCreateConversation": lambda given: conversation("a")}
    product = HostedProduct(procedures, mount="/trpc", superjson=True)

    async with running(product) as server, Api(server.url, "plato_k") as api:
        api.believe(FOUND, lambda mount: None)
        await api.conversations.get("a")
        await api.conversations.get_or_create(GetOrCreateConversation())

    assert all(heard.path.startswith("/trpc/v1.connect.") for heard in server.heard)


@pytest.mark.parametrize(
    ("there", "kind"),
    [(reply(429, retry_after="3600"), errors.TooManyRequests), (None, errors.LineError)],
    ids=["busy", "broken"],
)
async def test_a_mount_is_still_believed_where_nothing_speaks_against_it(
    there: bytes | None, kind: type[errors.ApiError]
) -> None:
    async def answering(heard: Heard, line: Line) -> bytes | None:
        return there

    async with running(answering) as server, Api(server.url, "plato_k") as api:
        api.believe(FOUND, lambda mount: None)
        with pytest.raises(kind):
            await api.conversations.get("a")

    assert {heard.path for heard in server.heard} == {"/trpc/v1.connect.getConversation"}


async def test_a_transformer_that_is_set_counts_more_than_one_that_is_known() -> None:
    product = HostedProduct(PROCEDURES, mount="/trpc")

    async with running(product) as server, Api(server.url, "plato_k", transformer="none") as api:
        api.believe(FOUND, lambda mount: None)
        assert (await api.conversations.get("a")).id == "a"

    assert server.heard[0].path == f"{KNOWN_PATHS[0]}/__probe__"


async def test_what_is_set_counts_more_than_what_is_known() -> None:
    product = HostedProduct(PROCEDURES, mount="/connect/rpc")

    async with running(product) as server, Api(server.url, "plato_k", trpc_path="/connect/rpc") as api:
        api.believe(FOUND, lambda mount: None)
        assert (await api.conversations.get("a")).id == "a"

    assert not [heard for heard in server.heard if heard.path.startswith("/trpc")]
