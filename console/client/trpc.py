"""tRPC over HTTP, sans input and output: a call made into a request, an answer read into a value or a typed error.

Read with what the real client bears and more (recorded in `tests/wire/`): the body decides before the status, as
there; where the body is not tRPC's, the status, `Retry-After` and what a gateway said are kept.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal, TypeVar
from urllib.parse import quote

from console.client.answers import (
    Answer,
    error_of,
    failure,
    is_page,
    json_of,
    redirected,
    retry_after,
    said_in,
    validated,
)
from console.client.errors import ApiError, NotUnderstood
from console.contract import superjson
from console.contract.base import Input
from console.contract.errors import CODES
from console.contract.inputs import NoInput
from console.contract.procedures import Procedure
from console.values import dataclass

I = TypeVar("I", bound=Input)  # noqa: E741  the input, as in the table
A = TypeVar("A")

_WORD_STATUS: dict[str, int] = {word: status for word, (_, status) in CODES.items()}
# -32603 is five words, of which this is the plain one
_NUMBER_WORD: dict[int, str] = {number: word for word, (number, _) in CODES.items()}
_NUMBER_WORD[-32603] = "INTERNAL_SERVER_ERROR"


@dataclass(frozen=True, slots=True)
class Mount:
    """Where a server answers tRPC, and what its values are wrapped in."""

    path: str
    transformer: Literal["none", "superjson"]


@dataclass(frozen=True, slots=True)
class Request:
    """An HTTP request below the base URL."""

    method: Literal["GET", "POST"]
    path: str
    query: str = ""
    body: bytes | None = None


def request_of(mount: Mount, procedure: Procedure[I, A], given: I) -> Request:
    """The request of one unbatched call: queries and subscriptions GET, mutations POST."""
    path = f"{mount.path}/{procedure.path}"
    text = _input_text(mount, given)
    if procedure.kind == "mutation":
        return Request("POST", path, body=(text or "").encode("utf-8", "replace"))
    return Request("GET", path, query=f"input={quote(text, safe='', errors='replace')}" if text is not None else "")


def value_of(
    mount: Mount, procedure: Procedure[Any, A], answer: Answer, *, tidy: Callable[[Any], Any] = lambda value: value
) -> A:
    """The validated value of an answer, passed through `tidy` before. Raises a typed error for anything else."""
    if 300 <= answer.status < 400:
        raise redirected(answer)
    try:
        envelope = json_of(answer.body)
    except NotUnderstood:
        if 200 <= answer.status < 300:
            raise
        raise _strangers(answer) from None
    if isinstance(envelope, list) and envelope:
        envelope = envelope[0]
    if isinstance(envelope, dict) and isinstance(result := envelope.get("result"), dict):
        return validated(procedure.answer, tidy(plain(mount, result.get("data"))))
    if error := envelope_error(envelope, answer):
        raise error
    if 200 <= answer.status < 300:
        raise NotUnderstood(
            "The server answered something that is not tRPC's. Check the address and the setting trpc_path.",
            status=answer.status,
        )
    raise _strangers(answer)


def envelope_error(envelope: Any, answer: Answer) -> ApiError | None:
    """The typed error of `{"error": {…}}`, with a transformer or without; None if it is no such envelope."""
    shape = envelope.get("error") if isinstance(envelope, dict) else None
    if not isinstance(shape, dict):
        return None
    return shape_error(shape, status=answer.status, after=retry_after(answer.headers))


def shape_error(shape: dict[str, Any], *, status: int, after: float | None = None) -> ApiError:
    """The typed error of tRPC's error shape: its own status, then its word, then its number, then HTTP's status."""
    if isinstance(wrapped := shape.get("json"), dict):
        shape = wrapped
    details = shape.get("data")
    said_status = details.get("httpStatus") if isinstance(details, dict) else None
    word = details.get("code") if isinstance(details, dict) else None
    if not isinstance(word, str):
        number = shape.get("code")
        word = number if isinstance(number, str) else _NUMBER_WORD.get(number) if isinstance(number, int) else None
    if not isinstance(said_status, int) or not 400 <= said_status <= 599:
        said_status = _WORD_STATUS.get(word or "", status)
    # an error inside a success, with no word and no status of its own, is the server's fault
    return error_of(said_status if said_status >= 400 else 500, said_in(shape), retry_after=after, code=word)


def plain(mount: Mount, value: Any) -> Any:
    """A value out of its transformer; undefined reads as None. Raises NotUnderstood for another transformer's."""
    if mount.transformer == "none":
        return value
    try:
        restored = superjson.unwrap(value)
    except (ValueError, RecursionError):
        raise NotUnderstood("The server's values are not superjson. Set transformer to auto or none.") from None
    return None if restored is superjson.UNDEFINED else restored


def _strangers(answer: Answer) -> ApiError:
    """The typed error of a refusal that is not tRPC's.

    A 404 of a gateway says nothing of what was asked for, nor a page that refuses whoever is not signed in there of the
    key: taken for the server's word, it would end the work with it.
    """
    if answer.status == 404 or (answer.status in (401, 403) and is_page(answer)):
        return NotUnderstood(
            "Something else than the Connect360 API answers at this address. Try again, or check the address.",
            status=answer.status,
        )
    return failure(answer)


def _input_text(mount: Mount, given: Input) -> str | None:
    """The input as JSON; None where there is none."""
    value: Any = superjson.UNDEFINED if isinstance(given, NoInput) else given.wire()
    if mount.transformer == "superjson":
        value = superjson.wrap(value)
    elif value is superjson.UNDEFINED:
        return None
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
