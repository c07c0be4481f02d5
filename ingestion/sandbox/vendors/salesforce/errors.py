"""How Salesforce says "error": a list of objects with a code, under a status of its own."""

from __future__ import annotations

from starlette.responses import JSONResponse


class SalesforceError(Exception):
    """An error answer; `str()` is its message."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code

    def response(self) -> JSONResponse:
        return JSONResponse([{"message": str(self), "errorCode": self.code}], self.status)


def malformed(message: str) -> SalesforceError:
    return SalesforceError(400, "MALFORMED_QUERY", message)


def no_column(name: str, sobject: str) -> SalesforceError:
    return SalesforceError(
        400,
        "INVALID_FIELD",
        f"No such column '{name}' on entity '{sobject}'. If you are attempting to use a custom field, be sure to "
        "append the '__c' after the custom field name. Please reference your WSDL or the describe call for the "
        "appropriate names.",
    )


def bad_criterion(name: str, kind: str) -> SalesforceError:
    return SalesforceError(
        400,
        "INVALID_FIELD",
        f"value of filter criterion for field '{name}' must be of type {kind} and should not be enclosed in quotes",
    )


def no_type(name: str) -> SalesforceError:
    return SalesforceError(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")


def not_found() -> SalesforceError:
    return SalesforceError(404, "NOT_FOUND", "The requested resource does not exist")


def no_session() -> SalesforceError:
    return SalesforceError(401, "INVALID_SESSION_ID", "Session expired or invalid")


def no_locator() -> SalesforceError:
    return SalesforceError(400, "INVALID_QUERY_LOCATOR", "invalid query locator")


def over_limit() -> SalesforceError:
    return SalesforceError(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
