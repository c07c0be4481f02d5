"""Dynamics 365 as the sandbox serves it: what Microsoft documents of the Web API, and the facts in its columns."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any

import pytest
import requests

from ingestion.sandbox.facts import CURRENCY_EXPONENT, Facts, dynamics_id, view
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors import dynamics
from ingestion.sandbox.vendors.dynamics.tables import LABELS, LOOKUP_TABLE, TABLES
from ingestion.sandbox.world import simulate
from ingestion.sandbox.world.units import MIX

AS_OF, EARLIER = date(2024, 12, 31), date(2024, 12, 26)
Get = Callable[..., Any]


def company_at(day: date) -> Facts:
    return simulate(day, scale=0.2, mix=MIX)


@pytest.fixture(scope="module")
def world() -> Facts:
    """The polaris unit with one more account deleted, one merged away and a product taken off a deal."""
    facts = company_at(AS_OF)
    mine = view(facts, "dynamics")
    known = [one for one in mine.companies if one.account_created_at and one.account_created_at.date() < EARLIER]
    deleted, lost, survivor = known[:3]
    deleted.archived_at = lost.archived_at = facts.as_of.replace(hour=10)
    lost.merged_into = survivor.company_id
    return facts


class Client:
    """A caller with a token."""

    def __init__(self, server: SandboxServer) -> None:
        overlay = server.overlay()["dynamics"]
        self.root, self.overlay = f"{overlay['base_url']}/api/data/v9.2", overlay
        self.token = self.ask_token().json()["access_token"]

    def ask_token(self, **changes: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.overlay["client_id"],
            "client_secret": self.overlay["client_secret"],
            "scope": f"{self.overlay['base_url']}/.default",
            **changes,
        }
        tenant = self.overlay["tenant_id"]
        return requests.post(f"{self.overlay['base_url']}/{tenant}/oauth2/v2.0/token", data=form, timeout=10)

    def get(self, path: str, **headers: str) -> requests.Response:
        address = path if path.startswith("http") else f"{self.root}/{path}"
        return requests.get(address, headers={"Authorization": f"Bearer {self.token}", **headers}, timeout=10)

    def pages(self, path: str, prefer: str = "") -> list[dict[str, Any]]:
        bodies = [self.get(path, Prefer=prefer).json()]
        while "@odata.nextLink" in bodies[-1]:
            bodies.append(self.get(bodies[-1]["@odata.nextLink"], Prefer=prefer).json())
        return bodies

    def all(self, path: str, prefer: str = "") -> list[dict[str, Any]]:
        return [record for body in self.pages(path, prefer) for record in body["value"]]


@pytest.fixture(scope="module")
def client(world: Facts) -> Iterator[Client]:
    with SandboxServer(AS_OF, facts=world) as server:
        yield Client(server)


def test_only_who_holds_a_token_gets_an_answer(client: Client) -> None:
    refused = requests.get(f"{client.root}/accounts", headers={"Authorization": "Bearer none"}, timeout=10)
    assert refused.status_code == 401 and "Bearer" in refused.headers["WWW-Authenticate"]
    assert client.ask_token(client_secret="wrong").json()["error"] == "invalid_client"
    assert client.ask_token(grant_type="password").json()["error"] == "unsupported_grant_type"
    assert client.get("WhoAmI").json()["OrganizationId"] == dynamics_id("organization", 1)


@pytest.mark.parametrize("size", [1, 2, 5000])
def test_pages_of_any_size_hold_each_record_once(client: Client, size: int, world: Facts) -> None:
    bodies = client.pages("leads?$select=fullname", f"odata.maxpagesize={size}")
    ids = [record["leadid"] for body in bodies for record in body["value"]]
    assert sorted(ids) == sorted(dynamics_id("lead", lead.lead_id) for lead in view(world, "dynamics").leads)
    assert all(len(body["value"]) <= size for body in bodies)
    assert all(body["@odata.nextLink"].startswith(client.root) for body in bodies[:-1])
    assert "@odata.nextLink" not in bodies[-1]


def test_the_page_cap_makes_pages_smaller(world: Facts) -> None:
    with SandboxServer(AS_OF, facts=world, page_cap=3) as server:
        assert len(Client(server).get("leads").json()["value"]) == 3


def test_every_table_answers_with_every_column(client: Client) -> None:
    for name, table in TABLES.items():
        records = client.get(name).json()["value"]
        assert records, name
        for record in records:
            assert set(table.keys) <= set(record), name


def test_deals_are_as_the_facts_have_them(client: Client, world: Facts) -> None:
    found = {record["opportunityid"]: record for record in client.all("opportunities")}
    deals = [deal for deal in view(world, "dynamics").deals if deal.archived_at is None]
    assert len(found) == len(deals) > 5
    for deal in deals:
        record, currency = found[dynamics_id("opportunity", deal.deal_id)], deal.currency.current
        assert record["estimatedvalue"] == deal.amount.current / 10 ** CURRENCY_EXPONENT[currency]
        assert record["estimatedclosedate"] == deal.close_date.current.isoformat()
        assert record["statecode"] == {"closedwon": 1, "closedlost": 2}.get(deal.stage.current, 0)
        assert record["_parentaccountid_value"] == dynamics_id("account", deal.company_id)
        assert record["_ownerid_value"] == dynamics_id("user", deal.owner.current)
    lines: dict[str, float] = {}
    for line in client.all("opportunityproducts"):
        assert line["baseamount"] - line["manualdiscountamount"] == pytest.approx(line["extendedamount"])
        deal_id = line["_opportunityid_value"]
        lines[deal_id] = lines.get(deal_id, 0) + line["extendedamount"]
    assert {deal_id: pytest.approx(found[deal_id]["estimatedvalue"]) for deal_id in lines} == lines


def test_the_audit_log_tells_every_value_that_deals_and_buyers_had(client: Client, world: Facts) -> None:
    told: dict[tuple[str, str], list[tuple[str, str | None]]] = {}
    for entry in client.all("audits?$orderby=createdon asc", "odata.maxpagesize=50"):
        for change in json.loads(entry["changedata"])["changedAttributes"]:
            values = told.setdefault((entry["_objectid_value"], change["logicalName"]), [])
            assert change["oldValue"] == (values[-1][1] if values else None)
            values.append((entry["createdon"], change["newValue"]))
    for deal in view(world, "dynamics").deals:
        record = dynamics_id("opportunity", deal.deal_id)
        owners = [value for _, value in told[record, "ownerid"]]
        assert owners == [f"systemuser,{dynamics_id('user', owner)}" for owner in dict(deal.owner).values()]
        dates = [value for _, value in told[record, "estimatedclosedate"]]
        assert dates == [day.strftime("%m/%d/%Y 00:00:00") for day in dict(deal.close_date).values()]
    mine = view(world, "dynamics")
    changed = 0
    for kind, number, owner, since in [
        *(("account", company.company_id, company.owner, company.account_created_at) for company in mine.companies),
        *(("contact", person.person_id, person.owner, person.contact_created_at) for person in mine.people),
    ]:
        owners = [value for _, value in told.pop((dynamics_id(kind, number), "ownerid"), [])]
        known = {max(at, since): one for at, one in owner} if since else {}
        assert owners == [f"systemuser,{dynamics_id('user', one)}" for one in known.values()]
        changed += len(known) > 1
    assert changed


def test_activities_before_conversion_stay_on_the_lead(client: Client, world: Facts) -> None:
    mine = view(world, "dynamics")
    converted = {lead.person_id: lead for lead in mine.leads if lead.converted_at}
    early = [
        item
        for item in mine.engagements
        if item.person_id in converted
        and converted[item.person_id].created_at <= item.at < converted[item.person_id].converted_at
        and item.kind == "calls"
        and item.archived_at is None
    ]
    calls = {
        record["activityid"]: record
        for record in client.all(
            "phonecalls?$expand=phonecall_activity_parties", f'odata.include-annotations="{LOOKUP_TABLE}"'
        )
    }
    assert early
    for item in early:
        call = calls[dynamics_id("engagement", item.engagement_id)]
        lead = dynamics_id("lead", converted[item.person_id].lead_id)
        assert call["_regardingobjectid_value"] == lead
        assert call[f"_regardingobjectid_value@{LOOKUP_TABLE}"] == "lead"
        assert lead in {party["_partyid_value"] for party in call["phonecall_activity_parties"]}


def test_a_merge_leaves_the_record_and_a_deletion_does_not(client: Client, world: Facts) -> None:
    merged = [one for one in view(world, "dynamics").companies if one.merged_into and one.account_created_at]
    deleted = [one for one in view(world, "dynamics").companies if one.archived_at and not one.merged_into]
    accounts = {record["accountid"]: record for record in client.all("accounts")}
    for company in merged:
        record = accounts[dynamics_id("account", company.company_id)]
        assert (record["merged"], record["statecode"]) == (True, 1)
        assert record["_masterid_value"] == dynamics_id("account", company.merged_into or 0)
    assert merged and deleted
    for company in deleted:
        assert dynamics_id("account", company.company_id) not in accounts


def test_a_delta_tells_what_changed_and_what_is_gone(client: Client, world: Facts) -> None:
    with SandboxServer(EARLIER, facts=company_at(EARLIER)) as server:
        before = Client(server)
        bodies = before.pages("accounts?$select=name", "odata.track-changes,odata.maxpagesize=2")
        known = {record["accountid"] for body in bodies for record in body["value"]}
        link = bodies[-1]["@odata.deltaLink"].replace(before.root, client.root)
        assert all("@odata.deltaLink" not in body for body in bodies[:-1])
    changes = client.pages(link, "odata.maxpagesize=1")
    gone = {record["id"] for body in changes for record in body["value"] if "reason" in record}
    live = {record["accountid"] for body in changes for record in body["value"] if "reason" not in record}
    now = {record["accountid"] for record in client.all("accounts?$select=name")}
    assert (known | live) - gone == now
    assert len(gone) == 1 and len(live) < len(now)
    assert changes[0]["@odata.context"].endswith("#accounts(name)/$delta")
    assert client.get(changes[-1]["@odata.deltaLink"]).json()["value"] == []


def test_an_old_delta_link_has_expired(client: Client) -> None:
    old = int(datetime(2024, 6, 1).timestamp())
    answer = client.get(f"accounts?$deltatoken={old}!06/01/2024 00:00:00")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "0x80044352")


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("numberofemployees gt 50 and numberofemployees le 900", lambda r: 50 < r["numberofemployees"] <= 900),
        ("statecode eq 1 or contains(name,'o')", lambda r: r["statecode"] == 1 or "o" in r["name"].lower()),
        ("not startswith(name,'b')", lambda r: not r["name"].lower().startswith("b")),
        ("revenue ne null", lambda r: False),
        ("modifiedon ge 2024-06-01T00:00:00Z", lambda r: r["modifiedon"] >= "2024-06-01"),
        ("createdon lt 2024-06-01", lambda r: r["createdon"] < "2024-06-01"),
        ("merged eq true", lambda r: r["merged"]),
        (
            "Microsoft.Dynamics.CRM.In(PropertyName='new_segment',PropertyValues=['smb','enterprise'])",
            lambda r: r["new_segment"] in ("smb", "enterprise"),
        ),
    ],
)
def test_filters(client: Client, condition: str, holds: Callable[[dict[str, Any]], bool]) -> None:
    everything = client.all("accounts")
    found = client.all(f"accounts?$filter={condition}&$select=accountid")
    assert {r["accountid"] for r in found} == {r["accountid"] for r in everything if holds(r)}


def test_order_and_top_and_count(client: Client) -> None:
    body = client.get("accounts?$orderby=numberofemployees desc,name&$top=4&$count=true").json()
    counts = [record["numberofemployees"] for record in body["value"]]
    assert counts == sorted(counts, reverse=True) and len(counts) == 4
    total = len(client.all("accounts"))
    assert client.get("accounts/$count").text == str(total)
    counted = client.get("RetrieveTotalRecordCount(EntityNames=['account'])").json()
    assert counted["EntityRecordCountCollection"]["Values"] == [total]


def test_labels_come_on_request_and_from_metadata(client: Client) -> None:
    plain = client.get("opportunities?$top=1").json()["value"][0]
    assert not any("@" in name for name in plain if name != "@odata.etag")
    record = client.get("opportunities?$top=1", Prefer='odata.include-annotations="*"').json()["value"][0]
    path = "EntityDefinitions(LogicalName='opportunity')/Attributes/Microsoft.Dynamics.CRM.StateAttributeMetadata"
    (state,) = client.get(f"{path}?$select=LogicalName&$expand=OptionSet").json()["value"]
    labels = {one["Value"]: one["Label"]["UserLocalizedLabel"]["Label"] for one in state["OptionSet"]["Options"]}
    assert record[f"statecode@{LABELS}"] == labels[record["statecode"]]
    assert record[f"_ownerid_value@{LOOKUP_TABLE}"] == "systemuser"
    mapped = client.all("stringmaps?$filter=objecttypecode eq 'opportunity' and attributename eq 'statecode'")
    assert {one["attributevalue"]: one["value"] for one in mapped} == labels


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("accounts?$skip=1", 400, "0x80060888"),
        ("accounts?$filter=foo eq 1", 400, "0x80060888"),
        ("accounts?$filter=name eq", 400, "0x80060888"),
        ("accounts?$select=foo", 400, "0x80060888"),
        ("accounts?$skiptoken=nonsense", 400, "0x80041129"),
        ("widgets", 404, "0x8006088a"),
        ("accounts(00000000-0000-0000-0000-000000000000)", 404, "0x80040217"),
    ],
)
def test_refusals_read_as_the_vendors(client: Client, path: str, status: int, code: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_change_tracking_admits_no_filter(client: Client) -> None:
    answer = client.get("accounts?$filter=statecode eq 0", Prefer="odata.track-changes")
    assert answer.status_code == 400
    assert client.get("audits", Prefer="odata.track-changes").status_code == 400


def test_a_service_protection_limit_says_how_long_to_wait(world: Facts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamics.api, "REQUESTS", 2)
    with SandboxServer(AS_OF, facts=world, window_scale=1.0) as server:
        impatient = Client(server)
        answers = [impatient.get("WhoAmI") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert answers[-1].json()["error"]["code"] == "0x80072322"
