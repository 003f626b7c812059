"""Where a server answers tRPC and in what transformer, which the documentation leaves open (contract, 1).

Found out once, at the first call, by asking for a procedure that nobody has. No input or output happens here.
"""

from __future__ import annotations

from typing import Literal

from console.client.answers import Answer, failure, json_of
from console.client.errors import ApiError, NotFound, NotUnderstood
from console.client.trpc import Mount

Transformer = Literal["auto", "none", "superjson"]

KNOWN_PATHS: tuple[str, ...] = ("/api/trpc", "/trpc", "/api/v1/trpc")
PROBE = "__probe__"


def candidates(trpc_path: str) -> tuple[str, ...]:
    """The paths to ask, in this order, for the setting `trpc_path`."""
    return KNOWN_PATHS if trpc_path == "auto" else (_tidy(trpc_path),)


def configured(trpc_path: str, transformer: Transformer) -> Mount | None:
    """The mount where the settings name all of it, so that nothing needs to be asked."""
    if trpc_path == "auto" or transformer == "auto":
        return None
    return Mount(_tidy(trpc_path), transformer)


def mount_of(path: str, transformer: Transformer, answer: Answer) -> Mount | None:
    """The mount at `path`, if this is how one answers a probe: 404 in tRPC's error shape, wrapped or plain."""
    if answer.status != 404:
        return None
    try:
        envelope = json_of(answer.body)
    except NotUnderstood:
        return None
    shape = envelope.get("error") if isinstance(envelope, dict) else None
    if not isinstance(shape, dict):
        return None
    wrapped = shape.get("json")
    is_wrapped = isinstance(wrapped, dict) and isinstance(wrapped.get("message"), str)
    if not is_wrapped and not isinstance(shape.get("message"), str):
        return None
    if transformer != "auto":
        return Mount(path, transformer)
    return Mount(path, "superjson" if is_wrapped else "none")


def no_mount(base: str, answers: list[Answer]) -> ApiError:
    """Why none of the paths was the mount: what a gateway said, if it said anything but "not here"."""
    for answer in answers:
        if answer.status >= 300 and not isinstance(error := failure(answer), NotFound):
            return error
    return NotUnderstood(
        f"There is no Connect360 API at {base}. Check the address, or set trpc_path to where it answers."
    )


def _tidy(path: str) -> str:
    return f"/{steps}" if (steps := path.strip("/")) else ""
