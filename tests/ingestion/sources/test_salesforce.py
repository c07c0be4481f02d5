"""Salesforce, read over HTTP from an org that answers as the vendor does, and misbehaves as vendors do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import duckdb
import pytest
from pydantic import SecretStr, ValidationError

from ingestion.client import ApiClient
from ingestion.errors import BrokenPagination, CredentialsRejected, HostUnreachable, RateLimited, VendorError
from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.source import Finding, SourceReport, StreamContext
from ingestion.sources import salesforce
from ingestion.sources.salesforce import Settings, api, auth, check, streams, tables
from ingestion.sources.salesforce.sobject import SObject
from ingestion.sources.salesforce.tables import sobjects
from tests.ingestion.sources.salesforce_org import (
    BEGINNING,
    SECRET,
    TOKEN,
    VERSION,
    Org,
    Record,
    days,
    record_id,
    settings,
    stamp,
)

NOW = datetime(2026, 1, 1)
Reading = Callable[..., list[Record]]


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (api, auth):
        monkeypatch.setattr(module, "ApiClient", partial(ApiClient, backoff_seconds=0.001, max_attempts=4))


@pytest.fixture
def served(vendor: Any) -> Callable[[Org], Org]:
    def serve(org: Org) -> Org:
        org.address = vendor(org.answer)
        return org

    return serve


@pytest.fixture
def org(served: Callable[[Org], Org]) -> Org:
    return served(Org())


def read(org: Org, table: str, state: dict[str, Any] | None = None, **changes: Any) -> list[Record]:
    """What one run gets for a table, straight from its stream."""
    context = StreamContext({} if state is None else state, NOW)
    (stream,) = (one for one in streams(settings(base_url=org.address, **changes)) if one.table.name == table)
    return [record for page in stream.pages(context) for record in page]


def ids(records: list[Record]) -> list[str]:
    return sorted(record["Id"] for record in records)


class Warehouse:
    """One database and dlt folder that any number of runs go into; `only` names objects, where some will do."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.database = folder, folder / "warehouse.duckdb"
        self.only: tuple[str, ...] = ()
        patch.setattr(salesforce, "sobjects", self._some)

    def _some(self, given: Settings) -> tuple[SObject, ...]:
        return tuple(one for one in sobjects(given) if not self.only or one.name in self.only)

    def load(self, org: Org, **changes: Any) -> SourceReport:
        source = SourceLoad(
            REGISTRY["salesforce"],
            settings(base_url=org.address, **changes),
            self.database,
            self.folder / "dlt",
            started_at=NOW,
        )
        source.extract()
        return source.store()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql.replace("raw.", "raw_salesforce.")).fetchall()

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        return {
            table.name: self.query(f"select * exclude (_extracted_at, _dlt_load_id) from raw.{table.name} order by all")
            for table in tables(None)
        }


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
        patch.setenv("RUNTIME__LOG_LEVEL", "CRITICAL")
        patch.setenv("NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID", "true")
        patch.setenv("EXTRACT__NEXT_ITEM_MODE", "fifo")
        yield Warehouse(tmp_path, patch)


def held(warehouse: Warehouse, table: str) -> list[tuple[str, bool]]:
    return sorted(warehouse.query(f"select id, _is_deleted from raw.{table}"))


def has(org: Org, sobject: str) -> list[tuple[str, bool]]:
    return sorted((key, bool(record.get("IsDeleted"))) for key, record in org.records[sobject].items())


