"""Reading one Dataverse table: everything at first, then what changed, and what was deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pyarrow as pa

from ingestion.errors import BrokenPagination, CredentialsRejected, VendorError
from ingestion.shared_pages import SharedPages
from ingestion.source import Page, StreamContext
from ingestion.sources.dynamics.api import DataverseApi, Links, Record
from ingestion.sources.dynamics.auditing import wanted
from ingestion.sources.dynamics.entity import Entity
from ingestion.sources.dynamics.settings import Settings

NO_LONGER_VALID = (400, 404, 410)
"""What answers a delta link that expired (seven days by default), or whose columns are no more."""
DELETED = "$deletedEntity"
_GUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class TableReader:
    """One Dataverse table in one run. With `is_shared`, several streams get its pages and each keeps the cursor.

    `audited` are the tables whose entries are wanted, where the table read is the audit log.
    """

    def __init__(
        self,
        api: DataverseApi,
        settings: Settings,
        entity: Entity,
        is_shared: bool = False,
        audited: tuple[str, ...] = (),
    ) -> None:
        self._api = api
        self._settings = settings
        self._entity = entity
        self._is_shared = is_shared
        self._audited = audited
        self._shared: SharedPages | None = None
        self._after: dict[str, Any] = {}
        self._living: list[str] | None = None
        self._deleted: list[str] = []

    @property
    def key(self) -> str:
        """The column that identifies a record."""
        return self._entity.key

    def pages(self, context: StreamContext) -> Iterator[Page]:
        """Everything on the first run, or when the way to the changes was lost; what changed since on the others."""
        before: dict[str, Any] = dict(context.state.get(self._entity.entity_set, {}))
        if self._is_shared:
            self._shared = self._shared or SharedPages(self._read(before))
            yield from self._shared.read()
        else:
            yield from self._read(before)
        context.state[self._entity.entity_set] = self._after

    def peek(self) -> None:
        """Read one key: raises what reading the table would raise."""
        try:
            self._api.peek(self._entity.entity_set, self._entity.key)
        except CredentialsRejected as error:
            raise self._explained(error) from None

    def living_keys(self) -> Iterator[pa.Table] | None:
        """The keys of all records, where this run has read all of them."""
        return None if self._living is None else iter([self._keys(self._living)])

    def deleted_keys(self) -> Iterator[pa.Table]:
        """The keys that the change tracking named as deleted."""
        return iter([self._keys(self._deleted)])

    def _read(self, state: dict[str, Any]) -> Iterator[list[Record]]:
        try:
            if self._entity.reading == "changed":
                yield from self._changed(state)
            elif (link := self._usable_link(state)) is None:
                yield from self._everything()
            else:
                yield from self._tracked(link)
        except VendorError as error:
            if not (self._entity.is_optional and error.status == 404):
                raise
            self._living = []

    def _usable_link(self, state: dict[str, Any]) -> str | None:
        """The delta link of the last run, unless other columns, or another environment, are wanted by now."""
        return state.get("delta_link") if state.get("question") == self._question else None

    @property
    def _question(self) -> str:
        return f"{self._settings.base_url} {self._settings.api_version} {','.join(self._entity.select)}"

    def _tracked(self, link: str) -> Iterator[list[Record]]:
        links = Links(self._settings)
        try:
            for page in self._api.changes(link, links):
                self._deleted += [self._id_of(record) for record in page if _is_deletion(record)]
                if changed := [record for record in page if not _is_deletion(record)]:
                    yield changed
        except VendorError as error:
            if error.status not in NO_LONGER_VALID:
                raise
            self._deleted = []
            yield from self._everything()
            return
        self._keep_link(links)

    def _everything(self) -> Iterator[list[Record]]:
        links, living = Links(self._settings), list[str]()
        newest = None
        for page in self._api.rows(self._entity, links):
            newest = _newest(page, self._entity.cursor, newest)
            living += self._ids(page)
            yield page
        if links.is_tracked:
            self._keep_link(links)
        if links.is_tracked and newest:
            # What changed after its page was read may lie before the instant from which the delta link counts.
            for page in self._api.rows(self._entity, Links(self._settings), self._since(newest)):
                living += self._ids(page)
                yield page
        self._living = living

    def _changed(self, state: dict[str, Any]) -> Iterator[list[Record]]:
        # Where other tables are audited than before, the log is read anew: theirs may lie before the mark.
        mark = state.get("newest") if state.get("audited", []) == list(self._audited) else None
        since = self._since(mark) if mark else None
        condition = " and ".join(part for part in (self._of_audited(), since) if part) or None
        try:
            for page in self._api.rows(self._entity, Links(self._settings), condition):
                mark = _newest(page, self._entity.cursor, mark)
                if kept := wanted(page) if self._audited else page:
                    yield kept
        except CredentialsRejected as error:
            raise self._explained(error) from None
        self._after = {"newest": mark, "audited": list(self._audited)} if mark else {}

    def _of_audited(self) -> str | None:
        if not self._audited:
            return None
        return "(" + " or ".join(f"objecttypecode eq '{name}'" for name in self._audited) + ")"

    def _explained(self, error: CredentialsRejected) -> CredentialsRejected:
        if self._entity.entity_set != "audits":
            return error
        return CredentialsRejected(
            str(error),
            f"Give the application user of sources.{self._settings.name} the privilege View Audit Summary, or set "
            "read_audits = false: the history of deals then begins with the first run that sees them, and of accounts "
            "and contacts only the owner of today is known.",
        )

    def _since(self, newest: str) -> str:
        moment = _moment(newest).astimezone(UTC) - self._settings.lag
        return f"{self._entity.cursor} ge {moment:%Y-%m-%dT%H:%M:%SZ}"

    def _keep_link(self, links: Links) -> None:
        if links.delta is None:
            raise BrokenPagination(
                f"{self._settings.name}: {self._entity.entity_set} ended without a link to later changes",
                "This is a change or fault at the vendor: nothing was published. Try again, then report it.",
            )
        self._after = {"delta_link": links.delta, "question": self._question}

    def _id_of(self, deletion: Record) -> str:
        """The id in an entry for a deleted record, which OData allows to be an address."""
        found = _GUID.findall(str(deletion.get("id") or deletion.get(self._entity.key)))
        if not found:
            raise BrokenPagination(
                f"{self._settings.name}: {self._entity.entity_set} names a deleted record without its id",
                f"Check sources.{self._settings.name}.api_version: the shape of the vendor's answer may have changed.",
            )
        return found[-1].lower()

    def _ids(self, page: list[Record]) -> list[str]:
        return [record[self._entity.key] for record in page if isinstance(record.get(self._entity.key), str)]

    def _keys(self, ids: list[str]) -> pa.Table:
        return pa.table({self._entity.key: pa.array(ids, pa.string())})


def _is_deletion(record: Record) -> bool:
    return str(record.get("@odata.context", "")).endswith(DELETED)


def _newest(page: list[Record], cursor: str, newest: str | None) -> str | None:
    """The latest time in `page`, or `newest`; what is no time ends in quarantine."""
    for record in page:
        try:
            moment = _moment(record[cursor])
            is_newer = newest is None or moment > _moment(newest)
        except (KeyError, TypeError, ValueError):
            continue
        newest = cast(str, record[cursor]) if is_newer else newest
    return newest


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
