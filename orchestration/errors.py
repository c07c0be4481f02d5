"""Errors a person can act on: one sentence of what is wrong, one of what to do. The CLI prints both, no traceback."""

from __future__ import annotations


class RevOpsError(Exception):
    """`str()` says what is wrong in plain words; `remedy` says what to do about it."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class SettingsError(RevOpsError):
    """A setting is unknown, missing or not of its kind."""


class RefreshRefused(RevOpsError):
    """The data was built, and an audit found that it must not be published."""


class RefreshFailed(RevOpsError):
    """A step could not be carried out."""


class WarehouseMissing(RevOpsError):
    """Nothing has been published yet."""
