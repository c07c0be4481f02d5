"""The Dataverse Web API as this connector needs it: how it pages, how it tracks changes, how it says "error"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlparse

from dlt.sources.helpers.rest_client.paginators import BasePaginator
from requests import Request, Response

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, VendorError
from ingestion.oauth import with_client_credentials
from ingestion.sources.dynamics.entity import FORMATTED_VALUE, LOGICAL_NAME, Entity
from ingestion.sources.dynamics.settings import Settings

Record = dict[str, Any]

_UNKNOWN_COLUMN = re.compile(r"Could not find a property named '([^']+)'")
_UNTRACKED = re.compile(r"change ?tracking", re.IGNORECASE)
"""In the refusal of a table whose changes are not tracked."""


class Links(BasePaginator):
    """Follows `@odata.nextLink`, an opaque absolute address, and keeps the `@odata.deltaLink` of the last page.

    A link that is no text or leads to another host, to which our token would be sent, raises `BrokenPagination`.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._next: str | None = None
        self.delta: str | None = None
        self.is_tracked = False
        """The server said that it tracks changes, or gave a link to them."""

    def read(self, body: Any) -> None:
        """Note the links of a page; its records are the client's business."""
        self._next = self._link(body.get("@odata.nextLink"))
        self.delta = self._link(body.get("@odata.deltaLink")) or self.delta

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:
        self._has_next_page = self._next is not None
        applied = "odata.track-changes" in response.headers.get("Preference-Applied", "")
        self.is_tracked = self.is_tracked or applied or self.delta is not None

    def update_request(self, request: Request) -> None:
        if self._next:
            request.url, request.params = self._next, None

    def _link(self, link: Any) -> str | None:
        if link is None:
            return None
        if not isinstance(link, str) or urlparse(link).netloc != urlparse(self._settings.base_url).netloc:
            raise BrokenPagination(
                f"{self._settings.name}: an answer goes on at a place outside the environment",
                f"Check sources.{self._settings.name}.base_url: it must be the environment's own address.",
            )
        return link


class DataverseApi:
    """One environment. Every method raises `IngestionError`s only."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._dropped: dict[str, set[str]] = {}
        self._untracked: set[str] = set()
        auth = with_client_credentials(
            settings.name,
            settings.effective_token_url,
            settings.client_id,
            settings.client_secret,
            f"{settings.base_url.rstrip('/')}/.default",
        )
        prefer = f'odata.maxpagesize={settings.page_size},odata.include-annotations="{FORMATTED_VALUE},{LOGICAL_NAME}"'
        headers = {"OData-MaxVersion": "4.0", "OData-Version": "4.0", "If-None-Match": "null", "Prefer": prefer}
        self._client = ApiClient(settings.name, settings.base_url, auth, headers, _error_in_body)
        headers = {**headers, "Prefer": f"{prefer},odata.track-changes"}
        self._tracking = ApiClient(settings.name, settings.base_url, auth, headers, _error_in_body)

    def who_am_i(self) -> Record:
        """The ids of the user, business unit and organisation that the application acts as."""
        return self._known_record("WhoAmI", "OrganizationId")

    def peek(self, entity_set: str, column: str) -> None:
        """Read one key of a table: raises what reading it would raise."""
        self._client.get(self._path(entity_set), {"$select": column, "$top": 1})

    def rows(self, entity: Entity, links: Links, filter_by: str | None = None) -> Iterator[list[Record]]:
        """The records of a table page by page, with a link to later changes where they are tracked and not filtered.

        Columns of the standard that this environment does not have are left out.
        """
        order = {"$filter": filter_by, "$orderby": entity.cursor} if filter_by else {}
        while True:
            wants_changes = entity.reading == "tracked" and not filter_by and entity.entity_set not in self._untracked
            client = self._tracking if wants_changes else self._client
            params = {"$select": self.select(entity), **order}
            has_begun = False
            try:
                for page in client.pages(
                    self._path(entity.entity_set), "value", links, params=params, on_page=links.read
                ):
                    has_begun = True
                    yield page
                return
            except VendorError as error:
                if has_begun or not (self._drop(entity, error) or (wants_changes and self._give_up(entity, error))):
                    raise

    def changes(self, link: str, links: Links) -> Iterator[list[Record]]:
        """What a delta link leads to: changed records, and an entry for each one deleted."""
        return self._client.pages(link, "value", links, on_page=links.read)

    def select(self, entity: Entity) -> str:
        """The columns to ask for, those known to be missing left out."""
        missing = self._dropped.get(entity.entity_set, set())
        return ",".join(column for column in entity.select if column not in missing)

    def _drop(self, entity: Entity, error: VendorError) -> bool:
        """Leave out the column that the vendor does not know, if the table can be read without it."""
        unknown = _UNKNOWN_COLUMN.search(str(error))
        dropped = self._dropped.setdefault(entity.entity_set, set())
        if not unknown or unknown[1] not in entity.optional_columns or unknown[1] in dropped:
            return False
        dropped.add(unknown[1])
        return True

    def _give_up(self, entity: Entity, error: VendorError) -> bool:
        """Ask no more for changes of a table where the vendor says that they are not tracked."""
        if not _UNTRACKED.search(str(error)):
            return False
        self._untracked.add(entity.entity_set)
        return True

    def _known_record(self, path: str, field: str) -> Record:
        body = self._client.get(self._path(path))
        if not isinstance(body, dict) or field not in body:
            raise VendorError(
                f"{self._settings.name}: the answer of {path} lacks `{field}`",
                f"Check sources.{self._settings.name}.base_url: is this a Dataverse environment?",
            )
        return body

    def _path(self, rest: str) -> str:
        return f"api/data/{self._settings.api_version}/{rest}"


def _error_in_body(body: Any) -> str | None:
    """OData's error object, which a stream that breaks after its first bytes ends in, under HTTP 200."""
    if isinstance(body, dict) and isinstance(body.get("error"), dict):
        error = body["error"]
        return str(error.get("message") or error.get("code") or "no explanation")[:200]
    return None
