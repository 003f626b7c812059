"""Inputs made from the schemas of the contract: valid, nearly valid, and such as nobody sends without intent."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from pydantic import BaseModel

DEEP = "@deep@"
"""Stands for a list within a list, three thousand times over, which Python itself cannot write as JSON."""

TAME = (
    "Hello?",
    "أين طلبي؟",
    "Ürün bozuk, İstanbul'a gelmedi",
    "shop.example.com",
    "jane@example.com",
    "+971 50 000 0000",
    "👩‍👩‍👧‍👦" * 9,
    "' OR 1=1; DROP TABLE messages; --",
    "{{x}} {{ __class__ }} {0} %s %(x)s",
    "resolved",
)
TEXTS = (
    *TAME,
    "   ",
    "",
    "\x00",
    "a\x00b\x1b[31m\x9b",
    "\ud800",
    "\udfff\ud83d",
    "\u202egnp.exe\u2066",
    "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞" * 20,
    '"*" NEAR(a b) AND NOT (words:x',
    'from:"me is:unread before:never in:',
    "../../etc/passwd",
    "https://www.example.com:99999/[::1]?a=b#c",
    "xn--",
    "1e400",
    "9" * 400,
    "2026-02-30T25:61:61Z",
    "9999-12-31T23:59:59.999999-23:59",
    "0001-01-01T00:00:00+23:59",
    "MDox",
    "OTk5OTk5OTk5OTk5OTk5OTk5OTk6eA",  # a cursor of a time that no table holds
    "LTE6",
    "__proto__",
)
TIMES = (
    "2020-01-01T00:00:00.000Z",
    "2021-01-01T00:00:00+04:00",
    "2020-01-01",
    "1500000000",
    "2999-01-01T00:00:00Z",
    "0000-00-00T00:00:00Z",
)
NUMBERS = (
    0,
    -0.0,
    1,
    -1,
    50,
    2**31,
    2**53 + 1,
    2**63,
    -(2**63) - 1,
    10**400,
    1e308,
    -5e-324,
    float("nan"),
    float("-inf"),
)
ODD: tuple[Any, ...] = (None, True, False, [], {}, [[]], {"": ""}, {"json": {}}, {"json": None, "meta": 1}, DEEP)
_LENGTHS = (201, 501, 2_001, 20_001, 70_000)


@dataclass(frozen=True)
class Ids:
    """Records that an input may name: of the caller's workspace and of another, by kind."""

    own: Mapping[str, str]
    foreign: Mapping[str, str]

    def one(self, random: Random, field: str, *, wildness: int) -> str:
        """An id for a field of this name, mostly of the kind that it wants."""
        among = self.foreign if random.random() < _FOREIGN[wildness] else self.own
        kind = next((kind for names, kind in _KINDS if field.lower().endswith(names)), "conversation")
        return among[kind] if wildness < _WILD or random.random() < 0.8 else random.choice(list(among.values()))


# Of the names that end so, the first kind. `id` and `parentId` alone are named after their object.
_FOREIGN = (0.0, 0.4, 0.2, 0.4)
_WILD = 2
_KINDS = (
    (("messageid", "targetid", "sendparentid"), "message"),
    (("conversationid", "parentid"), "conversation"),
    (("customerid", "senderid", "customeridid", "customerinputid"), "customer"),
    (("channelid", "channelids"), "channel"),
    (("memberids", "assigneeid", "actorid"), "member"),
    (("templateid",), "template"),
    (("articleid",), "article"),
    (("attachmentids",), "attachment"),
    (("agentid",), "agent"),
    (("cursor",), "cursor"),
    (("id",), "conversation"),
)
_NAMES = ("id", "ids", "cursor")
_NEEDED = {
    "GetOrCreateConversation": {"customer"},
    "Send": {"content"},
    "ClaimGuestConversations": {"customer"},
    "AiRequest": {"lastMessageId"},
}
"""What an input needs though its schema does not say so."""


def case(random: Random, model: type[BaseModel], ids: Ids) -> str:
    """An input as JSON text: as a client would send it, odd though valid, or spoilt in a place or two."""
    schema = model.model_json_schema()
    wildness = random.randrange(len(_FOREIGN))
    value = _Maker(random, ids, schema.get("$defs", {}), wildness).value(schema, "")
    for _ in range(max(0, wildness - 1)):
        value = _spoilt(random, value)
    return _text(value, ascii_only=random.random() < 0.7)


def _text(value: Any, *, ascii_only: bool) -> str:
    text = json.dumps(value, ensure_ascii=ascii_only)
    return text.replace(f'"{DEEP}"', "[" * 3000 + "]" * 3000)


