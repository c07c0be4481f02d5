"""HubSpot, read over HTTP from the sandbox into a real DuckDB, against the world that the sandbox serves."""

from __future__ import annotations

import copy
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.errors import CredentialsRejected, HostUnreachable
from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.sandbox.facts import Engagement, Facts
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import BEFORE_ACQUISITIONS, simulate
from ingestion.source import SourceReport
from ingestion.sources.hubspot import Settings, check, streams, tables
from ingestion.sources.hubspot.api import HubSpotApi

AS_OF = date(2026, 11, 22)
EARLIER = date(2025, 6, 30)
AFTER_EARLIER = datetime(2025, 9, 1, 12, tzinfo=UTC)
SCALE = 0.05
ENGAGEMENTS = ("calls", "emails", "meetings", "notes", "tasks")


@pytest.fixture(autouse=True, scope="module")
def quiet_dlt() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
        patch.setenv("RUNTIME__LOG_LEVEL", "CRITICAL")
        patch.setenv("NORMALIZE__PARQUET_NORMALIZER__ADD_DLT_LOAD_ID", "true")
        yield


def only_crm(facts: Facts, **instead: Any) -> Facts:
    """What HubSpot shows of `facts`, with some lists replaced; nothing for the other vendors to serve."""
    lists = {name: getattr(facts, name) for name in ("owners", "companies", "people", "deals", "engagements")}
    return Facts(
        facts.seed, facts.scale, facts.starts_on, facts.as_of, **{**lists, "partners": facts.partners, **instead}
    )


@pytest.fixture(scope="module")
def earlier_world() -> Facts:
    return only_crm(simulate(EARLIER, scale=SCALE, mix=BEFORE_ACQUISITIONS))


@pytest.fixture(scope="module")
def world(earlier_world: Facts) -> Facts:
    """Years later; one company known at the earlier date has been merged into another, with its people and deals.

    Contacts and deals carry their company as a property, so the merge touches them. It does not touch engagements.
    """
    facts = only_crm(simulate(AS_OF, scale=SCALE, mix=BEFORE_ACQUISITIONS))
    lost, survivor = [company for company in facts.companies if company.archived_at is None][:2]
    lost.merged_into, lost.archived_at = survivor.company_id, AFTER_EARLIER
    survivor.updated_at = max(survivor.updated_at, AFTER_EARLIER)
    for record in (*facts.people, *facts.deals, *facts.engagements):
        if record.company_id == lost.company_id:
            record.company_id = survivor.company_id
            if not isinstance(record, Engagement) and record.archived_at is None:
                record.updated_at = max(record.updated_at, AFTER_EARLIER)
    return facts


