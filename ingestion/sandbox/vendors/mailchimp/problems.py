"""Mailchimp's errors: problem+json bodies."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.responses import JSONResponse


class Problem(Exception):
    """An error to answer as problem+json."""

    def __init__(self, status: int, title: str, detail: str, field: str | None = None) -> None:
        super().__init__(detail)
        self.status, self.title, self.detail, self.field = status, title, detail, field

    def response(self, path: str) -> JSONResponse:
        body: dict[str, Any] = {
            "type": "https://mailchimp.com/developer/marketing/docs/errors/",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{path} {self.detail}")),
        }
        if self.field:
            body["errors"] = [{"field": self.field, "message": self.detail}]
        return JSONResponse(body, status_code=self.status, media_type="application/problem+json; charset=utf-8")
