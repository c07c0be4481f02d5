"""One HTTP client for every vendor: dlt's REST client, made to raise where it would lose data in silence."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlparse

import requests
from dlt.common import jsonpath
from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests.auth import AuthBase

from ingestion.errors import BrokenPagination, CredentialsRejected, HostUnreachable, RateLimited, VendorError

ErrorInBody = Callable[[Any], str | None]
"""Given a decoded HTTP-200 body, the vendor's error message if the body is one, else None."""

LONGEST_RESET_SECONDS = 120
"""A limit said to renew later than this is a clock that is wrong: the usual back-off is used instead."""


class ApiClient:
    """JSON over HTTP with retries (429 and 5xx, honouring Retry-After), explicit pagination and typed errors.

    `setting` is the name of the source in the settings file, used in remedies. `throttled` recognises a refusal that
    is a rate limit in disguise, whatever its status. `reset_header` names the header in which the vendor says at which
    epoch second a spent limit renews; it is waited for where a 429 has no Retry-After. Raises only `IngestionError`s.
    """

    def __init__(
        self,
        setting: str,
        base_url: str,
        auth: AuthBase | None = None,
        headers: dict[str, str] | None = None,
        error_in_body: ErrorInBody | None = None,
        retry_statuses: tuple[int, ...] = (429, 500, 502, 503, 504),
        max_attempts: int = 8,
        backoff_seconds: float = 0.5,
        timeout_seconds: float = 60,
        retry_body: Callable[[Any], bool] | None = None,
        throttled: Callable[[requests.Response], bool] | None = None,
        reset_header: str | None = None,
    ) -> None:
        self.setting = setting
        self.base_url = base_url
        self._error_in_body = error_in_body
        self._throttled = throttled
        conditions = [_retry_on_body(retry_body)] if retry_body else []
        if throttled:
            conditions.append(lambda response, exception: response is not None and throttled(response))
        session = Client(
            raise_for_status=False,
            status_codes=retry_statuses,
            request_max_attempts=max_attempts,
            request_backoff_factor=backoff_seconds,
            request_max_retry_delay=120,
            request_timeout=timeout_seconds,
            retry_condition=conditions or None,
        ).session
        if reset_header:
            session.hooks["response"].append(_retry_at_reset(reset_header))
        self._rest = RESTClient(base_url=base_url, auth=auth, headers=headers, session=session)

    def get(self, path: str, params: dict[str, Any] | None = None) -> Any:
        """The decoded body of one GET."""
        return self._decode(self._send("GET", path, params=params))

    def post(
        self, path: str, json: Any = None, *, data: dict[str, Any] | None = None, params: dict[str, Any] | None = None
    ) -> Any:
        """The decoded body of one POST, its body as JSON or as a form."""
        return self._decode(self._send("POST", path, json=json, data=data, params=params))

    def pages(
        self,
        path: str,
        rows: str,
        paginator: BasePaginator,
        *,
        method: str = "GET",
        params: dict[str, Any] | None = None,
        json: dict[str, Any] | None = None,
        data: dict[str, Any] | None = None,
        on_page: Callable[[Any], None] | None = None,
    ) -> Iterator[list[dict[str, Any]]]:
        """Every page's records, selected by the JSONPath `rows`; `on_page` sees each whole body first.

        A body without `rows`, and a next-page request equal to one already made, raise `BrokenPagination`.
        """
        request = self._rest._create_request(path, method, params=dict(params or {}), json=json, data=data)
        paginator.init_request(request)
        selector = jsonpath.compile_path(rows)
        seen: set[str] = set()
        while True:
            fingerprint = f"{request.url} {request.params} {request.json} {request.data}"
            if fingerprint in seen:
                raise BrokenPagination(
                    f"{self.setting}: {path} asked for the same page twice; its cursor does not move",
                    "This is a change or fault at the vendor: nothing was published. Try again, then report it.",
                )
            seen.add(fingerprint)
            response = self._guarded(lambda: self._rest._send_request(request))
            body = self._decode(response)
            found = jsonpath.find_values(selector, body)
            if not found or not isinstance(found[0], list):
                raise BrokenPagination(
                    f"{self.setting}: the answer of {path} has no list at `{rows}`",
                    f"Check sources.{self.setting}.api_version: the vendor may have changed the shape of its answer.",
                )
            if on_page:
                on_page(body)
            paginator.update_state(response, found[0])
            paginator.update_request(request)
            yield found[0]
            if not paginator.has_next_page:
                return

    def _send(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        request = self._rest._create_request(path, method, **kwargs)
        return self._guarded(lambda: self._rest._send_request(request))

    def _guarded(self, send: Callable[[], requests.Response]) -> requests.Response:
        try:
            response = send()
        except (requests.ConnectionError, requests.Timeout) as error:
            raise HostUnreachable(
                f"{self.setting}: no answer from {self.base_url} ({type(error).__name__})",
                f"Check sources.{self.setting}.base_url and the network, then run again.",
            ) from None
        except requests.RequestException as error:
            raise VendorError(
                f"{self.setting}: the request to {self.base_url} could not be made ({type(error).__name__})",
                f"Check sources.{self.setting}.base_url.",
            ) from None
        status = response.status_code
        if status < 400:
            return response
        where = f"{self.setting}: {response.request.method} {urlparse(response.url).path}"
        if status == 429 or (self._throttled and self._throttled(response)):
            raise RateLimited(f"{where} is still rate-limited after every retry", "Run again later, or less often.")
        if status in (401, 403):
            raise CredentialsRejected(
                f"{where} was refused with HTTP {status}",
                f"Check the credentials of sources.{self.setting} and the scopes they were granted.",
                status,
                _body(response),
            )
        if status >= 500:
            raise HostUnreachable(f"{where} answered HTTP {status} after every retry", "Run again later.")
        raise VendorError(
            f"{where} answered HTTP {status}: {_vendor_message(response)}",
            f"Check sources.{self.setting}.base_url and api_version.",
            status,
            _vendor_code(response),
        )

    def _decode(self, response: requests.Response) -> Any:
        try:
            body = response.json()
        except ValueError:
            raise VendorError(
                f"{self.setting}: {self.base_url} answered with something that is not JSON",
                f"Check sources.{self.setting}.base_url: is this the API and not a web page?",
            ) from None
        if self._error_in_body and (message := self._error_in_body(body)):
            raise VendorError(
                f"{self.setting}: the vendor answered HTTP 200 with an error: {message}",
                f"Check the credentials and parameters of sources.{self.setting}.",
            )
        return body


def _body(response: requests.Response) -> Any:
    """The decoded body, None where it is not JSON."""
    try:
        return response.json()
    except ValueError:
        return None


def _vendor_message(response: requests.Response) -> str:
    """The vendor's own short error text, without echoing what we sent."""
    body = _body(response)
    if isinstance(body, list) and body:
        body = body[0]
    if isinstance(body, dict):
        errors = body.get("errors")
        first = errors[0] if isinstance(errors, list) and errors else body
        error = body.get("error", first)
        if isinstance(error, dict):
            for name in ("message", "detail", "title", "description", "type"):
                if isinstance(error.get(name), str):
                    return str(error[name])[:200]
        if isinstance(error, str):
            return error[:200]
    return "no explanation"


def _retry_at_reset(header: str) -> Callable[..., None]:
    def hook(response: requests.Response, **kwargs: Any) -> None:
        if response.status_code != 429 or "Retry-After" in response.headers:
            return
        try:
            seconds = math.ceil(float(response.headers[header]) - time.time())
        except (KeyError, ValueError):
            return
        if 0 < seconds <= LONGEST_RESET_SECONDS:
            response.headers["Retry-After"] = str(seconds)

    return hook


def _vendor_code(response: requests.Response) -> str | None:
    """The vendor's own short word for an error, such as `INVALID_FIELD`."""
    body = _body(response)
    if isinstance(body, list) and body:
        body = body[0]
    error = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(error, dict):
        error = error.get("errorCode", error.get("code"))
    return error if isinstance(error, str) else None


def _retry_on_body(is_transient: Callable[[Any], bool]) -> Callable[..., bool]:
    def condition(response: requests.Response | None, exception: BaseException | None) -> bool:
        if response is None or response.status_code >= 400:
            return False
        try:
            return is_transient(response.json())
        except ValueError:
            return False

    return condition
