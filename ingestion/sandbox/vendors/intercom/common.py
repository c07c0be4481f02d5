"""What Intercom's records share: ids, times, errors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse

Item = dict[str, Any]

ADMIN_OFFSET = 5_000_000
TEAM_OFFSET = 9_000_000
WORKSPACE = "sandbox1"


class Refusal(Exception):
    """An answer of Intercom's that is a list of one error."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message

    def response(self, request_id: str) -> JSONResponse:
        errors = [{"code": self.code, "message": self.message}]
        return JSONResponse({"type": "error.list", "request_id": request_id, "errors": errors}, self.status)


def epoch(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def contact_id(person_id: int) -> str:
    """24 hexadecimal digits, as contacts and companies have."""
    return f"66c0{person_id:020x}"


def company_id(company: int) -> str:
    return f"66c1{company:020x}"


def admin_id(owner_id: int) -> str:
    return str(ADMIN_OFFSET + owner_id)
