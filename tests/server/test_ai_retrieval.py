"""What is found for a question, and above all what is not."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from console.contract.base import LANGUAGES, Language
from console.server.ai.retrieval import Found, Source, best, find, question_terms, sentences
from console.server.ai.words import terms

RETURNS = Source(
    "art_returns",
    "Returns and refunds",
    "You may return anything within 30 days. If something arrived broken, send it back at our cost. "
    "Refunds take five working days after we have the parcel.",
    about="Returns and refunds",
)
DELIVERY = Source(
    "art_delivery",
    "Delivery",
    "We deliver in the Emirates within two days. To Oman and Qatar it takes five days.",
    about="Delivery",
)
HOURS = Source(
    "art_hours",
    "Opening hours",
    "Our shop is open from nine to six. On Fridays we close at noon.",
    about="Opening hours",
)
ENGLISH = (RETURNS, DELIVERY, HOURS)


def found(question: str, sources: tuple[Source, ...] = ENGLISH, language: Language = "en") -> list[str]:
    return [one.sentence for one in find(sources, question_terms([question], language), language)]


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("The lamp arrived broken. Can I send it back?", "If something arrived broken, send it back at our cost."),
        ("How long does a refund take?", "Refunds take five working days after we have the parcel."),
        ("Do you deliver to Oman?", "To Oman and Qatar it takes five days."),
        ("Are you OPEN on friday?", "On Fridays we close at noon."),
    ],
)
def test_the_best_sentence_comes_first(question: str, answer: str) -> None:
    assert found(question)[0] == answer


@pytest.mark.parametrize(
    "question",
    ["What is the capital of France?", "Hello!", "Thank you so much", "", "???", "Is there parking?", "مرحبا"],
)
def test_nothing_is_found_where_nothing_fits(question: str) -> None:
    assert found(question) == []


def test_arabic_is_found_under_other_prefixes_and_spellings() -> None:
    source = Source(
        "a", "الإرجاع", "يمكنك إرجاع المنتج خلال ثلاثين يومًا. يصل المبلغ المسترد بعد خمسة أيام.", about="الإرجاع"
    )
    asked = "كيف أقوم بارجاع منتجاتكم؟"
    assert found(asked, (source,), "ar")[0] == "يمكنك إرجاع المنتج خلال ثلاثين يومًا."


def test_turkish_is_found_under_other_endings_and_capitals() -> None:
    source = Source("a", "İade", "Ürünü otuz gün içinde iade edebilirsiniz. Kargo iki günde gelir.", about="İade")
    assert found("ÜRÜNÜMÜ İADE ETMEK İSTİYORUM", (source,), "tr")[0] == "Ürünü otuz gün içinde iade edebilirsiniz."
    assert found("Kargom kaç günde gelir?", (source,), "tr")[0] == "Kargo iki günde gelir."


def test_the_message_before_counts_but_less() -> None:
    wanted = question_terms(["And to Oman?", "Do you deliver?"], "en")
    assert wanted["oman"] == 1.0
    assert wanted["deliver"] == pytest.approx(1 / 3)
    assert find(ENGLISH, wanted, "en")[0].sentence == "To Oman and Qatar it takes five days."


def test_a_sentence_of_a_narrow_source_must_share_a_word_itself() -> None:
    wide = Source("msg_1", "an earlier answer", "Certainly, within five days.", about="Do you deliver to Oman?")
    narrow = Source("msg_1", "an earlier answer", wide.text, about=wide.about, narrow=True)
    assert found("Do you deliver to Oman?", (wide,)) == ["Certainly, within five days."]
    assert found("Do you deliver to Oman?", (narrow,)) == []


def test_an_article_goes_before_a_past_answer_that_says_as_much() -> None:
    past = Source("msg_1", "an earlier answer", "To Oman and Yemen it takes five days.", about="Delivery", weight=0.6)
    assert found("Do you deliver to Oman?", (past, *ENGLISH))[0] == "To Oman and Qatar it takes five days."


def test_what_is_much_worse_than_the_best_is_left_out() -> None:
    every = [Found(DELIVERY, place, str(place), score) for place, score in enumerate((9.0, 6.0, 4.0, 8.0))]
    assert best(every) == every[:2]
    assert best([]) == []


def test_the_same_sentence_is_quoted_once() -> None:
    twin = Source("twin", "Delivery", DELIVERY.text, about="Delivery")
    said = found("Do you deliver to Oman?", (DELIVERY, twin))
    assert len(said) == len(set(said))


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("نعم؟ لا.", ["نعم؟", "لا."]),
        ("It costs 3.50 AED. Yes.", ["It costs 3.50 AED.", "Yes."]),
        ("- a line\n\n- another", ["- a line", "- another"]),
        ("He said “no.” Then", ["He said “no.”", "Then"]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_sentences(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


@pytest.mark.parametrize(
    ("language", "kin"),
    [
        ("en", "delivery deliveries delivered Deliver"),
        ("en", "return returns returned returning"),
        ("en", "ship shipped shipping"),
        ("ar", "الطلب طلب والطلب طلبات الطلبات طلبكم"),
        ("ar", "أحمد احمد أَحْمَد"),
        ("tr", "iade iadeyi iadesi İADE"),
        ("tr", "sipariş siparişim siparişleriniz SİPARİŞ"),
    ],
)
def test_kindred_words_are_one_term(language: Language, kin: str) -> None:
    assert len(set(terms(kin, language))) == 1


@settings(max_examples=40)
@given(st.lists(st.text(max_size=80), max_size=5), st.text(max_size=80), st.sampled_from(LANGUAGES))
def test_only_whole_sentences_of_a_source_are_ever_quoted(texts: list[str], asked: str, language: Language) -> None:
    sources = [Source(str(place), "title", text, about=text[:10]) for place, text in enumerate(texts)]
    for one in find(sources, question_terms([asked], language), language):
        assert one.sentence in sentences(one.source.text)


def test_a_real_question_finds_itself_among_thousands() -> None:
    """Real customers' Arabic, half of it dialect."""
    path = Path(__file__).parents[3] / "shared" / "data" / "customer-questions-ar.jsonl.gz"
    if not path.exists():
        pytest.skip("the real questions are not on this machine")
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        asked = [json.loads(line)["text"] for line in lines]
    sources = [Source(str(place), "question", text) for place, text in enumerate(asked)]
    for text in asked[100::500]:
        top = find(sources, question_terms([text], "ar"), "ar")[:3]
        assert {one.sentence for one in top} & set(sentences(text)), text
