"""OAuth 2.0 with a refresh token: an access token is fetched on first use and again shortly before it expires."""

from __future__ import annotations

import time
from typing import cast

import requests
from pydantic import SecretStr
from requests.auth import AuthBase

from ingestion.client import ApiClient
from ingestion.errors import CredentialsRejected, VendorError

RENEW_SECONDS_BEFORE_EXPIRY = 60


class RefreshTokenAuth(AuthBase):
    """Adds `Authorization: Bearer …`. Raises `CredentialsRejected` when the vendor refuses the refresh token.

    `setting` is the name of the source in the settings file; its settings are called `client_id`, `client_secret`,
    `refresh_token` and `token_url`.
    """

    def __init__(
        self, setting: str, token_url: str, client_id: str, client_secret: SecretStr, refresh_token: SecretStr
    ) -> None:
        self._setting = setting
        self._token_url = token_url
        self._client_id = client_id
        self._client_secret = client_secret
        self._refresh_token = refresh_token
        self._client = ApiClient(setting, token_url)
        self._access_token = ""
        self._expires_at = 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if time.monotonic() >= self._expires_at - RENEW_SECONDS_BEFORE_EXPIRY:
            self._renew()
        request.headers["Authorization"] = f"Bearer {self._access_token}"
        return request

    def _renew(self) -> None:
        form = {
            "grant_type": "refresh_token",
            "client_id": self._client_id,
            "client_secret": self._client_secret.get_secret_value(),
            "refresh_token": self._refresh_token.get_secret_value(),
        }
        try:
            answer = self._client.post(self._token_url, data=form)
        except VendorError as error:
            # OAuth says "invalid_grant" with HTTP 400: for whoever runs this it is a rejected credential all the same.
            raise CredentialsRejected(
                f"{self._setting}: the refresh token was not accepted ({_reason(error)})",
                f"Check sources.{self._setting}.client_id, client_secret and refresh_token; "
                "a refresh token dies when it expires or its user's access is withdrawn.",
            ) from None
        if not isinstance(answer, dict) or not answer.get("access_token"):
            raise VendorError(
                f"{self._setting}: the token service answered without an access token",
                f"Check sources.{self._setting}.token_url.",
            )
        self._access_token = cast(str, answer["access_token"])
        self._expires_at = time.monotonic() + float(answer.get("expires_in", 3600))


def _reason(error: VendorError) -> str:
    """The end of the client's message, which is the vendor's own short word, such as `invalid_grant`."""
    return str(error).rsplit(": ", 1)[-1]
