"""A session with one org: the given access token, or one fetched from the token endpoint and renewed when it ends."""

from __future__ import annotations

from typing import Any

import requests
from requests.auth import AuthBase

from ingestion.client import ApiClient
from ingestion.errors import CredentialsRejected, VendorError
from ingestion.sources.salesforce.settings import Settings


class Session(AuthBase):
    """Adds `Authorization: Bearer …`; a 401 is answered once with a fresh token.

    How long a token lives is the org's policy and its answer does not say. Raises `CredentialsRejected` when the org
    refuses the client.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._access_token = settings.access_token.get_secret_value() if settings.access_token else ""
        self._instance_url = settings.base_url if settings.access_token else ""

    @property
    def instance_url(self) -> str:
        """Where the API answers: what the token endpoint says, or the address given beside an access token."""
        if not self._instance_url:
            self._renew()
        return self._instance_url.rstrip("/")

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if not self._access_token:
            self._renew()
        request.headers["Authorization"] = f"Bearer {self._access_token}"
        request.register_hook("response", self._answer_refusal)
        return request

    def _answer_refusal(self, response: requests.Response, **options: Any) -> requests.Response:
        if response.status_code != 401 or self._settings.access_token:
            return response
        _ = response.content
        response.close()
        self._renew()
        again = response.request.copy()
        again.headers["Authorization"] = f"Bearer {self._access_token}"
        answer: requests.Response = response.connection.send(again, **options)
        answer.history.append(response)
        answer.request = again
        return answer

    def _renew(self) -> None:
        settings = self._settings
        assert settings.client_id and settings.client_secret
        form = {"client_id": settings.client_id, "client_secret": settings.client_secret.get_secret_value()}
        if settings.refresh_token:
            form |= {"grant_type": "refresh_token", "refresh_token": settings.refresh_token.get_secret_value()}
        else:
            form |= {"grant_type": "client_credentials"}
        client = ApiClient(settings.name, settings.base_url.rstrip("/"))
        try:
            answer = client.post("services/oauth2/token", data=form)
        except VendorError as error:
            # OAuth says "invalid_client" or "invalid_grant" with HTTP 400: a rejected credential all the same.
            raise CredentialsRejected(
                f"{settings.name}: the token endpoint refused the client ({error.code or 'no reason given'})",
                f"Check sources.{settings.name}.base_url (your My Domain), client_id, client_secret and refresh_token, "
                "and that the client app allows this flow.",
            ) from None
        if not isinstance(answer, dict) or not answer.get("access_token") or not answer.get("instance_url"):
            raise VendorError(
                f"{settings.name}: the token endpoint answered without `access_token` and `instance_url`",
                f"Check sources.{settings.name}.base_url: is this a Salesforce login address?",
            )
        self._access_token, self._instance_url = str(answer["access_token"]), str(answer["instance_url"])
