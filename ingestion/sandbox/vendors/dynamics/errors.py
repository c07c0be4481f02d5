"""Dataverse's error bodies: `{"error": {"code": "0x…", "message": "…"}}`."""

from __future__ import annotations

import math

from starlette.responses import JSONResponse, Response

GENERAL = "0x80060888"
"""What the Web API says of most requests it does not understand."""


class ODataError(Exception):
    """Raised anywhere while answering; becomes the response."""

    def __init__(self, status: int, message: str, code: str = GENERAL) -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code

    def response(self) -> Response:
        return JSONResponse({"error": {"code": self.code, "message": self.message}}, self.status)


def unauthorized() -> Response:
    """A request without a valid token gets no body."""
    return Response(status_code=401, headers={"WWW-Authenticate": 'Bearer authorization_uri="", error="invalid_token"'})


def over_limit(wait: float) -> Response:
    """A service protection limit was passed; `Retry-After` is in whole seconds."""
    message = "Number of requests exceeded the limit of 6000 over time window of 300 seconds."
    refusal = JSONResponse({"error": {"code": "0x80072322", "message": message}}, 429)
    refusal.headers["Retry-After"] = str(max(1, math.ceil(wait)))
    return refusal


def no_segment(name: str) -> ODataError:
    return ODataError(404, f"Resource not found for the segment '{name}'.", "0x8006088a")


def no_property(name: str, entity: str) -> ODataError:
    return ODataError(400, f"Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{entity}'.")


def no_record(entity: str, record_id: str) -> ODataError:
    return ODataError(404, f"Entity '{entity}' With Id = {record_id} Does Not Exist", "0x80040217")