def test_raw_tables_equal_the_org_whatever_happens_to_it(org: Org, warehouse: Warehouse) -> None:
    """Five runs under refusals, outages and repeated records, between which records come, change, go and return."""
    compared = {
        "contacts": "Contact",
        "opportunities": "Opportunity",
        "opportunity_field_history": "OpportunityFieldHistory",
        "users": "User",
        "opportunity_stages": "OpportunityStage",
    }
    numbers = iter(range(1_000_000))

    def trouble(path: str) -> Any:
        number = next(numbers)
        if number % 11 == 3:
            return 429, {"Retry-After": "0"} if number % 2 else {}, {}
        if number % 13 == 5:
            return 503, {}, "Service Unavailable"
        if number % 17 == 7 and "oauth2" not in path:
            return 403, {}, [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
        return None

    last: list[Record] = []

    def repeated(path: str, body: Any) -> Any:
        """Every page but the first begins with the last record of the page before."""
        records = body["records"]
        if "/queryAll/" in path:
            records.insert(0, last[0])
        last[:] = records[-1:]
        return body

    warehouse.only = (*compared.values(), "Account", "Task", "ForecastingItem")
    org.before, org.after = trouble, repeated
    warehouse.load(org)
    org.add("Account", 7, days(1))
    org.add("Opportunity", 2, days(1), StageName="Closed Won", IsClosed=True, IsWon=True)
    org.delete("Contact", 1, days(1))
    org.delete("Account", 3, days(1), into=4)
    org.add("ForecastingItem", 1, days(1), ForecastAmount=99.5)
    org.records["OpportunityStage"].pop(record_id("OpportunityStage", 4))
    warehouse.load(org)
    org.add("Contact", 1, days(2), IsDeleted=False)
    org.records["Account"].pop(record_id("Account", 3))
    org.records["Task"].pop(record_id("Task", 2))
    report = warehouse.load(org)
    assert (report.tables["tasks"].vendor_total, report.tables["tasks"].living_after) == (4, 4)
    before = warehouse.contents()
    for _ in range(2):
        warehouse.load(org)
    assert warehouse.contents() == before

    for table, sobject in compared.items():
        assert held(warehouse, table) == has(org, sobject), table
    gone = [(record_id("Account", 3), True)]
    assert held(warehouse, "accounts") == sorted(has(org, "Account") + gone)
    purged = [(record_id("Task", 2), True)]
    assert held(warehouse, "tasks") == sorted(has(org, "Task") + purged)
    assert warehouse.query("select stage_name from raw.opportunities where is_won") == [("Closed Won",)]
    amounts = warehouse.query(
        f"select forecast_amount from raw.forecasting_items where id = '{record_id('ForecastingItem', 1)}'"
    )
    assert sorted(amounts) == [(1.5,), (99.5,)]
    assert warehouse.query("select count(*) from raw._quarantine") == [(0,)]
    assert set(warehouse.query("select is_read, reason from raw.objects")) == {(True, None)}


@pytest.mark.parametrize("page_size", [1, 2, 2000])
def test_any_page_size_brings_the_same(page_size: int, served: Callable[[Org], Org]) -> None:
    org = served(Org(page_size=page_size))
    for stream in streams(settings(base_url=org.address)):
        if stream.table.name in ("objects", "groups"):
            continue
        found = [record for page in stream.pages(StreamContext({}, NOW)) for record in page]
        (sobject,) = (name for name, rows in org.records.items() if set(rows) & set(ids(found)))
        assert ids(found) == sorted(org.records[sobject])
    assert len(read(org, "groups")) == 2


def test_changes_of_one_instant_are_not_cut_off_by_pages(org: Org) -> None:
    state: dict[str, Any] = {}
    org.add("Account", 0, days(1))
    read(org, "accounts", state)
    for number in range(3, 10):
        org.add("Account", number, days(3))
    changed = read(org, "accounts", state)
    assert ids(changed) == [record_id("Account", number) for number in (0, *range(3, 10))]
    changed = read(org, "accounts", state)
    assert ids(changed) == [record_id("Account", number) for number in range(3, 10)]
    assert ids(read(org, "accounts", state)) == ids(changed)


def test_a_record_of_the_instant_last_seen_is_not_missed(org: Org) -> None:
    """Salesforce's stamps are whole seconds: another record can take the last one's after we read."""
    state: dict[str, Any] = {}
    org.add("Account", 1, days(3))
    read(org, "accounts", state, lag_minutes=0)
    org.add("Account", 9, days(3))
    assert ids(read(org, "accounts", state, lag_minutes=0)) == [record_id("Account", 1), record_id("Account", 9)]


def test_a_record_that_appears_late_is_found_within_the_lag(org: Org) -> None:
    state: dict[str, Any] = {}
    org.add("Account", 1, days(3))
    read(org, "accounts", state)
    org.add("Account", 9, days(3 - 5 / 1440))
    assert record_id("Account", 9) in ids(read(org, "accounts", state))


def test_records_that_change_while_pages_are_read_are_not_lost(org: Org) -> None:
    state: dict[str, Any] = {}
    org.add("Account", 0, days(1))

    def change(path: str, body: Any) -> Any:
        if "-2" in path:
            org.add("Account", 1, days(400))
            org.add("Account", 4, days(400))
        return body

    org.after = change
    assert ids(read(org, "accounts", state)) == sorted(org.records["Account"])
    # Changed after the run began: the mark stays before them and they come again.
    assert state["high_water_mark"] <= NOW.isoformat()
    assert set(ids(read(org, "accounts", state))) >= {record_id("Account", 1), record_id("Account", 4)}


def test_deletions_and_merges_are_asked_for(org: Org) -> None:
    state: dict[str, Any] = {}
    org.add("Lead", 0, days(1))
    read(org, "leads", state)
    org.delete("Lead", 1, days(2))
    org.delete("Lead", 2, days(2), into=3)
    _, lost, merged = sorted(read(org, "leads", state), key=lambda record: str(record["Id"]))
    assert lost["IsDeleted"] and merged["MasterRecordId"] == record_id("Lead", 3)
    assert all("/queryAll" in path for path in org.asked if "/query" in path)


def test_counts_include_what_salesforce_keeps_apart(org: Org) -> None:
    """`query` leaves out archived activities: counting by it would call them deleted."""
    context = StreamContext({}, NOW)
    org.delete("Task", 0, days(1))
    (stream,) = (one for one in streams(settings(base_url=org.address)) if one.table.name == "tasks")
    assert len([record for page in stream.pages(context) for record in page]) == 5
    assert context.vendor_total == 4
    assert stream.living_keys is not None
    living = {key for part in stream.living_keys() for key in part.column("id").to_pylist()}
    assert living == {record_id("Task", number) for number in range(1, 5)}


def test_a_count_that_moves_while_we_read_is_not_compared(org: Org) -> None:
    context = StreamContext({}, NOW)

    def grow(path: str, body: Any) -> Any:
        if "COUNT" in path:
            org.add("Account", 100 + len(org.records["Account"]), days(1))
        return body

    org.after = grow
    (stream,) = (one for one in streams(settings(base_url=org.address)) if one.table.name == "accounts")
    assert list(stream.pages(context)) and context.vendor_total is None


def test_an_expired_locator_begins_again_after_the_last_record(org: Org) -> None:
    def expire(path: str) -> None:
        if path.rsplit("-", 1)[-1] == "2":
            org.forget_locators()

    org.before = expire
    assert ids(read(org, "accounts")) == sorted(org.records["Account"])
    assert any(f"Id > '{record_id('Account', 1)}'" in path for path in org.asked)


def test_a_locator_that_never_works_is_an_error(org: Org) -> None:
    org.before = lambda path: (
        (400, {}, [{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}])
        if "FROM+Account" in path and "COUNT" not in path
        else None
    )
    with pytest.raises(VendorError, match="invalid query locator"):
        read(org, "accounts")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body.pop("records"),
        lambda body: body.pop("totalSize"),
        lambda body: body.pop("done"),
        lambda body: body.pop("nextRecordsUrl", None),
        lambda body: body["records"].pop(),
    ],
    ids=["records", "totalSize", "done", "nextRecordsUrl", "a record"],
)
def test_an_answer_that_lacks_something_is_an_error(org: Org, spoil: Callable[[Any], Any]) -> None:
    def spoiled(path: str, body: Any) -> Any:
        if "COUNT" not in path:
            spoil(body)
        return body

    org.after = spoiled
    with pytest.raises(BrokenPagination):
        read(org, "accounts")


