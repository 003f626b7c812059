"""Answers read into values or typed errors, whoever wrote them: the server, its REST half, or a gateway before it.

No input or output happens here.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from console.client.errors import (
    ApiError,
    BadRequest,
    Forbidden,
    NotFound,
    NotUnderstood,
    Redirected,
    ServerFault,
    TooLarge,
    TooManyRequests,
    Unauthorized,
)
from console.text.safe import line
from console.values import dataclass

A = TypeVar("A")

MOST_SECONDS = 600.0
"""The longest wait that a server is taken to mean; whatever asks for more is asked again by then."""

_LONGEST_SENTENCE = 300
_DEEPEST_SENTENCE = 5
_LONGEST_NUMBER = 300  # digits; Python refuses to read thousands of them
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_PERMISSION = re.compile(r"Missing permission: (\S+)")

_BY_STATUS: dict[int, type[ApiError]] = {
    400: BadRequest,
    422: BadRequest,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    413: TooLarge,
    414: TooLarge,
    431: TooLarge,
    429: TooManyRequests,
}

_TEXTS: dict[type[ApiError], tuple[str, str]] = {
    BadRequest: ("The server did not accept this", "Change it and try again."),
    Unauthorized: ("The server does not take this key", "Sign in again with a valid key."),
    Forbidden: ("Your role may not do this", "Ask an administrator of the workspace."),
    NotFound: ("This is not in the workspace, or no longer", "Load again to see what is there."),
    TooLarge: ("This is too large for the server", "Send less at once."),
    TooManyRequests: ("The server asks to slow down", "Try again in a moment."),
    ServerFault: ("The server failed", "Try again in a moment."),
    ApiError: ("The server refused this call", "Check the address and your version of this program."),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, whole. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def json_of(text: bytes | str) -> Any:
    """The JSON value of an answer, fit to be kept: lone surrogates, which no encoding takes, are U+FFFD, and null is
    what is no number or beyond all. Raises NotUnderstood.
    """
    written = text if isinstance(text, str) else text.decode("utf-8-sig", "replace")
    try:
        value = _JSON.decode(written)
        return _mended(value) if "\\u" in written else value
    except (ValueError, RecursionError):
        raise NotUnderstood(
            "The server answered something that is no JSON. Check the address, or whether a proxy stands before it."
        ) from None


def _finite(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _number(digits: str) -> int | float | None:
    return int(digits) if len(digits) <= _LONGEST_NUMBER else _finite(digits)


_JSON = json.JSONDecoder(parse_float=_finite, parse_int=_number, parse_constant=lambda _: None)


def validated(shape: TypeAdapter[A], value: Any) -> A:
    """The value as the contract has it. Raises NotUnderstood, naming the first field that is not."""
    try:
        return shape.validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "answer"
        raise NotUnderstood(
            f"The server answered something that is not of the Connect360 contract "
            f"({line(where)}: {line(first['msg'])}). Check the address and your version of this program."
        ) from None


def failure(answer: Answer) -> ApiError:
    """The typed error of an answer whose status is none of success, whatever its body."""
    if 300 <= answer.status < 400:
        return redirected(answer)
    try:
        value = json_of(answer.body)
    except NotUnderstood:
        value = _plain_text(answer)
    return error_of(answer.status, said_in(value), retry_after=retry_after(answer.headers))


def unexpected(answer: Answer) -> ApiError:
    """The typed error of an answer that is not what was asked for, be its status one of success or not."""
    if not 200 <= answer.status < 300:
        return failure(answer)
    return NotUnderstood(
        "The server answered something else than was asked for. Check the address and your version of this program.",
        status=answer.status,
    )


def error_of(status: int, said: str | None, *, retry_after: float | None = None, code: str | None = None) -> ApiError:
    """The typed error of a status and of what the server said."""
    kind = _BY_STATUS.get(status) or (ServerFault if status >= 500 else ApiError)
    happened, then = _TEXTS[kind]
    sentence = _sentence(said) or f"{status} {_phrase(status)}".rstrip()
    if kind is TooManyRequests and retry_after is not None:
        then = f"Try again in {max(1, round(retry_after))} s."
    error = kind(f"{happened}: {sentence.rstrip('.')}. {then}", status=status, retry_after=retry_after, code=code)
    if isinstance(error, Forbidden) and said and (lacking := _PERMISSION.search(said)):
        error.permission = lacking[1]
    return error


def redirected(answer: Answer) -> Redirected:
    """The error of an answer that points elsewhere."""
    to = line(answer.headers.get("location", ""), limit=_LONGEST_SENTENCE) or "another address"
    return Redirected(
        f"The server points to {to}, which is not followed, since your key is for the configured address alone. "
        "Set the base URL to the address that you trust.",
        status=answer.status,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that `Retry-After` asks for, up to `MOST_SECONDS`: a number, or a date as gateways write it.

    A date is understood by the server's own clock, where it tells the time, for ours may be wrong.
    """
    written = headers.get("retry-after", "").strip()
    if written.isascii() and written.isdecimal():
        return min(MOST_SECONDS, float(written))
    until = _date(written)
    if until is None:
        return None
    now = _date(headers.get("date", "")) or datetime.now(UTC)
    return min(MOST_SECONDS, max(0.0, (until - now).total_seconds()))


def _date(written: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(written)
        return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def said_in(value: Any, deeper: int = _DEEPEST_SENTENCE) -> str | None:
    """The sentence of an error body: `{"message"}`, `{"error": "…"}`, `{"error": {"message"}}`, or a bare text."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict) or deeper == 0:
        return None
    for key in ("message", "error", "json"):
        if said := said_in(value.get(key), deeper - 1):
            return said
    return None


def _sentence(said: str | None) -> str | None:
    """What the server said as one safe line. A list of failed checks (zod's) is told by its fields."""
    if not said or not said.strip():
        return None
    if said.lstrip().startswith("["):
        try:
            issues = json.loads(said)
        except (ValueError, RecursionError):
            issues = None
        if isinstance(issues, list) and (told := "; ".join(_issue(one) for one in issues if isinstance(one, dict))):
            said = told
    return line(said.strip(), limit=_LONGEST_SENTENCE)


def _issue(issue: dict[str, Any]) -> str:
    path = issue.get("path")
    where = ".".join(str(step) for step in path) if isinstance(path, list) else ""
    message = str(issue.get("message", "invalid"))
    return f"{where}: {message}" if where else message


def is_page(answer: Answer) -> bool:
    """Whether it is HTML, as gateways and the sign-in pages of hotels answer, and the API never does."""
    return answer.body[:2000].lstrip().startswith(b"<") or "html" in answer.headers.get("content-type", "")


def _plain_text(answer: Answer) -> str | None:
    """The body of a text answer that is no page, which says nothing that the status does not."""
    text = answer.body[:2000].decode("utf-8", "replace").strip()
    return None if is_page(answer) or text.startswith(("{", "[")) else text


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return _LONE_SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mended(one) for one in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(one) for key, one in value.items()}
    return value
