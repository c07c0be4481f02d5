"""OAuth 2.0: an access token is fetched on first use and again shortly before it expires."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import cast

import requests
from pydantic import SecretStr
from requests.auth import AuthBase

from ingestion.client import ApiClient
from ingestion.errors import CredentialsRejected, VendorError

RENEW_SECONDS_BEFORE_EXPIRY = 60


class OAuth(AuthBase):
    """Adds `Authorization: Bearer …`, with the token that the service at `token_url` gives for the form `grant`.

    `source` is the name of the source in the settings file. Raises `CredentialsRejected` with `remedy` when the service
    refuses, telling only its short word for why, such as `invalid_grant`: some vendors quote credentials in the rest.
    """

    def __init__(self, source: str, token_url: str, grant: Mapping[str, str | SecretStr], remedy: str) -> None:
        self._source = source
        self._token_url = token_url
        self._grant = grant
        self._remedy = remedy
        self._client = ApiClient(source, token_url)
        self._access_token = ""
        self._expires_at = 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if time.monotonic() >= self._expires_at - RENEW_SECONDS_BEFORE_EXPIRY:
            self._renew()
        request.headers["Authorization"] = f"Bearer {self._access_token}"
        return request

    def _renew(self) -> None:
        form = {
            name: value.get_secret_value() if isinstance(value, SecretStr) else value
            for name, value in self._grant.items()
        }
        try:
            answer = self._client.post(self._token_url, data=form)
        except VendorError as error:
            # "invalid_grant" and "invalid_client" come with HTTP 400: a rejected credential all the same.
            raise CredentialsRejected(
                f"{self._source}: the token service refused the credentials ({error.code or 'no reason given'})",
                self._remedy,
            ) from None
        if not isinstance(answer, dict) or not answer.get("access_token"):
            raise VendorError(
                f"{self._source}: the token service answered without an access token",
                f"Check sources.{self._source}.token_url.",
            )
        self._access_token = cast(str, answer["access_token"])
        self._expires_at = time.monotonic() + float(answer.get("expires_in", 3600))


def with_refresh_token(
    source: str, token_url: str, client_id: str, client_secret: SecretStr, refresh_token: SecretStr
) -> OAuth:
    """On behalf of the user who once allowed it."""
    grant: dict[str, str | SecretStr] = {
        "grant_type": "refresh_token",
        "client_id": client_id,
        "client_secret": client_secret,
        "refresh_token": refresh_token,
    }
    remedy = (
        f"Check sources.{source}.client_id, client_secret and refresh_token; a refresh token dies when it expires or "
        "its user's access is withdrawn."
    )
    return OAuth(source, token_url, grant, remedy)


def with_client_credentials(source: str, token_url: str, client_id: str, client_secret: SecretStr, scope: str) -> OAuth:
    """As the application itself."""
    grant: dict[str, str | SecretStr] = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": client_secret,
        "scope": scope,
    }
    remedy = f"Check sources.{source}.tenant_id, client_id and client_secret; secrets expire."
    return OAuth(source, token_url, grant, remedy)