def test_a_locator_that_does_not_move_is_an_error(org: Org) -> None:
    first: list[str] = []

    def stuck(path: str, body: Any) -> Any:
        if "nextRecordsUrl" in body:
            first.append(body["nextRecordsUrl"])
            body |= {"nextRecordsUrl": first[0], "done": False}
        return body

    org.after = stuck
    with pytest.raises(BrokenPagination, match="same page twice"):
        read(org, "accounts")


def test_an_error_inside_http_200_is_an_error(org: Org) -> None:
    org.after = lambda path, body: [{"errorCode": "UNKNOWN_EXCEPTION", "message": "it broke"}]
    with pytest.raises(VendorError, match="UNKNOWN_EXCEPTION"):
        read(org, "accounts")


def test_a_used_up_allowance_is_a_rate_limit_and_other_refusals_are_not(org: Org) -> None:
    refusal = {"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}
    org.before = lambda path: (403, {}, [refusal]) if "queryAll" in path else None
    with pytest.raises(RateLimited):
        read(org, "accounts")
    refusal["errorCode"] = "API_DISABLED_FOR_ORG"
    with pytest.raises(CredentialsRejected):
        read(org, "accounts")
    org.before = lambda path: (429, {}, {}) if "queryAll" in path else None
    with pytest.raises(RateLimited):
        read(org, "accounts")
    org.before = lambda path: (503, {}, "") if "queryAll" in path else None
    with pytest.raises(HostUnreachable):
        read(org, "accounts")


def test_new_dropped_and_retyped_fields(org: Org, warehouse: Warehouse) -> None:
    warehouse.only = ("Account",)
    org.add("Account", 4, days(0.5))
    warehouse.load(org)
    del org.fields["Account"]["Industry"]
    org.fields["Account"]["Health__c"] = "double"
    org.add("Account", 0, days(1), Health__c=0.7, NumberOfEmployees="many")
    org.add("Account", 1, days(1), Health__c=0.9)
    warehouse.load(org, custom_fields={"Account": ["Health__c", "Absent__c"]})
    rows = warehouse.query("select industry, cast(_record->>'Health__c' as double) from raw.accounts order by id")
    assert rows[:3] == [("Industry 0", None), (None, 0.9), ("Industry 2", None)]
    assert warehouse.query("select reason from raw._quarantine") == [("number_of_employees is not a bigint",)]
    query = "select missing_fields, missing_custom_fields from raw.objects where name = 'Account'"
    assert [tuple(map(json.loads, row)) for row in warehouse.query(query)] == [(["Industry"], ["Absent__c"])]


def test_what_an_org_does_not_have_is_said_and_left_empty(org: Org, warehouse: Warehouse) -> None:
    absents = ("CurrencyType", "DatedConversionRate", "OpportunityFieldHistory", "ForecastingSubmission")
    for absent in absents:
        del org.fields[absent], org.records[absent]
    del org.records["ForecastingItem"]
    warehouse.only = (*absents, "ForecastingItem", "Organization", "Account")
    for fields in org.fields.values():
        fields.pop("CurrencyIsoCode", None)
    warehouse.load(org, currency_code="EUR")
    for table in ("currency_types", "dated_conversion_rates", "opportunity_field_history", "forecasting_items"):
        assert warehouse.query(f"select count(*) from raw.{table}") == [(0,)], table
    assert warehouse.query("select configured_currency_code from raw.organization") == [("EUR",)]
    reasons = dict(warehouse.query("select name, reason from raw.objects where not is_read"))
    assert set(reasons) == {*absents, "ForecastingItem"}
    assert "INVALID_TYPE" in reasons["ForecastingItem"]
    absent = next(one for one in check(settings(base_url=org.address)) if "not there" in one.text)
    assert absent.ok and absent.text.startswith("not there, so not read: CurrencyType")


def test_of_accounts_and_contacts_only_owners_are_asked_for_and_only_once(org: Org) -> None:
    """A change of a telephone number is not read; one that comes while pages are read comes with the next run."""
    state: dict[str, Any] = {}
    org.add("AccountHistory", 5, days(1), Field="Phone", OldValue="1", NewValue="2")
    org.add("AccountHistory", 6, days(1), Field="created", OldValue=None, NewValue=None)

    def meanwhile(path: str, body: Any) -> Any:
        org.add("AccountHistory", 0, days(2), CreatedDate=stamp(days(2)))
        return body

    org.after = meanwhile
    first = read(org, "account_history", state)
    assert ids(first) == [record_id("AccountHistory", number) for number in (*range(5), 6)]
    org.after, org.asked = lambda path, body: body, []
    assert ids(read(org, "account_history", state)) == [record_id("AccountHistory", number) for number in (0, 6)]
    queries = [path for path in org.asked if "SELECT" in path]
    assert len(queries) == 1 and "CreatedDate >= " in queries[0] and "Field IN ('created', 'Owner')" in queries[0]
    org.add("AccountHistory", 7, days(3))
    assert ids(read(org, "account_history", state)) == [record_id("AccountHistory", number) for number in (0, 7)]


def test_an_org_without_a_history_of_owners_says_so(org: Org, warehouse: Warehouse) -> None:
    for absent in ("AccountHistory", "ContactHistory"):
        del org.fields[absent], org.records[absent]
    warehouse.only = ("AccountHistory", "ContactHistory", "Organization")
    warehouse.load(org)
    reasons = dict(warehouse.query("select name, reason from raw.objects where not is_read"))
    assert reasons == dict.fromkeys(("AccountHistory", "ContactHistory"), "the object does not exist for this user")
    assert warehouse.query("select count(*) from raw.account_history") == [(0,)]


def test_an_object_that_every_org_has_must_be_readable(org: Org) -> None:
    del org.fields["Opportunity"]
    with pytest.raises(CredentialsRejected, match="Opportunity"):
        read(org, "opportunities")


def test_a_query_too_long_for_an_address_is_refused_before_it_is_sent(org: Org) -> None:
    names = [f"A_rather_long_name_of_a_field_{number:03d}__c" for number in range(400)]
    org.fields["Account"].update(dict.fromkeys(names, "text"))
    with pytest.raises(VendorError, match="more than Salesforce accepts") as raised:
        read(org, "accounts", custom_fields={"Account": names})
    assert "custom_fields" in raised.value.remedy
    assert not any(names[0] in path for path in org.asked)


def test_page_size_is_asked_for_and_tokens_come_from_the_right_flow(org: Org, vendor: Any) -> None:
    forms: list[dict[str, list[str]]] = []
    sizes: set[str | None] = set()

    def answer(asked: Any, number: int) -> Any:
        if "oauth2" in asked:
            forms.append(parse_qs(asked.body.decode()))
        else:
            sizes.add(asked.headers.get("Sforce-Query-Options"))
            assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
        return org.answer(asked, number)

    org.address = vendor(answer)
    read(org, "accounts", page_size=500)
    read(org, "accounts", page_size=500, refresh_token=SecretStr("5Aep861"))
    read(org, "accounts", page_size=500, access_token=SecretStr(TOKEN))
    assert sizes == {"batchSize=500"}
    assert [form["grant_type"] for form in forms] == [["client_credentials"], ["refresh_token"]]
    assert forms[0]["client_secret"] == [SECRET] and forms[1]["refresh_token"] == ["5Aep861"]


def test_the_api_is_where_the_token_says(org: Org, vendor: Any) -> None:
    login = vendor(lambda asked, number: (200, {}, {"access_token": TOKEN, "instance_url": org.address}))
    (stream,) = (one for one in streams(settings(base_url=login)) if one.table.name == "users")
    assert sum(len(page) for page in stream.pages(StreamContext({}, NOW))) == 5


def test_a_session_that_ends_is_renewed_once(org: Org) -> None:
    ended = [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}]
    refusals = iter([True])
    org.before = lambda path: (401, {}, ended) if "-2" in path and next(refusals, False) else None
    assert ids(read(org, "accounts")) == sorted(org.records["Account"])
    assert sum("oauth2" in path for path in org.asked) == 2
    org.before = lambda path: (401, {}, ended) if "queryAll" in path else None
    with pytest.raises(CredentialsRejected) as raised:
        read(org, "accounts")
    assert TOKEN not in str(raised.value) + raised.value.remedy


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (400, {"error": "invalid_client_id", "error_description": "client identifier invalid"}, CredentialsRejected),
        (401, {"error": "invalid_client"}, CredentialsRejected),
        (200, {"token_type": "Bearer"}, VendorError),
    ],
)
def test_a_refused_client_is_told_without_its_secret(org: Org, status: int, body: Any, error: type[Exception]) -> None:
    org.before = lambda path: (status, {}, body) if "oauth2" in path else None
    with pytest.raises(error) as raised:
        check(settings(base_url=org.address))
    assert SECRET not in f"{raised.value} {raised.value.remedy}"  # type: ignore[attr-defined]


