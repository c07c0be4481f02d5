"""LinkedIn's Marketing API in Rest.li 2.0: searches by page token, and the report that has no pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response
from requests.auth import AuthBase

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, CredentialsRejected, VendorError
from ingestion.oauth import with_refresh_token
from ingestion.sources.linkedin_ads.settings import Settings

Record = dict[str, Any]

REPORT_FIELDS = (
    "dateRange",
    "pivotValues",
    "costInLocalCurrency",
    "impressions",
    "clicks",
    "externalWebsiteConversions",
    "oneClickLeads",
    "conversionValueInLocalCurrency",
)
MOST_ROWS = 15_000
"""A report is cut at so many rows, without a word."""

ACCOUNT_STATES = ("ACTIVE", "CANCELED", "DRAFT", "PENDING_DELETION", "REMOVED")
GROUP_STATES = ("ACTIVE", "ARCHIVED", "CANCELED", "DRAFT", "PAUSED", "PENDING_DELETION", "REMOVED")
CAMPAIGN_STATES = (*GROUP_STATES, "COMPLETED")
"""All there are: a search without states leaves some out."""


class TokenPaginator(BasePaginator):
    """Sends `metadata.nextPageToken` back as `pageToken`. An answer without `metadata` raises."""

    def __init__(self, setting: str) -> None:
        super().__init__()
        self._setting = setting
        self._token: str | None = None

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        metadata = response.json().get("metadata")
        if not isinstance(metadata, dict):
            raise BrokenPagination(
                f"{self._setting}: an answer has no `metadata` and so does not say whether there is more",
                f"Check sources.{self._setting}.api_version: page tokens came with 202401.",
            )
        self._token = metadata.get("nextPageToken") or None
        self._has_next_page = self._token is not None

    def update_request(self, request: Request) -> None:
        if self._token:
            request.params = {**(request.params or {}), "pageToken": self._token}


class LinkedInApi:
    """One connection. Raises only `IngestionError`s; a version that is no longer served names its setting."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        headers = {
            "LinkedIn-Version": settings.api_version,
            "X-Restli-Protocol-Version": "2.0.0",
            "Accept": "application/json",
        }
        self._client = ApiClient(
            settings.name, settings.base_url, _auth(settings), headers=headers, error_in_body=_error
        )

    def accounts(self) -> list[Record]:
        """The accounts to read. Raises `CredentialsRejected` for one that is set but not open to the token."""
        found = [row for page in self._search("/rest/adAccounts", ACCOUNT_STATES) for row in page]
        wanted = self._settings.account_ids
        if missing := sorted(set(wanted) - {str(row.get("id")) for row in found}):
            raise CredentialsRejected(
                f"{self._settings.name}: the token may not read the account {missing[0]}",
                f"Check sources.{self._settings.name}.account_ids, and the role of the token's member in that account.",
            )
        return [row for row in found if not wanted or str(row.get("id")) in wanted]

    def campaign_groups(self, account_id: str) -> Iterator[list[Record]]:
        """Every campaign group of an account."""
        return self._search(f"/rest/adAccounts/{account_id}/adCampaignGroups", GROUP_STATES)

    def campaigns(self, account_id: str) -> Iterator[list[Record]]:
        """Every campaign of an account."""
        return self._search(f"/rest/adAccounts/{account_id}/adCampaigns", CAMPAIGN_STATES)

    def report(self, account_id: str, first: date, last: date) -> Iterator[list[Record]]:
        """Each campaign's days from `first` to `last`, asked for in halves where one answer would be cut."""
        account = quote(f"urn:li:sponsoredAccount:{account_id}", safe="")
        path = (
            f"/rest/adAnalytics?q=analytics&pivot=CAMPAIGN&timeGranularity=DAILY"
            f"&dateRange=(start:{_day(first)},end:{_day(last)})&accounts=List({account})&fields={','.join(REPORT_FIELDS)}"
        )
        body = self._telling_versions(lambda: self._client.get(path))
        rows = body.get("elements") if isinstance(body, dict) else None
        if not isinstance(rows, list):
            raise BrokenPagination(
                f"{self._settings.name}: the answer of /rest/adAnalytics has no list at `elements`",
                f"Check sources.{self._settings.name}.api_version: the vendor may have changed its answer's shape.",
            )
        if len(rows) < MOST_ROWS:
            yield rows
        elif first < last:
            middle = first + (last - first) // 2
            yield from self.report(account_id, first, middle)
            yield from self.report(account_id, middle + timedelta(days=1), last)
        else:
            raise BrokenPagination(
                f"{self._settings.name}: the report of {first} has {MOST_ROWS:,} rows, where LinkedIn cuts it off",
                "An account with so many campaigns in a day cannot be read whole: split it, or read others.",
            )

    def tracking_parameters(self, campaign_id: str) -> Record | None:
        """What a campaign appends to its links; None where it appends nothing."""
        campaign = quote(f"urn:li:sponsoredCampaign:{campaign_id}", safe="")
        path = f"/rest/adTrackingParameters/(adEntity:(sponsoredCampaign:{campaign}))"
        try:
            answer = self._telling_versions(lambda: self._client.get(path))
        except VendorError as error:
            if error.status == 404:
                return None
            raise
        return answer if isinstance(answer, dict) else None

    def _search(self, path: str, states: tuple[str, ...]) -> Iterator[list[Record]]:
        # Written into the address, since Rest.li gives brackets, colons and commas their meaning only unencoded.
        search = f"(status:(values:List({','.join(states)})))"
        address = f"{path}?q=search&search={search}&pageSize={self._settings.page_size}"
        pages = self._client.pages(address, "elements", TokenPaginator(self._settings.name))
        while (page := self._telling_versions(lambda: next(pages, None))) is not None:
            yield page

    def _telling_versions(self, ask: Callable[[], Any]) -> Any:
        try:
            return ask()
        except VendorError as error:
            if error.status != 426:
                raise
            raise VendorError(
                f"{self._settings.name}: LinkedIn does not serve its API of {self._settings.api_version} any more",
                f"Set sources.{self._settings.name}.api_version to a later month (YYYYMM); each is served for a year.",
                426,
            ) from None


def _auth(settings: Settings) -> AuthBase:
    if not settings.refresh_token.get_secret_value():
        return BearerTokenAuth(settings.access_token.get_secret_value())
    return with_refresh_token(
        settings.name,
        settings.effective_token_url,
        settings.client_id,
        settings.client_secret,
        settings.refresh_token,
    )


def _error(body: Any) -> str | None:
    """LinkedIn's error shape, should it come under HTTP 200."""
    if isinstance(body, dict) and "elements" not in body and isinstance(body.get("status"), int):
        return str(body.get("message") or body.get("code") or "unknown error")[:200] if body["status"] >= 400 else None
    return None


def _day(day: date) -> str:
    return f"(year:{day.year},month:{day.month},day:{day.day})"
