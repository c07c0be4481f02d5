"""An org in memory that answers REST and SOQL as Salesforce does, and misbehaves as told."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr

from ingestion.sources.salesforce import Settings
from ingestion.sources.salesforce.tables import sobjects
from tests.ingestion.sources.answering import Answer, answering

Record = dict[str, Any]

BEGINNING = datetime(2025, 1, 6, 9, tzinfo=UTC)
TOKEN, SECRET = "00Dtoken!AQ", "s3cr3t-of-the-app"
VERSION = "v66.0"
PREFIXES = {
    "Organization": "00D",
    "Account": "001",
    "Contact": "003",
    "User": "005",
    "Opportunity": "006",
    "Lead": "00Q",
    "Task": "00T",
    "Event": "00U",
    "Campaign": "701",
}


def settings(**changes: Any) -> Settings:
    """Client credentials for an org; its address is to be given."""
    given = {"name": "salesforce", "client_id": "app", "client_secret": SecretStr(SECRET), **changes}
    return Settings(**given)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000+0000")


def record_id(sobject: str, number: int) -> str:
    return f"{PREFIXES.get(sobject, 'a0' + str(len(sobject) % 10))}{sum(map(ord, sobject)):04d}{number:08d}AAA"


class Org:
    """Every object this connector reads, `rows` records of each, all of one instant."""

    def __init__(self, rows: int = 5, page_size: int = 2) -> None:
        self.page_size = page_size
        self.address = ""
        self.fields: dict[str, dict[str, str]] = {}
        self.records: dict[str, dict[str, Record]] = {}
        self.asked: list[str] = []
        self.before: Callable[[str], Answer | None] = lambda path: None
        """Looks at each request first; may answer in the org's place."""
        self.after: Callable[[str, Any], Any] = lambda path, body: body
        """Looks at each answer to a query last; gives what to answer instead."""
        self._locators: dict[str, tuple[list[str], str, list[str]]] = {}
        for sobject in sobjects(settings()):
            types = {column.path or column.name: column.type for column in sobject.table.columns}
            self.fields[sobject.name] = {name: types.get(name, "text") for name in sobject.fields}
            count = 1 if sobject.name == "Organization" else rows
            self.records[sobject.name] = {
                record_id(sobject.name, number): self._fill(sobject.name, number) for number in range(count)
            }

    @contextmanager
    def serve(self) -> Iterator[str]:
        """Answer over HTTP for as long as the context lasts; gives the address."""
        with answering(self.answer) as self.address:
            yield self.address

    def _fill(self, sobject: str, number: int) -> Record:
        """A record with a plausible value in every field."""
        values: dict[str, Any] = {
            "bool": False,
            "decimal": 10.5,
            "double": 1.5,
            "bigint": 3,
            "date": "2025-03-31",
            "timestamp": stamp(BEGINNING),
        }
        fields = self.fields[sobject]
        record = {name: values.get(type_, f"{name} {number}") for name, type_ in fields.items()}
        record["Id"] = record_id(sobject, number)
        for name in ("CurrencyIsoCode", "IsoCode"):
            if name in record:
                record[name] = "USD"
        if "MasterRecordId" in record:
            record["MasterRecordId"] = None
        if sobject in ("AccountHistory", "ContactHistory"):
            record["Field"] = "Owner"
        if sobject == "Group":
            record["Type"] = "Queue" if number % 2 else "Role"
        return record

    def add(self, sobject: str, number: int, moment: datetime = BEGINNING, **values: Any) -> Record:
        """A new record, or new values of one that is there, changed at `moment`."""
        key = record_id(sobject, number)
        record = self.records[sobject].get(key) or self._fill(sobject, number)
        record.update(values)
        for name in ("SystemModstamp", *(["CreatedDate"] if key not in self.records[sobject] else [])):
            if name in self.fields[sobject] and name not in values:
                record[name] = stamp(moment)
        self.records[sobject][key] = record
        return record

    def delete(self, sobject: str, number: int, moment: datetime, into: int | None = None) -> None:
        """To the recycle bin, or merged into another."""
        merged = {} if into is None else {"MasterRecordId": record_id(sobject, into)}
        self.add(sobject, number, moment, IsDeleted=True, **merged)

    def answer(self, path: str, number: int) -> Answer:
        self.asked.append(unquote(path.replace("+", " ")))
        if (instead := self.before(path)) is not None:
            return instead
        place = urlsplit(path)
        if place.path == "/services/oauth2/token":
            return 200, {}, {"access_token": TOKEN, "instance_url": self.address, "token_type": "Bearer"}
        parts = place.path.removeprefix(f"/services/data/{VERSION}/").strip("/").split("/")
        match parts:
            case ["sobjects", sobject, "describe"]:
                if sobject not in self.fields:
                    return _error(404, "NOT_FOUND", "The requested resource does not exist")
                fields = [{"name": name, "type": type_} for name, type_ in self.fields[sobject].items()]
                return 200, {}, {"name": sobject, "fields": fields}
            case ["queryAll"]:
                return self._query(parse_qs(place.query)["q"][0], path)
            case ["queryAll", locator]:
                return self._page(locator, path)
        return _error(404, "NOT_FOUND", "The requested resource does not exist")

    def _query(self, statement: str, path: str) -> Answer:
        found = re.fullmatch(r"SELECT (.+?) FROM (\w+)(?: WHERE (.+?))?( ORDER BY Id)?", statement)
        assert found, statement
        fields, sobject, where, _ = found.groups()
        if sobject not in self.records:
            return _error(400, "INVALID_TYPE", f"sObject type '{sobject}' is not supported.")
        names = fields.split(",")
        for name in names:
            if name != "COUNT()" and name not in self.fields[sobject]:
                return _error(400, "INVALID_FIELD", f"No such column '{name}' on entity '{sobject}'.")
        ids = sorted(
            key
            for key, record in self.records[sobject].items()
            if all(_holds(condition, record) for condition in (where or "").split(" AND ") if condition)
        )
        if names == ["COUNT()"]:
            return 200, {}, self.after(path, {"totalSize": len(ids), "done": True, "records": []})
        locator = f"01g{len(self._locators):012d}AAA-0"
        self._locators[locator.rsplit("-", 1)[0]] = (ids, sobject, names)
        return self._page(locator, path)

    def _page(self, locator: str, path: str) -> Answer:
        name, _, offset = locator.rpartition("-")
        if name not in self._locators:
            return _error(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        ids, sobject, names = self._locators[name]
        at = int(offset)
        records = [
            {"attributes": {"type": sobject}, **{field: self.records[sobject][key].get(field) for field in names}}
            for key in ids[at : at + self.page_size]
        ]
        body: dict[str, Any] = {"totalSize": len(ids), "done": at + self.page_size >= len(ids), "records": records}
        if not body["done"]:
            body["nextRecordsUrl"] = f"/services/data/{VERSION}/query/{name}-{at + self.page_size}"
        return 200, {}, self.after(path, body)

    def forget_locators(self) -> None:
        self._locators.clear()


def _error(status: int, code: str, message: str) -> Answer:
    return status, {}, [{"errorCode": code, "message": message}]


def _holds(condition: str, record: Record) -> bool:
    name, operator, value = condition.split(" ", 2)
    match operator:
        case ">=":
            return datetime.fromisoformat(record[name]) >= datetime.fromisoformat(value)
        case ">":
            return bool(record[name] > value.strip("'"))
        case "=":
            return bool(record[name] == {"false": False, "true": True}[value])
        case "IN":
            return bool(record[name] in re.findall(r"'(\w+)'", value))
    raise AssertionError(condition)


def days(count: float) -> datetime:
    """So many days after the beginning."""
    return BEGINNING + timedelta(days=count)