def test_nobody_there(closed_address: str) -> None:
    with pytest.raises(HostUnreachable):
        check(settings(base_url=closed_address))


def test_check_names_the_org_and_what_it_lacks(org: Org) -> None:
    first, unknown = check(settings(base_url=org.address, custom_fields={"Opportunity": ["Health__c"]}))
    assert first == Finding(True, f"Salesforce org Name 0, API {VERSION}")
    assert not unknown.ok and unknown.text == "custom_fields it does not have: Opportunity.Health__c"


def test_check_names_every_object_and_field_that_the_user_may_not_see(org: Org) -> None:
    for name in ("Opportunity", "Account"):
        del org.fields[name]
    del org.fields["Contact"]["Title"]
    found = {finding.text: finding for finding in check(settings(base_url=org.address))}
    for name in ("Opportunity", "Account"):
        refused = found[f"salesforce: {name} does not exist for this user"]
        assert not refused.ok and refused.remedy and f"read access to {name}" in refused.remedy
    assert found["Contact is read without Title"].ok and found["Contact is read without Title"].remedy


@pytest.mark.parametrize(
    "given",
    [
        {"client_id": "app"},
        {"access_token": "x"},
        {"client_id": "app", "client_secret": "x", "api_version": "v58.0"},
        {"client_id": "app", "client_secret": "x", "api_version": "v69.0"},
        {"client_id": "app", "client_secret": "x", "custom_fields": {"Account": ["Name FROM User"]}},
    ],
)
def test_settings_that_cannot_work_are_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(name="salesforce", **given)


def test_times_and_amounts_are_exact(org: Org, warehouse: Warehouse) -> None:
    warehouse.only = ("Opportunity",)
    org.add("Opportunity", 0, Amount=1234567.89, CloseDate="2025-02-28")
    warehouse.load(org)
    (row,) = warehouse.query(
        "select cast(amount as varchar), close_date, created_date, system_modstamp from raw.opportunities "
        f"where id = '{record_id('Opportunity', 0)}'"
    )
    moment = BEGINNING.replace(tzinfo=None)
    assert row == ("1234567.890000000", datetime(2025, 2, 28).date(), moment, moment)
    assert stamp(BEGINNING).endswith("+0000")
