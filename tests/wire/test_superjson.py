"""Our superjson and the real one: what either writes, the other reads as the same."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from console.contract.superjson import restore, wrap
from tests.wire.node import Node, running_node
from tests.wire.recorded import superjson_vectors

pytestmark = pytest.mark.asyncio(loop_scope="module")

VECTORS = superjson_vectors()
# Shapes that no vector has: kinds within kinds, keys that look like paths, arrays of other classes.
MORE: list[Any] = [
    {"json": [[["a.b", "1970-01-01T00:00:00.000Z"], ["1970-01-01T00:00:00.001Z", {"u": None}]]],
     "meta": {"values": {"0": ["map", {"0.1": ["Date"], "1.0": ["Date"], "1.1.u": ["undefined"]}]}, "v": 1}},
    {"json": {"": "1970-01-01T00:00:00.000Z", "a": {"": {"x.y\\": "1"}}},
     "meta": {"values": {"": ["Date"], "a..x\\.y\\\\": ["bigint"]}, "v": 1}},
    {"json": [[[[{"a": 1}, "-0"]]]], "meta": {"values": {"0": ["set", {"0": ["map", {"0.1": ["number"]}]}]}, "v": 1}},
    {"json": {"t": [1, 2]}, "meta": {"values": {"t": [["typed-array", "Float64Array"]]}, "v": 1}},
]  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def node(packages: Path) -> AsyncIterator[Node]:
    """Node with the real superjson."""
    async with running_node(packages) as node:
        yield node


async def test_the_real_one_reads_what_ours_writes_of_every_recorded_value(node: Node) -> None:
    ours = [wrap(restore(json.loads(json.dumps(vector["wire"])))) for vector in VECTORS]

    theirs = await node.ask("superjson", wires=ours)

    assert [value["js"] for value in theirs["values"]] == [vector["js"] for vector in VECTORS]
    assert len(VECTORS) == 31


async def test_ours_reads_what_the_real_one_writes_of_every_recorded_value(node: Node) -> None:
    theirs = await node.ask("superjson", wires=[vector["wire"] for vector in VECTORS])

    ours = [wrap(restore(value["wire"])) for value in theirs["values"]]
    back = await node.ask("superjson", wires=ours)

    assert [value["js"] for value in back["values"]] == [vector["js"] for vector in VECTORS]


async def test_both_write_the_same(node: Node) -> None:
    ours = [wrap(restore(json.loads(json.dumps(wire)))) for wire in MORE]

    theirs = await node.ask("superjson", wires=MORE)

    assert ours == MORE
    assert [value["wire"] for value in theirs["values"]] == MORE
