"""The agent that needs nothing: it quotes, names its sources, and says so when it has none."""

from __future__ import annotations

import pytest

from console.contract.base import Language
from console.server.ai.agent import AgentFailed, Assignment
from console.server.ai.knowledge import PastAnswer
from console.server.ai.retrieving import RetrievingAgent
from tests.server.knowing import NOVEMBER, FakeKnowledge, article, assignment

RETURNS = article(
    "art_returns",
    "Returns and refunds",
    en="You may return anything within 30 days. If something arrived broken, send it back at our cost. "
    "A refund for a broken thing takes five days.",
    ar="يمكنك إرجاع أي منتج خلال ثلاثين يومًا.",
    tr="Ürünleri otuz gün içinde iade edebilirsiniz.",
)
DELIVERY = article("art_delivery", "Delivery", en="We deliver to Oman in five days.")


def past(answer: str, question: str = "Can you gift wrap a lamp?", names: tuple[str, ...] = ()) -> PastAnswer:
    return PastAnswer("msg_9", question, answer, names, NOVEMBER)


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
    knowledge = FakeKnowledge(answered=[past("Yes, we gift wrap every lamp for free.")])
    said = await answer_of(agent_with(knowledge), assignment("Would you gift wrap the lamp?"))
    assert "Yes, we gift wrap every lamp for free. [1]" in said
    assert said.endswith("[1] an earlier answer, 2025-11-17")
    assert knowledge.asked == [("ws_1", "conv_1")]


@pytest.mark.parametrize(
    "private",
    [
        "Your gift wrap lamp is order 104233 today.",
        "Your gift wrap lamp is order #12 as discussed.",
        "I wrote about the gift wrap lamp to jane@example.com today.",
        "Call about the gift wrap lamp on 050 123 45 67 please.",
        "See your gift wrap lamp at https://example.com/o/x please.",
        "The gift wrap for your lamp will cost 4,350 AED.",
        "Dear Jane, the lamp is gift wrapped now.",
        "Which gift wrap would you like for your lamp?",
        "Gift wrap, yes.",
    ],
)
async def test_nothing_private_of_another_customer_is_quoted(private: str) -> None:
    knowledge = FakeKnowledge(answered=[past(private, names=("Jane Cooper",))])
    said = await answer_of(agent_with(knowledge), assignment("Would you gift wrap the lamp?"))
    assert "found nothing" in said


@pytest.mark.parametrize("asked", ["Is the lamp free of lead?", "Can you wrap my sandwich in paper?"])
async def test_a_past_answer_that_fits_only_by_a_word_is_left_alone(asked: str) -> None:
    knowledge = FakeKnowledge(answered=[past("Yes, we gift wrap every lamp for free.")])
    assert "found nothing" in await answer_of(agent_with(knowledge), assignment(asked))


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
