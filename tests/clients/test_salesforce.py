"""simple-salesforce pages through the sandbox and sees the ids that the facts and our raw tables hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests

from ingestion.sandbox.facts import Facts, salesforce_id, view
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import simulate
from tests.clients.conftest import AS_OF, Redirected
from tests.ingestion.sources.conftest import Warehouse

INSTANCE = "https://meridian.my.salesforce.com"


@pytest.fixture(scope="module")
def world() -> Facts:
    return simulate(AS_OF, scale=0.05, mix={"hubspot": 0, "salesforce": 100})


@pytest.fixture(scope="module")
def served(world: Facts) -> Iterator[SandboxServer]:
    with SandboxServer(AS_OF, facts=world, window_scale=0.001, page_cap=5) as server:
        yield server


@pytest.fixture(scope="module")
def client(served: SandboxServer, sdk: Callable[[str], Any]) -> Any:
    """Logged in as a connected app is, with a session of the token endpoint."""
    access = served.overlay()["salesforce"]
    session = requests.Session()
    session.mount(INSTANCE, Redirected(INSTANCE, access["base_url"]))
    form = {name: access[name] for name in ("client_id", "client_secret")}
    token = session.post(f"{INSTANCE}/services/oauth2/token", {**form, "grant_type": "client_credentials"}, timeout=10)
    given = token.json()
    return sdk("simple_salesforce").Salesforce(
        instance_url=given["instance_url"], session_id=given["access_token"], session=session, version="64.0"
    )


@pytest.fixture(scope="module")
def raw(served: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    warehouse = Warehouse("salesforce", tmp_path_factory.mktemp("salesforce"))
    warehouse.load(served)
    return warehouse


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("Account", "accounts"),
        ("Contact", "contacts"),
        ("Lead", "leads"),
        ("Opportunity", "opportunities"),
        ("OpportunityLineItem", "opportunity_line_items"),
        ("OpportunityHistory", "opportunity_history"),
        ("Campaign", "campaigns"),
        ("CampaignMember", "campaign_members"),
        ("Task", "tasks"),
        ("Event", "events"),
        ("User", "users"),
        ("ForecastingQuota", "forecasting_quotas"),
    ],
)
def test_the_client_sees_what_the_raw_tables_hold(client: Any, raw: Warehouse, name: str, table: str) -> None:
    living = client.query_all(f"SELECT Id FROM {name} ORDER BY Id")
    assert living["totalSize"] > 0
    seen = [record["Id"] for record in living["records"]]
    assert seen == sorted({row for (row,) in raw.query(f"select id from raw.{table} where not _is_deleted")})
    whole = [record["Id"] for record in client.query_all_iter(f"SELECT Id FROM {name}", include_deleted=True)]
    assert sorted(whole) == raw.column(table, "id")


def test_the_client_goes_on_from_page_to_page_and_asks_for_parents(client: Any, world: Facts) -> None:
    first = client.query("SELECT Id, Account.Name, Owner.Name FROM Opportunity")
    assert not first["done"]
    second = client.query_more(first["nextRecordsUrl"], identifier_is_url=True)
    assert second["records"][0]["Id"] > first["records"][-1]["Id"]
    names = {
        salesforce_id("account", company.company_id): company.name for company in view(world, "salesforce").companies
    }
    for record in client.query_all("SELECT AccountId, Account.Name FROM Opportunity")["records"]:
        assert record["Account"]["Name"] == names[record["AccountId"]]


def test_the_client_reads_descriptions_single_records_and_limits(client: Any) -> None:
    fields = {field["name"]: field for field in client.Opportunity.describe()["fields"]}
    assert fields["OwnerId"]["referenceTo"] == ["User"]
    known = client.query("SELECT Id, Name FROM Opportunity LIMIT 1")["records"][0]
    assert client.Opportunity.get(known["Id"])["Name"] == known["Name"]
    assert {one["name"] for one in client.describe()["sobjects"]} > {"Account", "Opportunity"}
    assert client.limits()["DailyApiRequests"]["Max"] == 100_000


def test_the_client_knows_our_errors(client: Any, sdk: Callable[[str], Any]) -> None:
    problems = sdk("simple_salesforce.exceptions")
    with pytest.raises(problems.SalesforceMalformedRequest, match="INVALID_FIELD"):
        client.query("SELECT Nothing FROM Account")
    stranger = sdk("simple_salesforce").Salesforce(instance_url=INSTANCE, session_id="none", session=client.session)
    with pytest.raises(problems.SalesforceExpiredSession, match="INVALID_SESSION_ID"):
        stranger.query("SELECT Id FROM Account")
