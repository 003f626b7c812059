"""Answers read into values or typed errors, whoever wrote them: the server, its REST half, or a gateway before it.

No input or output happens here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
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

A = TypeVar("A")

_LONGEST_SENTENCE = 300
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
    """The JSON value of an answer, fit to be kept: lone surrogates, which no encoding takes, are U+FFFD.

    Raises NotUnderstood.
    """
    written = text if isinstance(text, str) else text.decode("utf-8-sig", "replace")
    try:
        value = json.loads(written)
        return _mended(value) if "\\u" in written else value
    except (ValueError, RecursionError):
        raise NotUnderstood(
            "The server answered something that is no JSON. Check the address, or whether a proxy stands before it."
        ) from None


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
    to = line(answer.headers.get("location", "")) or "another address"
    return Redirected(
        f"The server points to {to}, which is not followed, since your key is for the configured address alone. "
        "Set the base URL to the address that you trust.",
        status=answer.status,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that `Retry-After` asks for: a number, or a date as gateways write it."""
    written = headers.get("retry-after", "").strip()
    if written.isdecimal() and len(written) < 10:
        return float(written)
    try:
        until = parsedate_to_datetime(written)
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (until - datetime.now(UTC)).total_seconds())


def said_in(value: Any) -> str | None:
    """The sentence of an error body: `{"message"}`, `{"error": "…"}`, `{"error": {"message"}}`, or a bare text."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return None
    for key in ("message", "error", "json"):
        if said := said_in(value.get(key)):
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


def _plain_text(answer: Answer) -> str | None:
    """The body of a text answer that is no page: gateways answer HTML, which says nothing that the status does not."""
    text = answer.body[:2000].decode("utf-8", "replace").strip()
    is_page = text.startswith("<") or "html" in answer.headers.get("content-type", "")
    return None if is_page or text.startswith(("{", "[")) else text


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
