"""OAuth 2.0 client credentials: a token for the environment, fetched on first use and again before it expires."""

from __future__ import annotations

import time
from typing import cast

import requests
from requests.auth import AuthBase

from ingestion.client import ApiClient
from ingestion.errors import CredentialsRejected, VendorError
from ingestion.sources.dynamics.settings import Settings

RENEW_SECONDS_BEFORE_EXPIRY = 60


class ClientCredentialsAuth(AuthBase):
    """Adds `Authorization: Bearer …`. Raises `CredentialsRejected` when the application is not let in."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = ApiClient(settings.name, settings.effective_token_url)
        self._token = ""
        self._expires_at = 0.0

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if time.monotonic() >= self._expires_at - RENEW_SECONDS_BEFORE_EXPIRY:
            self._renew()
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def _renew(self) -> None:
        settings = self._settings
        form = {
            "grant_type": "client_credentials",
            "client_id": settings.client_id,
            "client_secret": settings.client_secret.get_secret_value(),
            "scope": f"{settings.base_url.rstrip('/')}/.default",
        }
        try:
            answer = self._client.post(settings.effective_token_url, data=form)
        except VendorError:
            # Entra says "invalid_client" and "unauthorized_client" with HTTP 400 too, and quotes the client id.
            raise CredentialsRejected(
                f"{settings.name}: the application was refused a token",
                f"Check sources.{settings.name}.tenant_id, client_id and client_secret; secrets expire.",
            ) from None
        if not isinstance(answer, dict) or not answer.get("access_token"):
            raise VendorError(
                f"{settings.name}: the token service answered without an access token",
                f"Check sources.{settings.name}.token_url.",
            )
        self._token = cast(str, answer["access_token"])
        self._expires_at = time.monotonic() + float(answer.get("expires_in", 3600))
