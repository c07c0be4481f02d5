"""HubSpot's endpoints as this connector needs them: where they are, how they page, how they say "error"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from dlt.sources.helpers.rest_client.paginators import (
    JSONResponseCursorPaginator,
    SinglePagePaginator,
)

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, VendorError
from ingestion.sources.hubspot.paging import KeySetPaginator
from ingestion.sources.hubspot.settings import Settings

Record = dict[str, Any]

_OLD_VERSIONS = {
    "objects": "v3",
    "associations": "v4",
    "owners": "v3",
    "pipelines": "v3",
    "account-info": "v3",
}
"""The version of each family of endpoints from before versions were dates."""


class HubSpotApi:
    """One HubSpot account. Every method raises `IngestionError`s only."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = ApiClient(
            settings.name,
            settings.base_url,
            auth=BearerTokenAuth(settings.access_token.get_secret_value()),
            error_in_body=_error_in_body,
        )

    def account(self) -> Record:
        """The account's id, time zone and currencies."""
        details = self._client.get(self._path("account-info", "details"))
        if not isinstance(details, dict) or "portalId" not in details:
            raise VendorError(
                f"{self._settings.name}: the account details lack `portalId`",
                f"Check sources.{self._settings.name}.base_url: is this HubSpot's API?",
            )
        return details

    def peek(self, family: str, *rest: str) -> None:
        """Read one record of a list: raises what reading the list would raise."""
        self._client.get(self._path(family, *rest), {"limit": 1})

    def owners(self, archived: bool) -> Iterator[list[Record]]:
        """Owners in pages, the present ones or those who left."""
        return self._list(
            self._path("owners"),
            {"limit": self._settings.list_page_size, "archived": _flag(archived)},
        )

    def deal_pipelines(self) -> Iterator[list[Record]]:
        """Deal pipelines with their stages; HubSpot sends them all at once."""
        return self._client.pages(self._path("pipelines", "deals"), "results", SinglePagePaginator())

    def list_objects(
        self, object_type: str, properties: Sequence[str], archived: bool, history: Sequence[str] = ()
    ) -> Iterator[list[Record]]:
        """Every living, or every archived, object of a type, with every past value of the properties in `history`."""
        params = {
            "limit": self._settings.list_page_size,
            "archived": _flag(archived),
            "properties": ",".join(properties),
        }
        if history:
            params["limit"] = min(self._settings.list_page_size, self._settings.batch_size)
            params["propertiesWithHistory"] = ",".join(history)
        return self._list(self._path("objects", object_type), params)

    def count_objects(self, object_type: str) -> int:
        """How many living objects of a type HubSpot says there are."""
        body = self._client.post(self._path("objects", object_type, "search"), {"limit": 1, "properties": []})
        total = body.get("total") if isinstance(body, dict) else None
        if not isinstance(total, int):
            raise BrokenPagination(
                f"{self._settings.name}: the search for {object_type} does not say its `total`",
                f"Check sources.{self._settings.name}.api_version.",
            )
        return total

    def changed_objects(
        self, object_type: str, cursor: str, since: datetime, properties: Sequence[str]
    ) -> Iterator[list[Record]]:
        """Living objects whose `cursor` property is at or after `since` (naive UTC), in the order of their ids."""
        changed = {
            "propertyName": cursor,
            "operator": "GTE",
            "value": str(int(since.replace(tzinfo=UTC).timestamp() * 1000)),
        }
        return self._client.pages(
            self._path("objects", object_type, "search"),
            "results",
            KeySetPaginator(self._settings.name, [changed]),
            method="POST",
            json={
                "limit": self._settings.search_page_size,
                "properties": list(properties),
            },
        )

    def read_objects(
        self,
        object_type: str,
        ids: Sequence[str],
        properties: Sequence[str],
        history: Sequence[str] = (),
        archived: bool = False,
    ) -> Iterator[list[Record]]:
        """The objects named, with every past value of the properties in `history`; ids no longer there are left out."""
        for some in chunks(ids, self._settings.batch_size):
            body = self._client.post(
                self._path("objects", object_type, "batch", "read"),
                {
                    "inputs": [{"id": object_id} for object_id in some],
                    "properties": list(properties),
                    "propertiesWithHistory": list(history),
                },
                params={"archived": _flag(archived)},
            )
            yield self._batch_results(body, f"batch read of {object_type}")

    def associations(self, from_type: str, to_type: str, ids: Sequence[str]) -> dict[str, list[Record]]:
        """For each id that has any, the objects of `to_type` it is associated with, each once, and in which ways."""
        found: dict[str, dict[str, Record]] = {}
        for some in chunks(ids, self._settings.association_batch_size):
            inputs: list[Record] = [{"id": object_id} for object_id in some]
            asked: set[tuple[str, str]] = set()
            while inputs:
                body = self._client.post(
                    self._path("associations", from_type, to_type, "batch", "read"),
                    {"inputs": inputs},
                )
                inputs = []
                for result in self._batch_results(body, f"associations of {from_type} with {to_type}"):
                    from_id = str(result["from"]["id"])
                    # Pages may overlap, so that a target comes twice.
                    found.setdefault(from_id, {}).update({str(target["toObjectId"]): target for target in result["to"]})
                    after = ((result.get("paging") or {}).get("next") or {}).get("after")
                    if after is None:
                        continue
                    if (from_id, after) in asked:
                        raise BrokenPagination(
                            f"{self._settings.name}: associations of {from_type} with {to_type} do not move on",
                            "This is a change or fault at the vendor: nothing was published. Try again, then report.",
                        )
                    asked.add((from_id, after))
                    inputs.append({"id": from_id, "after": after})
        return {from_id: list(targets.values()) for from_id, targets in found.items()}

    def _list(self, path: str, params: Record) -> Iterator[list[Record]]:
        paginator = JSONResponseCursorPaginator(cursor_path="paging.next.after", cursor_param="after")
        return self._client.pages(path, "results", paginator, params=params)

    def _path(self, family: str, *rest: str) -> str:
        version = self._settings.api_version
        if version == "v3":
            version = _OLD_VERSIONS[family]
            parts = (family, version) if family == "account-info" else ("crm", version, family)
        else:
            parts = (family, version) if family == "account-info" else ("crm", family, version)
        return "/".join((*parts, *rest))

    def _batch_results(self, body: Any, what: str) -> list[Record]:
        """The results of a batch; of the errors beside them only "there is none" is expected."""
        errors = (body.get("errors") or []) if isinstance(body, dict) else []
        if real := [error for error in errors if error.get("category") != "OBJECT_NOT_FOUND"]:
            raise VendorError(
                f"{self._settings.name}: the {what} failed in part: {str(real[0].get('message'))[:200]}",
                f"Check the scopes of the token of sources.{self._settings.name}.",
            )
        results = body.get("results") if isinstance(body, dict) else None
        if not isinstance(results, list):
            raise BrokenPagination(
                f"{self._settings.name}: the {what} has no list `results`",
                f"Check sources.{self._settings.name}.api_version.",
            )
        return results


def chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """`items` in lists of `size`, the last one shorter."""
    part: list[Any] = []
    for item in items:
        part.append(item)
        if len(part) == size:
            yield part
            part = []
    if part:
        yield part


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _error_in_body(body: Any) -> str | None:
    if isinstance(body, dict) and body.get("status") == "error":
        return str(body.get("message") or body.get("category") or "no explanation")[:200]
    return None
