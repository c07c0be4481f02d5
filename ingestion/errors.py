"""What can go wrong while reading a source, each with what to do about it. No message ever carries a credential."""

from __future__ import annotations

from typing import Any


class IngestionError(Exception):
    """A source could not be read. `str()` is one plain sentence; `remedy` says which setting to look at."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.remedy = remedy


class CredentialsRejected(IngestionError):
    """The vendor answered 401 or 403.

    `status` says which, and `answer` is what came with it, for a connector to find the missing right in; never shown.
    """

    def __init__(self, message: str, remedy: str, status: int | None = None, answer: Any = None) -> None:
        super().__init__(message, remedy)
        self.status = status
        self.answer = answer


class HostUnreachable(IngestionError):
    """No connection, no name, no answer in time, or 5xx until patience ran out."""


class RateLimited(IngestionError):
    """The vendor still answered "too many requests" after every retry."""


class VendorError(IngestionError):
    """The vendor answered with an error of its own, in the status or inside an HTTP 200.

    `status` is the HTTP status where that was the error, `code` the vendor's own short word for it, where there is one.
    """

    def __init__(self, message: str, remedy: str, status: int | None = None, code: str | None = None) -> None:
        super().__init__(message, remedy)
        self.status = status
        self.code = code


class BrokenPagination(IngestionError):
    """A page lacked the promised data, a cursor came back a second time, or counts do not reconcile."""
