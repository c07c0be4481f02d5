"""Dynamics 365, read over HTTP from an environment in miniature into a real DuckDB."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.errors import BrokenPagination, CredentialsRejected, HostUnreachable, RateLimited, VendorError
from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.source import SourceReport, StreamContext
from ingestion.sources.dynamics import Settings, check, streams, tables
from tests.ingestion.sources.dataverse import BEGINNING, CREDENTIALS, Answer, Dataverse, guid
from tests.ingestion.sources.memory import Memory

KEYS = {table.name: table.key[0] for table in tables(None) if len(table.key) == 1}
COUNT = 5


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)


@pytest.fixture
def environment() -> Iterator[Dataverse]:
    with company().running() as running:
        yield running


def company() -> Dataverse:
    """A few records of everything, all changed at the same instant."""
    made = Dataverse()
    for name, key in KEYS.items():
        for number in range(COUNT):
            made.put(name, key, {key: guid(name, number), "name": f"{name} {number}"}, minutes=0)
    for number in range(COUNT):
        entry = {"objecttypecode": "opportunity", "operation": 1, "_objectid_value": guid("opportunities", number)}
        made.put("audits", "auditid", {"auditid": guid("audits", number), **entry}, minutes=0)
        run = {
            "businessprocessflowinstanceid": guid("runs", number),
            "_opportunityid_value": guid("opportunities", number),
        }
        made.put("opportunitysalesprocesses", "businessprocessflowinstanceid", run, minutes=0)
    return made


class Warehouse(Memory):
    """What run after run brings from one environment."""

    def __init__(self, environment: Dataverse) -> None:
        super().__init__(lambda **changes: streams(_settings(environment, **changes)), BEGINNING.replace(tzinfo=None))
        self._environment = environment

    def records(self, name: str) -> dict[str, dict[str, Any]]:
        """The living records of a table as the environment sent them, by id."""
        return {row[KEYS[name]]: json.loads(row["_record"]) for row in self.living(name)}

    def assert_holds(self) -> None:
        """Every table knows as living exactly the records of the environment, as they are there."""
        for name in KEYS:
            held, living = self._environment.tables[name], self.records(name)
            assert set(living) == set(held), name
            for record_id, record in living.items():
                shown = {column: value for column, value in record.items() if "@" not in column}
                assert shown == {column: held[record_id].get(column) for column in shown}, name


@pytest.fixture
def warehouse(environment: Dataverse) -> Warehouse:
    return Warehouse(environment)


def test_loaded_into_duckdb_changed_and_loaded_again(tmp_path: Path, environment: Dataverse) -> None:
    def load() -> SourceReport:
        source = SourceLoad(REGISTRY["dynamics"], _settings(environment), tmp_path / "db", tmp_path / "dlt")
        source.extract()
        return source.store()

    def query(sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(tmp_path / "db"), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    first = load()
    assert first.quarantined == 0
    assert {name: counts.rows_after for name, counts in first.tables.items()} == dict.fromkeys(first.tables, COUNT)
    began = query("select max(_extracted_at) from raw_dynamics.opportunities")
    environment.delete("opportunities", guid("opportunities", 2))
    environment.delete("teams", guid("teams", 1))
    environment.put("leads", "leadid", {"leadid": guid("leads", 0), "statecode": "open"})
    second = load()
    assert (second.tables["opportunities"].received, second.tables["opportunities"].living_after) == (0, COUNT - 1)
    assert second.tables["teams"].living_after == COUNT - 1
    assert query("select table_name, reason from raw_dynamics._quarantine") == [("leads", "statecode is not a bigint")]
    # A deleted deal keeps what was known of it, and when it was found gone.
    gone = query(
        "select name, _extracted_at > $began from raw_dynamics.opportunities where _is_deleted".replace(
            "$began", f"timestamp '{began[0][0]}'"
        )
    )
    assert gone == [("opportunities 2", True)]


def test_five_runs_hold_what_one_does(warehouse: Warehouse) -> None:
    warehouse.load()
    warehouse.assert_holds()
    names = [table.name for table in tables(None)]
    first = {name: copy.deepcopy(warehouse.rows(name)) for name in names}
    assert all(len(rows) == COUNT for rows in first.values())
    for _ in range(4):
        warehouse.load()
    assert {name: warehouse.rows(name) for name in names} == first
    assert warehouse.received["opportunities"] == warehouse.received["opportunity_versions"] == 0


@pytest.mark.parametrize("page_size", [1, 2, 5000])
def test_any_page_size_brings_the_same_though_all_times_are_equal(environment: Dataverse, page_size: int) -> None:
    found = _read(environment, page_size=page_size)
    for name, key in KEYS.items():
        assert {record[key] for record in found[name]} == set(environment.tables[name]), name
    assert {record["businessprocessflowinstanceid"] for record in found["process_versions"]} == set(
        environment.tables["opportunitysalesprocesses"]
    )


def test_changes_deletions_and_merges_come_by_change_tracking(warehouse: Warehouse, environment: Dataverse) -> None:
    warehouse.load()
    environment.put("accounts", "accountid", {"accountid": guid("accounts", 0), "name": "renamed"})
    survivor = {"_masterid_value": guid("accounts", 0), "merged": True}
    environment.put("accounts", "accountid", {"accountid": guid("accounts", 1), "name": "merged", **survivor})
    environment.delete("opportunities", guid("opportunities", 2))
    environment.put("leads", "leadid", {"leadid": guid("leads", 77), "name": "late"}, minutes=-5000)
    environment.put("leads", "leadid", {"leadid": guid("leads", 78)})
    environment.delete("leads", guid("leads", 78))
    environment.delete("teams", guid("teams", 1))
    asked = len(environment.requests)
    warehouse.load(page_size=1)
    warehouse.assert_holds()
    assert [row["masterid"] for row in warehouse.rows("accounts") if row["merged"]] == [guid("accounts", 0)]
    assert warehouse.received["accounts"] == 2
    assert all("token" in path for path in environment.requests[asked:] if "/accounts" in path)
    assert [row["name"] for row in warehouse.rows("opportunities") if row["_is_deleted"]] == ["opportunities 2"]


def test_a_deal_restored_lives_again(warehouse: Warehouse, environment: Dataverse) -> None:
    deal = environment.tables["opportunities"][guid("opportunities", 2)]
    warehouse.load()
    environment.delete("opportunities", deal["opportunityid"])
    warehouse.load()
    assert len(warehouse.living("opportunities")) == COUNT - 1
    environment.put("opportunities", "opportunityid", deal)
    warehouse.load()
    warehouse.assert_holds()


def test_what_changes_between_pages_is_not_lost(warehouse: Warehouse, environment: Dataverse) -> None:
    """The record that changes has been passed already, and the delta link counts from after its change."""

    def change_meanwhile(path: str, number: int) -> None:
        if "contacts" in path and "skiptoken" in path and not seen:
            seen.append(path)
            environment.put("contacts", "contactid", {"contactid": guid("contacts", 0), "firstname": "changed"})

    seen: list[str] = []
    environment.interject = change_meanwhile
    warehouse.load(page_size=2)
    assert seen
    warehouse.assert_holds()
    assert warehouse.records("contacts")[guid("contacts", 0)]["firstname"] == "changed"


def test_an_expired_delta_link_means_reading_everything_anew(warehouse: Warehouse, environment: Dataverse) -> None:
    warehouse.load()
    environment.put("accounts", "accountid", {"accountid": guid("accounts", 0), "name": "renamed"})
    environment.delete("accounts", guid("accounts", 3))
    environment.oldest_version = 10_000
    warehouse.load()
    warehouse.assert_holds()
    assert [row["accountid"] for row in warehouse.rows("accounts") if row["_is_deleted"]] == [guid("accounts", 3)]
    environment.oldest_version = 0
    warehouse.load()
    assert warehouse.received["accounts"] == 0


@pytest.mark.parametrize("is_refused", [False, True])
def test_a_table_without_change_tracking_is_read_whole(
    warehouse: Warehouse, environment: Dataverse, is_refused: bool
) -> None:
    environment.untracked, environment.refuses_untracked = {"contacts"}, is_refused
    warehouse.load()
    environment.delete("contacts", guid("contacts", 4))
    warehouse.load()
    assert warehouse.received["contacts"] == COUNT - 1
    warehouse.assert_holds()


def test_repeated_rows_and_five_hundreds_change_nothing(warehouse: Warehouse, environment: Dataverse) -> None:
    environment.repeats_rows = True
    environment.interject = lambda path, number: (503, {}, "busy") if number % 3 == 0 else None
    warehouse.load(page_size=2)
    warehouse.load(page_size=2)
    warehouse.assert_holds()


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "1"}])
def test_rate_limits_are_waited_out(environment: Dataverse, headers: dict[str, str]) -> None:
    limit = {"error": {"code": "0x80072322", "message": "Number of requests exceeded the limit of 6000."}}
    environment.interject = lambda path, number: (429, headers, limit) if number % 2 == 0 else None
    assert len(_read(environment, page_size=2)["accounts"]) >= COUNT
    environment.interject = lambda path, number: (429, headers, limit)
    with pytest.raises(RateLimited):
        _read(environment)


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        ((200, {}, {"error": {"code": "0x80040216", "message": "Unexpected"}}), VendorError, "HTTP 200 with an error"),
        ((200, {}, {"rows": []}), BrokenPagination, "no list at `value`"),
        ((200, {}, "<html>"), VendorError, "not JSON"),
        ((200, {"Preference-Applied": "odata.track-changes"}, {"value": []}), BrokenPagination, "later changes"),
        ((200, {}, {"value": [], "@odata.nextLink": "http://elsewhere.example/"}), BrokenPagination, "outside"),
        ((200, {}, {"value": [], "@odata.nextLink": 7}), BrokenPagination, "outside"),
        ((500, {}, ""), HostUnreachable, "HTTP 500"),
        ((403, {}, {"error": {"code": "0x80040220", "message": "lacks prvReadAccount"}}), CredentialsRejected, "403"),
    ],
)
def test_a_broken_answer_is_an_error(environment: Dataverse, answer: Answer, error: Any, says: str) -> None:
    environment.interject = lambda path, number: answer if "/accounts" in path else None
    with pytest.raises(error, match=says):
        _read(environment)


def test_a_link_that_does_not_move_on_is_refused(environment: Dataverse) -> None:
    link = f"{environment.url}/api/data/v9.2/accounts?$skiptoken=a"
    environment.interject = lambda path, number: (
        (200, {}, {"value": [], "@odata.nextLink": link}) if "accounts" in path else None
    )
    with pytest.raises(BrokenPagination, match="same page twice"):
        _read(environment)


def test_an_error_while_following_changes_does_not_pass_for_an_expired_link(
    warehouse: Warehouse, environment: Dataverse
) -> None:
    warehouse.load()
    broken = (200, {}, {"error": {"code": "0x80040216", "message": "Unexpected"}})
    environment.interject = lambda path, number: broken if "deltatoken" in path else None
    with pytest.raises(VendorError, match="HTTP 200 with an error"):
        warehouse.load()


def test_fields_that_are_new_dropped_or_retyped(environment: Dataverse) -> None:
    deals, label = "opportunities", "new_region@OData.Community.Display.V1.FormattedValue"
    environment.lacking = {(deals, "msdyn_forecastcategory"), (deals, "closeprobability")}
    extra = {"new_region": 100, label: "EMEA"}
    environment.put(deals, "opportunityid", {"opportunityid": guid(deals, 0), **extra, "estimatedvalue": "a lot"})
    environment.put(deals, "opportunityid", {"opportunityid": guid(deals, 1), **extra, "estimatedvalue": 5})
    found = _read(environment, custom_fields={deals: ["new_region"]})[deals]
    table = next(table for table in tables(None) if table.name == deals)
    batch, rejected = table.batch(found, BEGINNING.replace(tzinfo=None))
    assert {one.reason for one in rejected} == {"estimatedvalue is not a decimal"}
    records = {row["opportunityid"]: json.loads(row["_record"]) for row in batch.to_pylist()}
    assert set(records) == {guid(deals, number) for number in range(1, COUNT)}
    assert (records[guid(deals, 1)]["new_region"], records[guid(deals, 1)][label]) == (100, "EMEA")


def test_a_column_named_in_the_settings_must_exist(environment: Dataverse) -> None:
    environment.lacking = {("accounts", "new_typo")}
    with pytest.raises(VendorError, match="new_typo"):
        _read(environment, custom_fields={"accounts": ("new_typo",)})


def test_labels_and_kinds_of_lookups_are_read(environment: Dataverse) -> None:
    annotated = {
        "statecode": 1,
        "statecode@OData.Community.Display.V1.FormattedValue": "Won",
        "_ownerid_value": guid("teams", 0),
        "_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname": "team",
    }
    environment.put("opportunities", "opportunityid", {"opportunityid": guid("opportunities", 0), **annotated})
    table = next(table for table in tables(None) if table.name == "opportunities")
    (record,) = [one for one in _read(environment)["opportunities"] if one["statecode"] == 1][:1]
    row = {column.name: column.read(record) for column in table.columns}
    assert (row["statecode"], row["statecode_label"], row["ownerid_type"]) == (1, "Won", "team")


def test_what_an_environment_does_not_have_stays_empty(environment: Dataverse) -> None:
    for name in ("goals", "connections", "opportunitysalesprocesses"):
        del environment.tables[name]
    found = _read(environment)
    assert found["goals"] == found["connections"] == found["process_versions"] == []
    del environment.tables["accounts"]
    with pytest.raises(VendorError, match="404"):
        _read(environment)


def test_the_audit_log_is_read_on_from_where_it_ended(warehouse: Warehouse, environment: Dataverse) -> None:
    warehouse.load()
    for number, (kind, minutes) in enumerate([("opportunity", 90), ("account", 91), ("lead", 91)], start=50):
        entry = {"auditid": guid("audits", number), "objecttypecode": kind, "_objectid_value": guid("x", number)}
        created = {"createdon": f"2026-01-01T10:{minutes - 60}:00Z"}
        environment.put("audits", "auditid", {**entry, **created})
    warehouse.load()
    warehouse.load()
    assert warehouse.received["audits"] == 2  # those within the lag of the newest
    assert len(warehouse.rows("audits")) == COUNT + 2


def test_an_entry_of_the_same_second_as_the_newest_is_not_lost(warehouse: Warehouse, environment: Dataverse) -> None:
    warehouse.load(lag_minutes=0)
    entry = {"auditid": guid("audits", 99), "objecttypecode": "lead", "_objectid_value": guid("leads", 0)}
    environment.put("audits", "auditid", entry, minutes=0)
    warehouse.load(lag_minutes=0)
    assert guid("audits", 99) in {row["auditid"] for row in warehouse.rows("audits")}


def told(environment: Dataverse, number: int, kind: str, operation: int, data: str, minutes: int) -> None:
    entry = {"auditid": guid("audits", number), "objecttypecode": kind, "_objectid_value": guid(kind, 1)}
    environment.put("audits", "auditid", {**entry, "operation": operation, "changedata": data}, minutes=minutes)


@pytest.mark.parametrize("page_size", [1, 2, 5000])
def test_of_accounts_and_contacts_the_log_gives_owners_and_nothing_else(environment: Dataverse, page_size: int) -> None:
    phone = {"logicalName": "telephone1", "oldValue": "1", "newValue": "2"}
    owner = {"logicalName": "ownerid", "oldValue": "systemuser,a", "newValue": "systemuser,b"}
    both, only, none = (json.dumps({"changedAttributes": list(one)}) for one in ((phone, owner), (owner,), ()))
    told(environment, 50, "account", 1, json.dumps({"changedAttributes": [phone]}), 10)
    told(environment, 51, "account", 2, both, 11)
    told(environment, 52, "contact", 2, json.dumps({"changedAttributes": [phone]}), 12)
    told(environment, 53, "contact", 2, "{telephone", 13)
    told(environment, 54, "lead", 2, both, 14)
    state: dict[str, Any] = {}
    given = {"page_size": page_size, "lag_minutes": 0}
    kept = {row["auditid"]: row["changedata"] for row in _read(environment, state, **given)["audits"][COUNT:]}
    assert kept == {
        guid("audits", 50): none,
        guid("audits", 51): only,
        guid("audits", 53): "unreadable",
        guid("audits", 54): both,
    }
    told(environment, 55, "contact", 3, none, 60)
    later = [row["auditid"] for row in _read(environment, state, **given)["audits"]]
    assert later == [guid("audits", 54), guid("audits", 55)]


def test_the_log_is_read_anew_where_it_is_asked_for_more(environment: Dataverse) -> None:
    """What a table newly audited by us went through lies before the mark."""
    state: dict[str, Any] = {}
    told(environment, 50, "lead", 1, "", 600)
    assert len(_read(environment, state, process_flows=())["audits"]) == COUNT + 1
    assert len(_read(environment, state, process_flows=())["audits"]) == 1
    assert len(_read(environment, state)["audits"]) == COUNT + 1
    assert len(_read(environment, state)["audits"]) == 1


def test_without_the_right_to_the_audit_log_the_remedy_says_what_to_do(environment: Dataverse) -> None:
    environment.interject = lambda path, number: (403, {}, {}) if "audits" in path else None
    with pytest.raises(CredentialsRejected) as caught:
        _read(environment)
    (refused,) = [finding for finding in check(_settings(environment)) if not finding.ok]
    assert "audits" in refused.text
    for remedy in (caught.value.remedy, str(refused.remedy)):
        assert "read_audits = false" in remedy
    assert _read(environment, read_audits=False)["audits"] == []
    assert all(finding.ok for finding in check(_settings(environment, read_audits=False)))


def test_check_names_the_privilege_that_the_user_lacks(environment: Dataverse) -> None:
    message = "Principal user (Id=1) is missing prvReadLead privilege (Id=2) on OTC=4 for entity 'lead'."
    environment.interject = lambda path, number: (
        (403, {}, {"error": {"code": "0x80040220", "message": message}}) if "/leads" in path else None
    )
    first, refused = check(_settings(environment))
    assert first.ok and "organisation" in first.text
    assert (refused.ok, refused.text) == (False, "may not read leads: its user lacks prvReadLead")


def test_a_wrong_secret_names_the_setting_and_not_the_secret(environment: Dataverse) -> None:
    with pytest.raises(CredentialsRejected) as caught:
        check(_settings(environment, name="crm_eu", client_secret="wrong-secret"))
    told = f"{caught.value} {caught.value.remedy}"
    assert "sources.crm_eu" in told
    assert "wrong-secret" not in told


def test_another_environment_or_other_columns_do_not_follow_the_old_link(environment: Dataverse) -> None:
    state: dict[str, Any] = {}
    _read(environment, state=state)
    with company().running() as other:
        _read(other, state=state)
    assert all(not path.startswith(environment.url) for path in other.requests)
    assert not any("deltatoken" in path for path in other.requests)


def test_tokens_come_from_microsoft_for_an_environment_of_its_cloud() -> None:
    settings = Settings(name="dynamics", base_url="https://contoso.crm4.dynamics.com", **CREDENTIALS)  # type: ignore[arg-type]
    assert settings.effective_token_url == "https://login.microsoftonline.com/contoso/oauth2/v2.0/token"


def _settings(environment: Dataverse, **changes: Any) -> Settings:
    return Settings(**{"name": "dynamics", "base_url": environment.url, **CREDENTIALS, **changes})


def _read(
    environment: Dataverse, state: dict[str, Any] | None = None, **changes: Any
) -> dict[str, list[dict[str, Any]]]:
    """All records of one run, table by table."""
    states = {} if state is None else state
    found: dict[str, list[dict[str, Any]]] = {}
    for stream in streams(_settings(environment, **changes)):
        context = StreamContext(states.setdefault(stream.table.name, {}), BEGINNING.replace(tzinfo=None))
        found[stream.table.name] = [record for page in stream.pages(context) for record in page]  # type: ignore[misc]
    return found
