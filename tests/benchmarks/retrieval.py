"""How well and how fast the retrieving agent answers real questions, and that it tells nobody another's details.

python -m tests.benchmarks.retrieval FOLDER

FOLDER holds `customer-questions-ar.jsonl.gz` (`{topic, text}` a line) and `dialogues-en.jsonl.gz` (`{id, topics,
turns}`). Half of the Arabic questions are made articles, one a topic, but for a quarter of the topics, which nothing
is written about; the other half is asked. Four fifths of the dialogues are past answers; what customers said in the
rest is asked.
"""

from __future__ import annotations

import gzip
import json
import random
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from console.contract.shapes import Article
from console.server.ai.knowledge import Known
from console.server.ai.privacy import SEVERAL, PastAnswer
from console.server.ai.retrieval import best, sentences
from console.text.fold import fold

ASKED = 300
_LINES = 12
_AT = datetime(2025, 11, 17, tzinfo=UTC)
_WORD = re.compile(r"\w+")


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Every line of a gzipped file of JSON lines."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def arabic(folder: Path) -> None:
    """Are questions led to their topic, and refused where nothing is written about it?"""
    questions = lines_of(folder / "customer-questions-ar.jsonl.gz")
    chance = random.Random(7)
    chance.shuffle(questions)
    topics = sorted({question["topic"] for question in questions})
    unwritten = set(chance.sample(topics, len(topics) // 4))
    written: dict[str, list[str]] = defaultdict(list)
    for question in questions[::2]:
        if question["topic"] not in unwritten:
            written[question["topic"]].append(question["text"])
    known = Known(
        [
            Article(id=topic, name=topic, content={"ar": "\n".join(texts[:_LINES])}, created_at=_AT, updated_at=_AT)
            for topic, texts in written.items()
        ]
    )
    count: Counter[str] = Counter()
    took = []
    for question in questions[1::2][:ASKED]:
        begun = time.perf_counter()
        found = best(known.find([question["text"]], "ar"))
        took.append(time.perf_counter() - begun)
        kind = "nothing written" if question["topic"] in unwritten else "written"
        count[kind] += 1
        count[f"{kind}, answered"] += bool(found)
        count[f"{kind}, right"] += bool(found) and found[0].source.id == question["topic"]
    answered, right = count["written, answered"], count["written, right"]
    print(f"Arabic questions, {len(written)} articles of {_LINES} lines")  # noqa: T201
    print(f"  written about      {count['written']:4}: {answered} answered, {right / answered:.0%} of them rightly")  # noqa: T201
    without = count["nothing written"]
    refused = without - count["nothing written, answered"]
    print(f"  not written about  {without:4}: {refused / without:.0%} are told that nothing was found")  # noqa: T201
    print(f"  {median(took) * 1000:.0f} ms an answer (median)")  # noqa: T201


def english(folder: Path) -> None:
    """Is what is quoted of past answers about the same matter, and is any of it only one customer's?"""
    dialogues = lines_of(folder / "dialogues-en.jsonl.gz")
    random.Random(7).shuffle(dialogues)
    part = len(dialogues) * 4 // 5
    past = [answer for dialogue in dialogues[:part] for answer in answers_in(dialogue)]
    matters = {dialogue["id"]: matters_of(dialogue) for dialogue in dialogues}
    heard = hearers(past)
    asked = [
        (matters[dialogue["id"]], turn["text"])
        for dialogue in dialogues[part:]
        for turn in dialogue["turns"]
        if turn["sender"] == "customer"
    ]
    random.Random(7).shuffle(asked)
    known = Known([], past=past)
    answered = same = lone = numbers = 0
    took = []
    for matter, text in asked[:ASKED]:
        begun = time.perf_counter()
        found = best(known.find([text], "en"))
        took.append(time.perf_counter() - begun)
        if found:
            answered += 1
            same += bool(matters[found[0].source.id] & matter)
        for one in found:
            words = _WORD.findall(fold(one.sentence))
            lone += any(len(heard[word]) == 1 for word in words)
            numbers += any(character.isnumeric() for character in one.sentence)
    print(f"English dialogues, {len(past):,} past answers; a word is anybody's when {SEVERAL} customers heard it")  # noqa: T201
    print(f"  asked {ASKED}: {answered} answered, {same / max(answered, 1):.0%} of them from the same matter")  # noqa: T201
    print(f"  quoted sentences with a word that one customer alone was told: {lone}; with a number: {numbers}")  # noqa: T201
    print(f"  {median(took) * 1000:.0f} ms an answer (median)")  # noqa: T201


def answers_in(dialogue: dict[str, Any]) -> list[PastAnswer]:
    """What the workspace said in a dialogue, each with what the customer had said last."""
    answers: list[PastAnswer] = []
    question = ""
    for turn in dialogue["turns"]:
        if turn["sender"] == "customer":
            question = turn["text"]
        elif question:
            answers.append(PastAnswer(dialogue["id"], dialogue["id"], {"en": question}, {"en": turn["text"]}, (), _AT))
    return answers


def hearers(past: Sequence[PastAnswer]) -> dict[str, set[str]]:
    """Which customers were told a word."""
    heard: dict[str, set[str]] = defaultdict(set)
    for one in past:
        for said in sentences(one.answer["en"]):
            for word in _WORD.findall(fold(said)):
                heard[word].add(one.customer)
    return heard


def matters_of(dialogue: dict[str, Any]) -> set[str]:
    """What a dialogue is about: `Hotels_2` and `Hotels_4` are one matter."""
    return {topic.rpartition("_")[0] for topic in dialogue["topics"]}


if __name__ == "__main__":
    arabic(Path(sys.argv[1]))
    english(Path(sys.argv[1]))
