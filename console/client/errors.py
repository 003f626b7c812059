"""What a call can end in, one tree. Each one's text is fit to show: what happened, then what to do.

ApiError                   any call that did not succeed
├── BadRequest             400, 422: the input was refused
├── Unauthorized           401: the key is missing, unknown, expired or revoked
├── Forbidden              403: the key's role lacks a permission
├── NotFound               404: not in this workspace, or a procedure that the server does not have
├── TooLarge               413, 414, 431: more than the server takes at once
├── TooManyRequests        429: slow down, for `retry_after` seconds
├── ServerFault            5xx: the server failed
├── Unsupported            not asked for, because this server would do something else than was meant
├── NotUnderstood          an answer that is not of the contract
│   └── Redirected         an answer that points elsewhere; it is not followed
└── LineError              no answer at all
    ├── Unreachable        the call never left
    ├── TimedOut           no answer in time
    └── Dropped            the line broke before the answer was whole
"""

from __future__ import annotations

from console.errors import Connect360Error


class ApiError(Connect360Error):
    """A call that did not succeed. `code` is tRPC's word, where the answer was tRPC's at all."""

    def __init__(
        self, text: str, *, status: int | None = None, retry_after: float | None = None, code: str | None = None
    ) -> None:
        super().__init__(text)
        self.status = status
        self.retry_after = retry_after
        self.code = code


class BadRequest(ApiError):
    """The server refused the input."""


class Unauthorized(ApiError):
    """The server does not take the key."""


class Forbidden(ApiError):
    """The key's role lacks `permission`, where the server said which."""

    permission: str | None = None


class NotFound(ApiError):
    """Not in this workspace, or a procedure that the server does not have."""


class TooLarge(ApiError):
    """More than the server takes at once."""


class TooManyRequests(ApiError):
    """The server asks to wait `retry_after` seconds."""


class ServerFault(ApiError):
    """The server failed, or a gateway before it."""


class Unsupported(ApiError):
    """The call was not made: this server lacks the extension, and would do something else than was meant."""


class NotUnderstood(ApiError):
    """An answer that is not of the contract."""


class Redirected(NotUnderstood):
    """The server points elsewhere. It is not followed: the key is for one address alone."""


class LineError(ApiError):
    """No answer. `may_have_arrived` is whether what was to be changed may have been changed all the same."""

    may_have_arrived: bool = False

    def __init__(self, text: str, *, may_have_arrived: bool = False) -> None:
        super().__init__(text)
        self.may_have_arrived = may_have_arrived


class Unreachable(LineError):
    """The call never left."""


class TimedOut(LineError):
    """No answer came in time."""


class Dropped(LineError):
    """The line broke before the answer was whole."""