@dataclass(frozen=True)
class _Maker:
    random: Random
    ids: Ids
    definitions: Mapping[str, Any]
    wildness: int

    @property
    def is_tame(self) -> bool:
        """Whether it makes what a client would send, be the ids another's."""
        return self.wildness < _WILD

    def value(self, schema: Mapping[str, Any], field: str) -> Any:
        """A value of a schema, valid as far as the schema tells."""
        if "$ref" in schema:
            return self.value(self.definitions[schema["$ref"].rpartition("/")[2]], field)
        if "anyOf" in schema:
            return self.value(schema["anyOf"][0] if self.is_tame else self.random.choice(schema["anyOf"]), field)
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        makers: Mapping[str, Callable[[Mapping[str, Any], str], Any]] = {
            "string": self._string,
            "integer": lambda one, _: self.random.randint(one.get("minimum", one.get("ge", 0)), 100),
            "boolean": lambda _one, _field: self.random.random() < 0.5,
            "null": lambda _one, _field: None,
            "array": self._array,
            "object": self._object,
        }
        make = makers.get(schema.get("type", ""))
        return make(schema, field) if make else self.anything(2)

    def anything(self, depth: int) -> Any:
        """Any JSON value, of words and numbers as odd as they come."""
        match self.random.randrange(6 if depth else 4):
            case 4:
                return [self.anything(depth - 1) for _ in range(self.random.randrange(4))]
            case 5:
                return {self.random.choice(TEXTS): self.anything(depth - 1) for _ in range(self.random.randrange(4))}
            case 3:
                return self.random.choice((None, True, *NUMBERS[:6]))
        return self.random.choice((*self._texts, *self.ids.own.values(), *self.ids.foreign.values()))

    @property
    def _texts(self) -> Sequence[str]:
        return TAME if self.is_tame else TEXTS

    def _string(self, schema: Mapping[str, Any], field: str) -> str:
        if schema.get("format") == "date-time":
            return self.random.choice(TIMES[:2] if self.is_tame else TIMES)
        if field.lower().endswith(_NAMES) and (self.is_tame or self.random.random() < 0.9):
            return self.ids.one(self.random, field, wildness=self.wildness)
        if "maxLength" in schema and self.random.random() < 0.05:
            return self.random.choice("xش") * int(schema["maxLength"] + (not self.is_tame))
        return self.random.choice(self._texts).ljust(schema.get("minLength", 0), "x")

    def _array(self, schema: Mapping[str, Any], field: str) -> list[Any]:
        most = schema.get("maxItems", 3)
        count = (
            most + self.random.randrange(2) if self.random.random() < 0.05 else self.random.randrange(min(most, 3) + 1)
        )
        return [self.value(schema.get("items", {}), field) for _ in range(count)]

    def _object(self, schema: Mapping[str, Any], _field: str) -> dict[str, Any]:
        properties, title = schema.get("properties"), schema.get("title", "")
        if properties is None:
            others = (*self._texts, "status", "fingerprint", "labels")
            names: Sequence[str] = schema.get("propertyNames", {}).get("enum", others)
            return {name: self.anything(2) for name in self.random.sample(names, self.random.randint(1, 3))}
        wanted = set(schema.get("required", ())) | (_NEEDED.get(title, set()) if self.is_tame else set())
        return {
            name: self.value(one, title + name if name in ("id", "parentId") else name)
            for name, one in properties.items()
            if name in wanted or self.random.random() < (0.25 if self.is_tame else 0.4)
        }


def _spoilt(random: Random, value: Any) -> Any:
    """The value with one thing wrong in it: another type, an extreme, a field too many or too few, a layer more."""
    if isinstance(value, dict) and value and random.random() < 0.9:
        name = random.choice(list(value))
        match random.randrange(8):
            case 0:
                return {key: one for key, one in value.items() if key != name}
            case 1:
                return value | {random.choice(TEXTS): random.choice(TEXTS)}
            case 2:
                return value | {name.swapcase(): value[name]}
        return value | {name: _spoilt(random, value[name])}
    if isinstance(value, list) and value and random.random() < 0.7:
        place = random.randrange(len(value))
        return [*value[:place], _spoilt(random, value[place]), *value[place + 1 :]]
    match random.randrange(5):
        case 0:
            return random.choice(NUMBERS)
        case 1:
            length = random.choice(_LENGTHS) if random.random() < 0.2 else 100
            return (random.choice(TEXTS) * length)[:length]
        case 2:
            return [value]
        case 3:
            return {"json": value} if random.random() < 0.3 else {"id": value}
    return random.choice(ODD)
