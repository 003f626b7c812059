"""The agent that needs nothing: it quotes, names its sources, and says so when it has none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from console.contract.base import Language
from console.server.ai.agent import AgentFailed, Assignment
from console.server.ai.privacy import PastAnswer
from console.server.ai.retrieving import RetrievingAgent
from tests.server.knowing import NOVEMBER, FakeKnowledge, article, assignment, template

RETURNS = article(
    "art_returns",
    "Returns and refunds",
    en="You may return anything within 30 days. If something arrived broken, send it back at our cost. "
    "A refund for a broken thing takes five days.",
    ar="يمكنك إرجاع أي منتج خلال ثلاثين يومًا.",
    tr="Ürünleri otuz gün içinde iade edebilirsiniz.",
)
SHIPPING = article(
    "art_shipping",
    "Shipping",
    en="We ship every day. Your parcel is delivered to your door.",
    tr="Her gün kargo çıkarırız. Paketiniz kapınıza teslim edilir.",
)
DELIVERY = article("art_delivery", "Delivery", en="We deliver to Oman in five days.")


def past(answer: str, *, customer: str = "cus_1", names: tuple[str, ...] = (), language: str = "en") -> PastAnswer:
    """What one customer was told, who had asked about gift wrap."""
    asked = {"en": "Can you gift wrap a lamp?", "tr": "Lambayı hediye paketi yapar mısınız?"}
    return PastAnswer("msg_9", customer, {language: asked[language]}, {language: answer}, names, NOVEMBER)


def told_to_many(*answers: str) -> list[PastAnswer]:
    """The same said to three customers."""
    return [past(answer, customer=f"cus_{number}") for answer in answers for number in range(3)]


async def answer_of(agent: RetrievingAgent, asked: Assignment) -> str:
    return "".join([piece async for piece in agent.answer(asked)])


def agent_with(knowledge: FakeKnowledge) -> RetrievingAgent:
    return RetrievingAgent(knowledge, pace=0)


async def test_an_answer_quotes_sentences_with_their_sources() -> None:
    said = await answer_of(
        agent_with(FakeKnowledge([RETURNS, DELIVERY])), assignment("The lamp arrived broken. Can I send it back?")
    )
    assert said == (
        "Thank you for your message. If something arrived broken, send it back at our cost. [1]"
        "\n\nSources: [1] Returns and refunds"
    )


async def test_each_source_has_its_own_number() -> None:
    said = await answer_of(
        agent_with(FakeKnowledge([RETURNS, DELIVERY])),
        assignment("Do you deliver to Oman, and can I return it in 30 days?"),
    )
    assert "We deliver to Oman in five days. [1]" in said
    assert "You may return anything within 30 days. [2]" in said
    assert said.endswith("Sources: [1] Delivery, [2] Returns and refunds")


@pytest.mark.parametrize(
    ("language", "asked", "begins", "source"),
    [
        ("ar", "هل يمكنني ارجاع المنتج؟", "شكرًا لرسالتك.", "المصادر: [1]"),
        ("tr", "Ürünü iade etmek istiyorum", "Mesajınız için teşekkür ederiz.", "Kaynaklar: [1]"),
    ],
)
async def test_an_answer_is_in_the_conversations_language(
    language: Language, asked: str, begins: str, source: str
) -> None:
    said = await answer_of(agent_with(FakeKnowledge([RETURNS])), assignment(asked, language=language))
    assert said.startswith(begins)
    assert source in said


@pytest.mark.parametrize(
    ("language", "words"), [("en", "found nothing"), ("ar", "لم أجد شيئًا"), ("tr", "bilgi bulamadım")]
)
async def test_it_says_so_when_it_found_nothing(language: Language, words: str) -> None:
    said = await answer_of(agent_with(FakeKnowledge([RETURNS])), assignment("Zebra?", language=language))
    assert words in said
    assert "[1]" not in said


async def test_a_past_answer_is_quoted_with_its_day() -> None:
    knowledge = FakeKnowledge(answered=told_to_many("Yes, we gift wrap every lamp for free."))
    said = await answer_of(agent_with(knowledge), assignment("Would you gift wrap the lamp?"))
    assert "Yes, we gift wrap every lamp for free. [1]" in said
    assert said.endswith("[1] an earlier answer, 2025-11-17")
    assert knowledge.asked == [("ws_1", "conv_1")]


async def test_a_template_is_quoted_but_for_what_must_be_filled_in() -> None:
    wrap = template("tpl_1", "Wrapping", en="Hello {{customer.name}}, about gift wrap! We gift wrap a lamp for free.")
    said = await answer_of(agent_with(FakeKnowledge(prepared=[wrap])), assignment("Would you gift wrap the lamp?"))
    assert said == ("Thank you for your message. We gift wrap a lamp for free. [1]\n\nSources: [1] template “Wrapping”")


async def test_what_is_posted_has_no_marks_and_no_past_answers() -> None:
    knowledge = FakeKnowledge([DELIVERY], told_to_many("We deliver lamps to Oman every day."))
    asked = assignment("Do you deliver to Oman?", is_posted=True)
    said = await answer_of(agent_with(knowledge), asked)
    assert said == "Thank you for your message. We deliver to Oman in five days."
    assert knowledge.asked == []
    await answer_of(agent_with(knowledge), replace(asked, is_posted=False))
    assert knowledge.asked == [("ws_1", "conv_1")]


async def test_a_question_is_answered_in_the_language_that_is_asked_for() -> None:
    agent = agent_with(FakeKnowledge([RETURNS, SHIPPING]))
    said = await answer_of(agent, assignment("Where is the parcel delivered to?", language="tr"))
    assert said.endswith("Paketiniz kapınıza teslim edilir. [1]\n\nKaynaklar: [1] Shipping")
    only_english = await answer_of(agent_with(FakeKnowledge([DELIVERY])), assignment("Deliver to Oman?", language="ar"))
    assert "لم أجد شيئًا" in only_english


async def test_a_text_of_another_language_is_not_passed_off() -> None:
    filed_wrongly = article("art_1", "Delivery", ar="We deliver to Oman in five days.", en="نوصل إلى عمان")
    agent = agent_with(FakeKnowledge([filed_wrongly]))
    assert "We deliver to Oman" in await answer_of(agent, assignment("Do you deliver to Oman?"))
    assert "We deliver" not in await answer_of(agent, assignment("Do you deliver to Oman?", language="ar"))


async def test_an_instruction_says_what_else_to_look_for() -> None:
    asked = assignment("Hello!", instruction="tell them about delivery to Oman")
    assert "Oman in five days" in await answer_of(agent_with(FakeKnowledge([DELIVERY])), asked)


async def test_continue_adds_the_next_sentence_that_is_not_yet_there() -> None:
    asked = "Broken! Can I send it back for a refund?"
    agent = agent_with(FakeKnowledge([RETURNS]))
    first = await answer_of(agent, assignment(asked, task="continue", text="Hello."))
    assert first == "If something arrived broken, send it back at our cost. [1]\n\nSources: [1] Returns and refunds"
    further = await answer_of(agent, assignment(asked, task="continue", text=f"Hello. {first}"))
    assert further == "A refund for a broken thing takes five days. [2]\n\nSources: [2] Returns and refunds"


async def test_lengthen_keeps_the_text_and_adds_what_was_found() -> None:
    asked = assignment(
        "It arrived broken, can I send it back?",
        task="lengthen",
        text="Sorry about that. We are open on Monday. [1]\n\nSources: [1] Opening hours\n",
    )
    assert await answer_of(agent_with(FakeKnowledge([RETURNS])), asked) == (
        "Sorry about that. We are open on Monday. [1] If something arrived broken, send it back at our cost. [2]"
        "\n\nSources: [1] Opening hours, [2] Returns and refunds"
    )


async def test_shorten_keeps_the_leading_sentences() -> None:
    asked = assignment("Hi", task="shorten", text="One is first. Two is next. Three is last.")
    assert await answer_of(agent_with(FakeKnowledge()), asked) == "One is first. Two is next."


async def test_shorten_keeps_what_was_asked_about_and_its_sources() -> None:
    text = "Hello Jane. Lovely to hear from you. The weather is fine. Your refund takes five days. [1]"
    asked = assignment("Where is my refund?", task="shorten", text=f"{text}\n\nSources: [1] Returns")
    assert await answer_of(agent_with(FakeKnowledge()), asked) == (
        "Hello Jane. Your refund takes five days. [1]\n\nSources: [1] Returns"
    )


@pytest.mark.parametrize("task", ["shorten", "lengthen", "continue"])
async def test_a_text_is_not_left_in_another_language_than_is_asked_for(task: str) -> None:
    asked = assignment("Oman?", task=task, text="We deliver. Every day.", language="ar")
    with pytest.raises(AgentFailed, match="cannot translate"):
        await answer_of(agent_with(FakeKnowledge([DELIVERY])), asked)


@pytest.mark.parametrize(
    ("task", "text"),
    [("simplify", "A b."), ("tone", "A b."), ("shorten", "A b."), ("continue", "A"), ("lengthen", "A")],
)
async def test_what_quoting_cannot_do_is_said(task: str, text: str) -> None:
    with pytest.raises(AgentFailed):
        await answer_of(agent_with(FakeKnowledge()), assignment("Hi", task=task, text=text))


async def test_words_come_one_by_one_at_the_given_pace() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    agent = RetrievingAgent(FakeKnowledge([DELIVERY]), pace=0.015, sleep=sleep)
    pieces = [piece async for piece in agent.answer(assignment("Do you deliver to Oman?"))]
    assert pieces[:3] == ["Thank ", "you ", "for "]
    assert waits == [0.015] * len(pieces)
