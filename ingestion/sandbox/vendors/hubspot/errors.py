"""HubSpot's error bodies."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from starlette.responses import JSONResponse


class HubSpotError(Exception):
    """Raised anywhere while answering; becomes the response."""

    def __init__(self, status: int, message: str, category: str = "VALIDATION_ERROR", **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"status": "error", "message": message, "correlationId": str(uuid4()), "category": category, **more}

    def response(self) -> JSONResponse:
        return JSONResponse(self.body, self.status)


def not_authenticated() -> HubSpotError:
    message = "Authentication credentials not found. This API accepts an OAuth or private-app access token."
    return HubSpotError(401, message, "INVALID_AUTHENTICATION")


def rate_limited(policy: str) -> HubSpotError:
    """`policy` is `SECONDLY` (search) or `TEN_SECONDLY_ROLLING` (everything else)."""
    message = f"You have reached your {policy.lower()} limit."
    return HubSpotError(429, message, "RATE_LIMITS", errorType="RATE_LIMIT", policyName=policy)


def not_found(message: str = "resource not found") -> HubSpotError:
    return HubSpotError(404, message, "OBJECT_NOT_FOUND")
