"""Calls of the contract against the hosted product as documented, and against servers with extensions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
import stamina

from console.client import errors
from console.client.api import Api
from console.contract.inputs import (
    CreateSubConversation,
    CustomerInput,
    GetOrCreateConversation,
    ListAuditLog,
    ListConversations,
    SearchMessages,
    Send,
    UpdateConversation,
)
from tests.client.fakes import Heard, HostedProduct, Line, no_procedure, refusal, reply, result, running
from tests.client.values import conversation, message, session

SEND = Send(conversation_id="conv_1", content={"en": "Hello"})
NOTE = Send(conversation_id="conv_1", content={"en": "Mind him"}, flags=["internal-note"])


@pytest.fixture(autouse=True)
def unhurried() -> Iterator[None]:
    """Delays between attempts take no time."""
    with stamina.set_testing(True, attempts=3, cap=True):
        yield


class Extended:
    """A server with these features, whose other procedures answer one after another."""

    def __init__(self, *features: str, **answers: list[bytes]) -> None:
        self.features = features
        self.answers = answers
        self.calls: list[Heard] = []

    async def __call__(self, heard: Heard, line: Line) -> bytes | None:
        name = heard.path.rpartition(".")[2]
        if name == "session":
            return result(session(*self.features))
        if name not in self.answers:
            return no_procedure(heard.path)
        self.calls.append(heard)
        return self.answers[name].pop(0) if self.answers[name] else None


async def test_the_hosted_product_has_no_extensions() -> None:
    async with running(HostedProduct()) as server, Api(server.url, "plato_k") as api:
        with pytest.raises(errors.NotFound):
            await api.session.get()
        can = await api.session.capabilities()

    assert can.features == frozenset()
    assert (can.limits.files_per_upload, can.limits.bytes_per_file) == (5, 25 * 1024 * 1024)


async def test_features_and_limits_are_those_of_the_session() -> None:
    product = HostedProduct({"session": lambda given: session("events", "import", filesPerUpload=2)})

    async with running(product) as server, Api(server.url, "plato_k") as api:
        assert (await api.session.get()).member.name == "Maya"
        can = await api.session.capabilities()

    assert can.features == {"events", "import"}
    assert can.limits.files_per_upload == 2
    assert sum("session" in heard.path for heard in server.heard) == 1


async def test_a_page_that_is_missing_is_not_taken_for_a_server_without_session() -> None:
    page = reply(404, b"<html>", content_type="text/html")

    async with running(page) as server, Api(server.url, "plato_k", trpc_path="/wrong", transformer="none") as api:
        with pytest.raises(errors.NotUnderstood):
            await api.session.capabilities()
        with pytest.raises(errors.NotUnderstood):
            await api.messages.send(NOTE)


async def test_what_is_documented_works_on_the_hosted_product() -> None:
    product = HostedProduct(
        {
            "getOrCreateConversation": lambda given: conversation(customer=given["customer"]),
            "createSubConversation": lambda given: conversation("conv_2", parentId=given["parentId"]),
            "updateConversation": lambda given: conversation(given["id"], metadata=given["metadata"]),
            "deleteConversation": lambda given: {"id": given["id"], "deleted": 2},
            "send": lambda given: message(text=given["content"]["en"]),
            "listMessages": lambda given: {"items": [message()], "nextCursor": given["conversationId"]},
        }
    )

    async with running(product) as server, Api(server.url, "plato_k") as api:
        customer = CustomerInput(external_id="web-user-123")
        made = await api.conversations.get_or_create(GetOrCreateConversation(customer=customer))
        below = await api.conversations.create_sub(CreateSubConversation(parent_id=made.id))
        changed = await api.conversations.update(UpdateConversation(id=made.id, metadata={"status": "resolved"}))
        sent = await api.messages.send(SEND, "local_1")
        page = await api.messages.list("conv_1", limit=2)
        gone = await api.conversations.delete(made.id)

    assert made.customer is not None
    assert made.customer.external_id == "web-user-123"
    assert (below.parent_id, changed.metadata, gone.deleted) == ("conv_1", {"status": "resolved"}, 2)
    assert sent.content == {"en": "Hello"}
    assert (page.items[0].id, page.next_cursor) == ("msg_1", "conv_1")
    assert not any("idempotency-key" in heard.headers for heard in server.heard)


@pytest.mark.parametrize(
    "answer",
    [
        {"items": [message()], "nextCursor": "c"},
        {"messages": [message()], "cursor": "c"},
        {"data": [message()], "next": "c"},
    ],
)
async def test_a_page_is_read_in_any_of_its_usual_forms(answer: Any) -> None:
    async with running(HostedProduct({"listMessages": lambda given: answer})) as server, Api(server.url, "k") as api:
        page = await api.messages.list("conv_1")

    assert ([one.id for one in page.items], page.next_cursor) == (["msg_1"], "c")


async def test_a_bare_list_is_a_page_without_another() -> None:
    async with (
        running(HostedProduct({"listMessages": lambda given: [message()]})) as server,
        Api(server.url, "k") as api,
    ):
        page = await api.messages.list("conv_1")

    assert (len(page.items), page.next_cursor) == (1, None)


async def test_a_list_is_read_to_its_end() -> None:
    def members(given: Any) -> Any:
        at = int(given["cursor"] or 0)
        return {"items": [{"id": f"m{at}", "name": "M"}], "nextCursor": str(at + 1) if at < 4 else None}

    async with running(HostedProduct({"listMembers": members})) as server, Api(server.url, "k") as api:
        assert [one.id for one in await api.directory.members()] == ["m0", "m1", "m2", "m3", "m4"]


async def test_a_list_that_repeats_itself_ends() -> None:
    def agents(given: Any) -> Any:
        return {"items": [{"id": "a", "name": "A"}], "nextCursor": "same"}

    async with running(HostedProduct({"listAgents": agents})) as server, Api(server.url, "k") as api:
        assert len(await api.directory.agents()) == 2


async def test_an_answer_that_is_not_of_the_contract_is_not_understood() -> None:
    product = HostedProduct({"listConversations": lambda given: {"items": [{"id": 5}], "nextCursor": None}})

    async with running(product) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.NotUnderstood, match=r"items\.0"):
            await api.conversations.list(ListConversations())


async def test_a_send_that_may_have_arrived_is_not_made_again_without_a_key_that_the_server_takes() -> None:
    for failing in (reply(500), reply(503), refusal(500, "INTERNAL_SERVER_ERROR", "oops")):
        fake = Extended(send=[failing, result(message())])
        async with running(fake) as server, Api(server.url, "k") as api:
            with pytest.raises(errors.ServerFault):
                await api.messages.send(SEND, "local_1")
        assert len(fake.calls) == 1
        assert "idempotency-key" not in fake.calls[0].headers


async def test_a_send_is_made_again_with_the_same_key_where_the_server_takes_it() -> None:
    fake = Extended("idempotency", send=[reply(503), reply(500), result(message())])

    async with running(fake) as server, Api(server.url, "k") as api:
        sent = await api.messages.send(SEND, "local_1")

    assert sent.id == "msg_1"
    assert [heard.headers["idempotency-key"] for heard in fake.calls] == ["local_1"] * 3


async def test_sends_at_once_ask_once_what_the_server_can() -> None:
    fake = Extended("idempotency", send=[result(message("msg_1")), result(message("msg_2"))])

    async with running(fake) as server, Api(server.url, "k") as api:
        sent = await asyncio.gather(api.messages.send(SEND, "local_1"), api.messages.send(SEND, "local_2"))

    assert {one.id for one in sent} == {"msg_1", "msg_2"}
    assert sum("session" in heard.path for heard in server.heard) == 1


async def test_a_send_that_was_told_to_wait_had_no_effect_and_is_made_again() -> None:
    waiting = refusal(429, "TOO_MANY_REQUESTS", "slow down", retry_after="1")
    fake = Extended(send=[waiting, result(message())])

    async with running(fake) as server, Api(server.url, "k") as api:
        assert (await api.messages.send(SEND, "local_1")).id == "msg_1"


@pytest.mark.parametrize(("features", "made"), [((), 1), (("idempotency",), 2)])
async def test_a_send_on_a_line_that_broke_may_have_arrived(features: tuple[str, ...], made: int) -> None:
    fake = Extended(*features, send=[])

    async with running(fake) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.Dropped) as raised:
            await api.messages.send(SEND, "local_1")

    assert raised.value.may_have_arrived
    assert len(fake.calls) == made  # once more where it is harmless, since the line had been idle


async def test_any_other_mutation_gets_a_key_of_its_own_once_the_server_is_known_to_take_one() -> None:
    created = [reply(503), result(conversation("conv_2")), result(conversation("conv_3"))]
    fake = Extended("idempotency", createSubConversation=created)

    async with running(fake) as server, Api(server.url, "k") as api:
        await api.session.get()
        for _ in range(2):
            await api.conversations.create_sub(CreateSubConversation(parent_id="conv_1"))

    keys = [heard.headers["idempotency-key"] for heard in fake.calls]
    assert keys[0] == keys[1] != keys[2]


async def test_what_is_harmless_twice_is_made_again_anywhere() -> None:
    fake = Extended(
        getOrCreateConversation=[reply(503), result(conversation())],
        updateConversation=[reply(500), result(conversation())],
        createSubConversation=[reply(500), result(conversation())],
    )

    async with running(fake) as server, Api(server.url, "k") as api:
        await api.conversations.get_or_create(GetOrCreateConversation(customer_id="cust_1"))
        await api.conversations.update(UpdateConversation(id="conv_1", name="New"))
        with pytest.raises(errors.ServerFault):
            await api.conversations.create_sub(CreateSubConversation(parent_id="conv_1"))


async def test_a_note_is_never_sent_to_a_server_that_would_show_it() -> None:
    fake = Extended("idempotency", send=[result(message())])

    async with running(fake) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.Unsupported, match="not sent"):
            await api.messages.send(NOTE, "local_1")

    assert fake.calls == []


async def test_a_note_is_sent_where_notes_are_known() -> None:
    fake = Extended("internal-notes", send=[result(message(flags=["internal-note"]))])

    async with running(fake) as server, Api(server.url, "k") as api:
        assert (await api.messages.send(NOTE)).is_note


async def test_a_name_with_every_kind_of_letter_arrives_as_it_is() -> None:
    name = "ليلى حسن — Yılmaz & Söhne 100% +?#/\\\"' 😀 \u2028"
    product = HostedProduct(
        {
            "updateConversation": lambda given: conversation(name=given["name"]),
            "listConversations": lambda given: {"items": [conversation(name=given["query"])], "nextCursor": None},
        }
    )

    async with running(product) as server, Api(server.url, "k") as api:
        renamed = await api.conversations.update(UpdateConversation(id="conv_1", name=name))
        found = await api.conversations.list(ListConversations(query=name))

    assert renamed.name == found.items[0].name == name


LATE: dict[str, tuple[str, Callable[[Api], Coroutine[Any, Any, Any]]]] = {
    "search": ("searchMessages", lambda api: api.messages.search(SearchMessages(query="parcel"))),
    "presence": ("setPresence", lambda api: api.conversations.set_presence("conv_1", "typing")),
    "audit-log": ("listAuditLog", lambda api: api.directory.audit_log(ListAuditLog())),
}


@pytest.mark.parametrize("feature", LATE)
async def test_what_a_server_lacks_is_unsupported_and_not_asked_for(feature: str) -> None:
    name, ask = LATE[feature]
    lacking = Extended("events", **{name: [result({"items": []})]})
    having = Extended(feature, **{name: [result({"items": [], "nextCursor": None})]})

    async with running(lacking) as server, Api(server.url, "k") as api:
        with pytest.raises(errors.Unsupported, match="This server"):
            await ask(api)
    async with running(having) as server, Api(server.url, "k") as api:
        await ask(api)

    assert (len(lacking.calls), len(having.calls)) == (0, 1)
