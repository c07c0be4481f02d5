"""Microsoft's own client pages through the sandbox and sees the records that the facts and our raw tables hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest
import requests

from ingestion.registry import REGISTRY
from ingestion.sandbox.facts import Facts, dynamics_id, view
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import simulate
from ingestion.sandbox.world.units import MIX
from tests.clients.conftest import Redirected
from tests.ingestion.sources.conftest import Warehouse

AS_OF = date(2024, 6, 30)
ORGANISATION = "https://polaris.crm.example"
"""The client speaks to nothing but HTTPS."""


class Credential:
    """A token of the sandbox's own endpoint, as azure-identity would fetch it from Entra."""

    def __init__(self, settings: dict[str, str], token: Callable[[str, int], Any]) -> None:
        self._settings, self._token = settings, token

    def get_token(self, *scopes: str, **kwargs: Any) -> Any:
        form = {name: self._settings[name] for name in ("client_id", "client_secret")}
        form |= {"grant_type": "client_credentials", "scope": scopes[0]}
        address = f"{self._settings['base_url']}/{self._settings['tenant_id']}/oauth2/v2.0/token"
        answer = requests.post(address, data=form, timeout=10).json()
        return self._token(answer["access_token"], answer["expires_in"])


@pytest.fixture(scope="module")
def facts() -> Facts:
    return simulate(AS_OF, scale=0.2, mix=MIX)


@pytest.fixture(scope="module")
def world(facts: Facts) -> Facts:
    return view(facts, "dynamics")


@pytest.fixture(scope="module")
def sandbox(facts: Facts) -> Iterator[SandboxServer]:
    with SandboxServer(AS_OF, facts=facts) as server:
        yield server


@pytest.fixture(scope="module")
def raw(sandbox: SandboxServer, tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """What our connector made of the same sandbox."""
    warehouse = Warehouse("dynamics", tmp_path_factory.mktemp("dynamics"))
    warehouse.load(sandbox)
    return warehouse


@pytest.fixture(scope="module")
def client(sdk: Callable[[str], Any], sandbox: SandboxServer) -> Iterator[Any]:
    settings = sandbox.overlay()["dynamics"]
    credential = Credential(settings, sdk("azure.core.credentials").AccessToken)
    with sdk("PowerPlatform.Dataverse.client").DataverseClient(ORGANISATION, credential) as client:
        client._session.mount(ORGANISATION, Redirected(ORGANISATION, settings["base_url"]))
        yield client


def ids(client: Any, table: str, **query: Any) -> list[str]:
    """The ids of all pages; the client asks the metadata for the name of the set and of the key."""
    key = "activityid" if table in ("phonecall", "email", "appointment", "task") else f"{table}id"
    pages = client.records.list_pages(table, page_size=3, select=[key], **query)
    return sorted(record[key] for page in pages for record in page)


def test_the_client_sees_every_record(client: Any, world: Facts) -> None:
    living = [deal for deal in world.deals if deal.archived_at is None]
    assert ids(client, "opportunity") == sorted(dynamics_id("opportunity", deal.deal_id) for deal in living)
    accounts = [one for one in world.companies if one.account_created_at and (not one.archived_at or one.merged_into)]
    assert ids(client, "account") == sorted(dynamics_id("account", one.company_id) for one in accounts)
    assert ids(client, "lead") == sorted(dynamics_id("lead", lead.lead_id) for lead in world.leads)
    calls = [item for item in world.engagements if item.kind == "calls" and item.archived_at is None]
    assert ids(client, "phonecall") == sorted(dynamics_id("engagement", call.engagement_id) for call in calls)
    assert ids(client, "systemuser") == sorted(dynamics_id("user", owner.owner_id) for owner in world.owners)


def test_the_client_filters_and_reads_metadata(client: Any, world: Facts) -> None:
    won = [deal for deal in world.deals if deal.archived_at is None and deal.stage.current == "closedwon"]
    found = ids(client, "opportunity", filter="statecode eq 1")
    assert found == sorted(dynamics_id("opportunity", deal.deal_id) for deal in won)
    described = client.tables.get("account")
    assert described["entity_set_name"] == "accounts"
    columns = client.tables.list_columns("opportunity", select=["LogicalName", "AttributeType"])
    assert {"estimatedvalue": "Money", "ownerid": "Owner"}.items() <= {
        column["LogicalName"]: column["AttributeType"] for column in columns
    }.items()


@pytest.mark.parametrize(
    ("table", "raw_table"),
    [
        ("account", "accounts"),
        ("contact", "contacts"),
        ("lead", "leads"),
        ("opportunity", "opportunities"),
        ("opportunityproduct", "opportunityproducts"),
        ("phonecall", "phonecalls"),
        ("goal", "goals"),
    ],
)
def test_the_client_sees_what_the_raw_tables_hold(client: Any, raw: Warehouse, table: str, raw_table: str) -> None:
    (key,) = next(one.key for one in REGISTRY["dynamics"].connector.tables(None) if one.name == raw_table)
    seen = ids(client, table)
    assert seen == raw.column(raw_table, key) and seen