@pytest.fixture(scope="module")
def hubspot(world: Facts) -> Iterator[SandboxServer]:
    with SandboxServer(AS_OF, facts=world) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def loaded(hubspot: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """The later world, loaded once; tests that go on loading take a copy."""
    warehouse = Warehouse(tmp_path_factory.mktemp("loaded"))
    warehouse.report = warehouse.load(hubspot)
    return warehouse


class Warehouse:
    """One database and dlt folder that any number of runs go into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "warehouse.duckdb"
        self.report = SourceReport("hubspot")

    def copy_to(self, folder: Path) -> Warehouse:
        return Warehouse(Path(shutil.copytree(self.folder, folder)))

    def load(self, sandbox: SandboxServer, **settings: Any) -> SourceReport:
        source = SourceLoad(
            REGISTRY["hubspot"],
            Settings(name="hubspot", **sandbox.overlay()["hubspot"], **settings),
            self.database,
            self.folder / "dlt",
        )
        source.extract()
        return source.store()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def ids(self, *names: str, where: str = "true") -> set[int]:
        return {int(row[0]) for name in names for row in self.query(f"select id from raw_hubspot.{name} where {where}")}

    def contents(self, associations: bool = True) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, without when it was loaded; without associations if so asked."""
        left_out = "_extracted_at|_dlt_load_id" + ("" if associations else "|_record|associated_.*")
        return {
            table.name: sorted(
                self.query(
                    f"select columns(name -> not regexp_full_match(name, '{left_out}')) from raw_hubspot.{table.name}"
                ),
                key=repr,
            )
            for table in tables(None)
        }


def first_companies(facts: Facts, count: int) -> Facts:
    """The first `count` companies and what belongs to them, few enough to be read one at a time."""
    companies = facts.companies[:count]
    kept = {company.company_id for company in companies}
    return only_crm(
        facts,
        owners=facts.owners[:2],
        companies=companies,
        people=[person for person in facts.people if person.company_id in kept][:3],
        deals=[deal for deal in facts.deals if deal.company_id in kept][:3],
        engagements=[engagement for engagement in facts.engagements if engagement.company_id in kept][:4],
    )


def assert_holds(warehouse: Warehouse, facts: Facts) -> None:
    """The raw tables know exactly the records of `facts`, and as living exactly those that live."""
    contacts = [person for person in facts.people if person.contact_created_at]
    for names, records, key in (
        (("companies",), facts.companies, "company_id"),
        (("contacts",), contacts, "person_id"),
        (("deals",), facts.deals, "deal_id"),
        (ENGAGEMENTS, facts.engagements, "engagement_id"),
    ):
        assert warehouse.ids(*names) == {getattr(record, key) for record in records}
        assert warehouse.ids(*names, where="not _is_deleted") == {
            getattr(record, key) for record in records if record.archived_at is None
        }
    assert warehouse.ids("owners") == {owner.owner_id for owner in facts.owners}
    assert warehouse.ids("owners", where="archived") == {owner.owner_id for owner in facts.owners if owner.left_at}


def test_everything_arrives_with_history_and_associations(loaded: Warehouse, world: Facts) -> None:
    assert_holds(loaded, world)
    for name in ("companies", "contacts", "deals", *ENGAGEMENTS):
        counts = loaded.report.tables[name]
        assert counts.vendor_total == counts.living_after > 0
        assert counts.quarantined == 0
    for name, owned in (
        ("companies", {one.company_id: one.owner for one in world.companies if not one.merged_into}),
        (
            "contacts",
            {one.person_id: one.owner for one in world.people if one.contact_created_at and not one.merged_into},
        ),
    ):
        histories = dict(loaded.query(f"select id, properties_with_history from raw_hubspot.{name}"))
        handed_on = {key: owner for key, owner in owned.items() if len(set(dict(owner).values())) > 1}
        assert handed_on
        for key, owner in handed_on.items():
            (history,) = json.loads(histories[str(key)]).values()
            assert history[0]["value"] == str(owner.current)
    histories = dict(loaded.query("select id, properties_with_history from raw_hubspot.deals"))
    for deal in (deal for deal in world.deals if not deal.merged_into):
        stages = [version["value"] for version in json.loads(histories[str(deal.deal_id)])["dealstage"]]
        # Of two values at one instant (a deal entered as closed already) HubSpot keeps the later.
        assert stages == list(dict(deal.stage).values())[::-1]
    people = dict(loaded.query("select id, associated_contacts from raw_hubspot.deals where not _is_deleted"))
    assert {
        deal.deal_id: {int(one["toObjectId"]) for one in json.loads(people[str(deal.deal_id)])}
        for deal in world.deals
        if deal.archived_at is None
    } == {
        deal.deal_id: {person for person in deal.person_ids if is_living_contact(world, person)}
        for deal in world.deals
        if deal.archived_at is None
    }


def is_living_contact(facts: Facts, person_id: int) -> bool:
    person = next(person for person in facts.people if person.person_id == person_id)
    return person.contact_created_at is not None and person.archived_at is None


def test_small_pages_bring_the_same(tmp_path: Path, world: Facts, earlier_world: Facts) -> None:
    small, before = first_companies(world, 3), first_companies(earlier_world, 3)
    single, double, whole = (Warehouse(tmp_path / name) for name in ("single", "double", "whole"))
    for warehouse, facts, page_cap in (
        (whole, small, None),
        (double, small, 2),
        (single, before, 1),
        (single, small, 1),
    ):
        with SandboxServer(AS_OF, facts=facts, page_cap=page_cap) as sandbox:
            warehouse.load(sandbox)
    assert_holds(whole, small)
    assert double.contents() == whole.contents()
    assert single.contents(associations=False) == whole.contents(associations=False)


def test_a_second_run_changes_nothing(loaded: Warehouse, hubspot: SandboxServer, tmp_path: Path) -> None:
    warehouse = loaded.copy_to(tmp_path / "copy")
    first = warehouse.contents()
    report = warehouse.load(hubspot)
    assert warehouse.contents() == first
    # Only what lies within the lag is read again, and nothing of the recycle bin.
    assert report.tables["deals"].received <= 3
    assert report.tables["companies"].received <= 3


def test_later_runs_bring_the_changes_and_equal_a_full_load(
    tmp_path: Path, loaded: Warehouse, hubspot: SandboxServer, world: Facts, earlier_world: Facts
) -> None:
    """Between the two dates a company is merged away, deals move, and records of all kinds are archived."""
    grown = Warehouse(tmp_path)
    with SandboxServer(EARLIER, facts=earlier_world) as sandbox:
        grown.load(sandbox)
    assert_holds(grown, earlier_world)
    mark = max(deal.updated_at for deal in earlier_world.deals if deal.archived_at is None)
    report = grown.load(hubspot)
    assert_holds(grown, world)
    archived_before = {deal.deal_id for deal in earlier_world.deals if deal.archived_at}
    changed = [
        deal
        for deal in world.deals
        if (deal.archived_at is None and deal.updated_at >= mark - timedelta(minutes=10))
        or (deal.archived_at is not None and deal.deal_id not in archived_before)
    ]
    assert report.tables["deals"].received == len(changed) < len(world.deals)
    # A target that was merged or archived since leaves the record that points at it untouched: staging resolves those.
    assert grown.contents(associations=False) == loaded.contents(associations=False)


def test_a_merged_company_keeps_its_id_and_names_the_survivor(loaded: Warehouse, world: Facts) -> None:
    rows = loaded.query("select id, merged_into_id, _is_deleted from raw_hubspot.companies where archived")
    expected = {(str(lost.company_id), str(lost.merged_into), True) for lost in world.companies if lost.merged_into}
    assert expected
    assert expected <= set(rows)


def test_a_deal_restored_from_the_recycle_bin_lives_again(tmp_path: Path, world: Facts) -> None:
    warehouse, world = Warehouse(tmp_path), only_crm(world, people=[], engagements=[])
    before = copy.deepcopy(world)
    deal = next(deal for deal in before.deals if deal.archived_at is None and deal.stage.current == "closedwon")
    deal.archived_at = before.as_of - timedelta(days=30)
    with SandboxServer(AS_OF, facts=before) as sandbox:
        warehouse.load(sandbox)
    assert deal.deal_id in warehouse.ids("deals", where="_is_deleted and archived_at is not null")
    with SandboxServer(AS_OF, facts=world) as sandbox:
        warehouse.load(sandbox)
    assert_holds(warehouse, world)


def test_a_first_run_lists_with_history_and_a_later_one_reads_it_of_what_changed(tmp_path: Path, world: Facts) -> None:
    """Fifty a page, and not once more record by record; later only what is new, whoever else there is."""
    living = next(company for company in world.companies if company.archived_at is None)
    companies = [
        replace(living, company_id=100_000 + number, owner=copy.deepcopy(living.owner)) for number in range(120)
    ]
    companies[-1].updated_at += timedelta(hours=1)
    facts = only_crm(world, companies=companies, people=[], deals=[], engagements=[])
    warehouse = Warehouse(tmp_path)
    asked: list[tuple[str, int]] = []
    with pytest.MonkeyPatch.context() as patch, SandboxServer(AS_OF, facts=facts) as sandbox:
        for name in ("list_objects", "read_objects"):
            patch.setattr(HubSpotApi, name, counting(getattr(HubSpotApi, name), asked))
        warehouse.load(sandbox)
        assert asked == [("list_objects", 50), ("list_objects", 50), ("list_objects", 20)]
        asked.clear()
        for company in companies[:60]:
            company.updated_at = facts.as_of
        companies[0].owner.set(facts.as_of, world.owners[-1].owner_id)
    with pytest.MonkeyPatch.context() as patch, SandboxServer(AS_OF, facts=facts) as sandbox:
        patch.setattr(HubSpotApi, "read_objects", counting(HubSpotApi.read_objects, asked))
        warehouse.load(sandbox)
    assert asked == [("read_objects", 50), ("read_objects", 11)], "the newest of before comes again"
    newest = "properties_with_history ->> '$.hubspot_owner_id[0].value'"
    [(owner,)] = warehouse.query(f"select {newest} from raw_hubspot.companies where id = '100000'")
    assert owner == str(world.owners[-1].owner_id)


def counting(method: Any, asked: list[tuple[str, int]]) -> Any:
    """`method`, which notes the length of every page it brings but empty ones."""

    def counted(*arguments: Any, **named: Any) -> Iterator[list[Any]]:
        for page in method(*arguments, **named):
            asked.extend([(method.__name__, len(page))] if page else [])
            yield page

    return counted


def test_more_equal_timestamps_than_a_search_can_count(world: Facts) -> None:
    """A bulk edit gives 10,300 companies one time; every one is found, once, past the ceiling of 10,000."""
    moment = datetime(2026, 11, 20, 12, tzinfo=UTC)
    template = replace(world.companies[0], archived_at=None, merged_into=None, updated_at=moment)
    companies = [replace(template, company_id=100_000 + number) for number in range(10_300)]
    facts = only_crm(world, companies=companies, people=[], deals=[], engagements=[])
    with SandboxServer(AS_OF, facts=facts) as sandbox:
        api = HubSpotApi(Settings(name="hubspot", **sandbox.overlay()["hubspot"]))
        pages = api.changed_objects("companies", "hs_lastmodifieddate", moment.replace(tzinfo=None), ["name"])
        found = [int(record["id"]) for page in pages for record in page]
    assert found == [company.company_id for company in companies]


def test_repeated_and_malformed_records(tmp_path: Path, world: Facts) -> None:
    small = first_companies(world, 8)
    with SandboxServer(AS_OF, facts=small, defects=["duplicates:hubspot"], page_cap=3) as sandbox:
        repeated = Warehouse(tmp_path / "repeated")
        repeated.load(sandbox)
        assert_holds(repeated, small)
    many = only_crm(world, engagements=world.engagements[:60])
    with SandboxServer(AS_OF, facts=many, defects=["malformed_rows:hubspot"]) as sandbox:
        malformed = Warehouse(tmp_path / "malformed")
        report = malformed.load(sandbox)
    assert report.quarantined > 0
    assert all(counts.received == counts.loaded + counts.quarantined for counts in report.tables.values())


def test_the_older_paths_answer_too(hubspot: SandboxServer) -> None:
    access = hubspot.overlay()["hubspot"]
    dated, older = (
        HubSpotApi(Settings(name="hubspot", api_version=version, **access)) for version in ("2026-09", "v3")
    )
    assert older.account() == dated.account()
    assert older.count_objects("deals") == dated.count_objects("deals")
    assert list(older.deal_pipelines()) == list(dated.deal_pipelines())
    assert list(older.owners(archived=True)) == list(dated.owners(archived=True))
    ids = [record["id"] for page in dated.list_objects("deals", ["dealname"], archived=False) for record in page][:5]
    assert older.associations("deals", "contacts", ids) == dated.associations("deals", "contacts", ids) != {}


def test_a_custom_property_under_another_name(hubspot: SandboxServer) -> None:
    settings = Settings(name="eu", **hubspot.overlay()["hubspot"], company_segment_property="industry")
    column = next(column for column in tables(settings)[0].columns if column.name == "segment")
    assert column.read({"properties": {"industry": "Retail", "segment": "smb"}}) == "Retail"
    assert "industry" in next(iter(streams(settings))).pages.args[2].properties  # type: ignore[attr-defined]


def test_check_names_the_account(hubspot: SandboxServer) -> None:
    (found,) = check(Settings(name="hubspot", **hubspot.overlay()["hubspot"]))
    assert found.ok and "USD" in found.text


def test_check_names_each_scope_that_the_token_lacks(vendor: Any) -> None:
    def refused(*scopes: str) -> Any:
        return 403, {}, {"status": "error", "errors": [{"context": {"requiredGranularScopes": scopes}}]}

    def answer(asked: str, number: int) -> Any:
        if "account-info" in asked:
            return 200, {}, {"portalId": 7, "companyCurrency": "EUR"}
        if "/deals?" in asked and "pipelines" not in asked:
            return refused("crm.objects.deals.read", "crm.objects.deals.write")
        if "/calls?" in asked:
            return refused("crm.objects.calls.read")
        return (403, {}, "") if "/emails?" in asked else (200, {}, {"results": []})

    first, *others = check(Settings(name="crm", base_url=vendor(answer), access_token="pat-secret-value"))  # type: ignore[arg-type]
    assert first.ok and "account 7" in first.text
    assert {finding.text for finding in others} == {
        "may not read deals: it lacks crm.objects.deals.read",
        "may not read calls: it lacks crm.objects.calls.read",
        "may not read emails: it lacks sales-email-read",
    }
    assert all(not finding.ok and "sources.crm" in finding.remedy for finding in others)


def test_a_wrong_token_names_the_setting_and_not_the_token(hubspot: SandboxServer) -> None:
    settings = Settings(
        name="northwind",
        base_url=hubspot.base_urls["hubspot"],
        access_token="pat-secret-value",  # type: ignore[arg-type]
    )
    with pytest.raises(CredentialsRejected) as refused:
        check(settings)
    told = f"{refused.value} {refused.value.remedy} {settings!r}"
    assert "sources.northwind" in told
    assert "pat-secret-value" not in told


def test_an_unreachable_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenacity.nap.time.sleep", lambda seconds: None)
    settings = Settings(name="hubspot", base_url="http://127.0.0.1:9", access_token="x")  # type: ignore[arg-type]
    with pytest.raises(HostUnreachable, match="hubspot"):
        check(settings)
