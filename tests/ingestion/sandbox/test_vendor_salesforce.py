"""Salesforce as the sandbox serves it: what Salesforce documents of the REST API, and the facts in its fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import requests

from ingestion.sandbox.facts import CURRENCY_EXPONENT, DEAL_STAGES, Facts, History, salesforce_id, view
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors.salesforce.api import REFRESH_TOKEN, USER
from ingestion.sandbox.vendors.salesforce.errors import SalesforceError
from ingestion.sandbox.vendors.salesforce.objects import SOBJECTS
from ingestion.sandbox.vendors.salesforce.soql import Combination, Comparison, Literal, Order, parse
from ingestion.sandbox.world import simulate

AS_OF, EARLIER = date(2024, 12, 31), date(2024, 11, 30)
MIX = {"hubspot": 0, "salesforce": 100}
LABELS = {stage: label for stage, label, _ in DEAL_STAGES}


def company_at(day: date) -> Facts:
    return simulate(day, scale=0.1, mix=MIX)


@pytest.fixture(scope="module")
def world() -> Facts:
    """The meridian unit with one account deleted and one merged away."""
    facts = company_at(AS_OF)
    deleted, lost, survivor = [one for one in facts.companies if one.account_created_at and not one.archived_at][:3]
    deleted.archived_at = lost.archived_at = facts.as_of.replace(hour=10)
    lost.merged_into = survivor.company_id
    return facts


class Client:
    """A caller with a session."""

    def __init__(self, server: SandboxServer, version: str = "64.0") -> None:
        self.access = server.overlay()["salesforce"]
        self.root = f"{self.access['base_url']}/services/data/v{version}"
        self.session = self.token(grant_type="client_credentials").json()["access_token"]

    def token(self, **form: str) -> requests.Response:
        known = {name: self.access[name] for name in ("client_id", "client_secret")}
        return requests.post(f"{self.access['base_url']}/services/oauth2/token", data={**known, **form}, timeout=10)

    def get(self, path: str, params: dict[str, str] | None = None, **headers: str) -> requests.Response:
        known = {"Authorization": f"Bearer {self.session}", **headers}
        return requests.get(f"{self.root}/{path}", params=params, headers=known, timeout=10)

    def query(self, soql: str, kind: str = "query", **headers: str) -> dict[str, Any]:
        answer = self.get(kind, {"q": soql}, **headers)
        assert answer.status_code == 200, answer.text
        return answer.json()  # type: ignore[no-any-return]

    def records(self, soql: str, kind: str = "query") -> list[dict[str, Any]]:
        """The records of every page."""
        body = self.query(soql, kind)
        found = list(body["records"])
        while not body["done"]:
            headers = {"Authorization": f"Bearer {self.session}"}
            body = requests.get(self.access["base_url"] + body["nextRecordsUrl"], headers=headers, timeout=10).json()
            found += body["records"]
        return found

    def ids(self, soql: str, kind: str = "query") -> list[str]:
        return [record["Id"] for record in self.records(soql, kind)]

    def error(self, soql: str) -> str:
        answer = self.get("query", {"q": soql})
        assert answer.status_code == 400
        return str(answer.json()[0]["errorCode"])


@pytest.fixture(scope="module")
def server(world: Facts) -> Iterator[SandboxServer]:
    with SandboxServer(AS_OF, facts=world) as running:
        yield running


@pytest.fixture(scope="module")
def client(server: SandboxServer) -> Client:
    return Client(server)


def test_sessions_are_for_those_who_may(client: Client) -> None:
    assert client.token(grant_type="refresh_token", refresh_token=REFRESH_TOKEN).status_code == 200
    assert client.token(grant_type="password", **USER).status_code == 200
    for form, error in (
        ({"grant_type": "client_credentials", "client_secret": "no"}, "invalid_client"),
        ({"grant_type": "client_credentials", "client_id": "no"}, "invalid_client_id"),
        ({"grant_type": "refresh_token", "refresh_token": "no"}, "invalid_grant"),
        ({"grant_type": "password", "username": "no", "password": "no"}, "invalid_grant"),
        ({"grant_type": "device"}, "unsupported_grant_type"),
    ):
        refused = client.token(**form)
        assert (refused.status_code, refused.json()["error"]) == (400, error)
    stranger = client.get("limits", Authorization="Bearer none")
    assert (stranger.status_code, stranger.json()[0]["errorCode"]) == (401, "INVALID_SESSION_ID")


def test_versions_limits_and_what_is_not_there(client: Client) -> None:
    versions = requests.get(f"{client.access['base_url']}/services/data", timeout=10).json()
    assert versions[0]["version"] == "59.0"
    before = client.get("limits").json()["DailyApiRequests"]
    after = client.get("limits")
    assert after.json()["DailyApiRequests"]["Remaining"] == before["Remaining"] - 1
    assert after.headers["Sforce-Limit-Info"].endswith("/100000")
    assert client.get("sobjects/Nothing/describe").json()[0]["errorCode"] == "NOT_FOUND"
    too_long = client.get("query", {"q": f"select Id from Account where Name = '{'x' * 17_000}'"})
    assert too_long.status_code == 414


def test_the_daily_limit_is_refused_as_salesforce_does(world: Facts) -> None:
    with SandboxServer(AS_OF, facts=world) as server:
        caller = Client(server)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("ingestion.sandbox.vendors.salesforce.api.RateLimit.admit", lambda self: 1.0)
            refused = caller.get("limits")
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (403, "REQUEST_LIMIT_EXCEEDED")


@pytest.mark.parametrize("name", sorted(SOBJECTS))
def test_every_object_answers_with_the_fields_it_describes(client: Client, name: str) -> None:
    described = client.get(f"sobjects/{name}/describe").json()
    fields = [field["name"] for field in described["fields"]]
    body = client.query(f"select {', '.join(fields)} from {name} limit 3")
    assert body["records"], "an object that the company never fills proves nothing"
    for record in body["records"]:
        assert set(record) == {"attributes", *fields}
        assert len(record["Id"]) == 18
        assert record["Id"].startswith(described["keyPrefix"])
        single = client.get(f"sobjects/{name}/{record['Id']}").json()
        assert single == record


def test_deals_are_the_facts_in_their_fields(client: Client, world: Facts) -> None:
    mine = view(world, "salesforce")
    fields = "Id, AccountId, OwnerId, StageName, Amount, CurrencyIsoCode, CloseDate, IsWon, CreatedDate"
    found = {record.pop("Id"): record for record in client.records(f"select {fields} from Opportunity")}
    living = [deal for deal in mine.deals if not deal.archived_at]
    assert len(living) > 20
    for deal in living:
        record = found.pop(salesforce_id("opportunity", deal.deal_id))
        del record["attributes"]
        currency = deal.currency.current
        assert record == {
            "AccountId": salesforce_id("account", deal.company_id),
            "OwnerId": salesforce_id("user", deal.owner.current),
            "StageName": LABELS[deal.stage.current],
            "Amount": deal.amount.current / 10 ** CURRENCY_EXPONENT[currency],
            "CurrencyIsoCode": currency,
            "CloseDate": deal.close_date.current.isoformat(),
            "IsWon": deal.stage.current == "closedwon",
            "CreatedDate": deal.created_at.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        }
    assert found == {}


def test_history_tells_every_value_a_deal_had(client: Client, world: Facts) -> None:
    deals = {salesforce_id("opportunity", deal.deal_id): deal for deal in view(world, "salesforce").deals}
    rows = client.records(
        "select OpportunityId, StageName, CreatedDate from OpportunityHistory order by CreatedDate, Id"
    )
    stages: dict[str, list[str]] = {}
    for row in rows:
        told = stages.setdefault(row["OpportunityId"], [])
        if told[-1:] != [row["StageName"]]:
            told.append(row["StageName"])
    living = {number: deal for number, deal in deals.items() if not deal.archived_at}
    assert stages == {number: [LABELS[s] for s in dict(deal.stage).values()] for number, deal in living.items()}
    owners = client.records(
        "select OpportunityId, OldValue, NewValue, DataType from OpportunityFieldHistory where Field = 'Owner'"
    )
    by_id = Counter(row["OpportunityId"] for row in owners if row["DataType"] == "EntityId")
    assert by_id == Counter({number: len(deal.owner) - 1 for number, deal in living.items() if len(deal.owner) > 1})
    assert len(owners) == 2 * sum(by_id.values()) > 0


@pytest.mark.parametrize("kind", ["account", "contact", "lead"])
def test_history_tells_every_owner_a_buyer_had(client: Client, world: Facts, kind: str) -> None:
    mine = view(world, "salesforce")
    known: dict[str, list[tuple[int, History[int], datetime | None, datetime | None]]] = {
        "account": [(c.company_id, c.owner, c.account_created_at, c.archived_at) for c in mine.companies],
        "contact": [(p.person_id, p.owner, p.contact_created_at, p.archived_at) for p in mine.people],
        "lead": [(one.lead_id, one.owner, one.created_at, one.archived_at) for one in mine.leads],
    }
    expected: dict[str, list[int]] = {}
    for number, owner, since, gone_at in known[kind]:
        if since is not None and gone_at is None:
            values = {max(at, since): value for at, value in owner}
            expected[salesforce_id(kind, number)] = list(values.values())
    parent, name = f"{kind.capitalize()}Id", f"{kind.capitalize()}History"
    rows = client.records(
        f"select {parent}, DataType, OldValue, NewValue from {name} where Field = 'Owner' order by CreatedDate, Id"
    )
    told: dict[str, list[int]] = {record: owners[:1] for record, owners in expected.items()}
    users = {salesforce_id("user", owner.owner_id): owner.owner_id for owner in mine.owners}
    for row in rows[1::2]:
        assert row["DataType"] == "EntityId"
        assert users[row["OldValue"]] == told[row[parent]][-1]
        told[row[parent]].append(users[row["NewValue"]])
    assert told == expected
    names = {owner.owner_id: f"{owner.first_name} {owner.last_name}" for owner in mine.owners}
    for text, ids in zip(rows[::2], rows[1::2], strict=True):
        assert text["DataType"] == "Text"
        assert (text["OldValue"], text["NewValue"]) == (names[users[ids["OldValue"]]], names[users[ids["NewValue"]]])
    assert any(len(owners) > 1 for owners in expected.values())


def test_leads_become_accounts_contacts_and_deals(client: Client, world: Facts) -> None:
    found = client.records(
        "select Id, Status, ConvertedDate, ConvertedAccountId, ConvertedContactId, ConvertedOpportunityId from Lead "
        "where IsConverted = true"
    )
    converted = {
        salesforce_id("lead", lead.lead_id): lead for lead in world.leads if lead.converted_at and not lead.archived_at
    }
    assert {record["Id"] for record in found} == set(converted) != set()
    accounts, contacts = (
        set(client.ids("select Id from Account", "queryAll")),
        set(client.ids("select Id from Contact", "queryAll")),
    )
    for record in found:
        lead = converted[record["Id"]]
        assert lead.converted_at
        assert record["ConvertedDate"] == lead.converted_at.date().isoformat()
        assert record["ConvertedAccountId"] in accounts
        assert record["ConvertedContactId"] in contacts
        assert record["Status"] == "Closed - Converted"


def test_deleted_and_merged_records_are_in_query_all_only(client: Client, world: Facts) -> None:
    known = set(client.ids("select Id from Account"))
    gone = client.records("select Id, MasterRecordId, SystemModstamp from Account where IsDeleted = true", "queryAll")
    expected = {
        salesforce_id("account", one.company_id): one.merged_into and salesforce_id("account", one.merged_into)
        for one in world.companies
        if one.archived_at and one.account_created_at
    }
    assert {record["Id"]: record["MasterRecordId"] for record in gone} == expected
    assert any(expected.values())
    assert not known & set(expected)
    assert client.ids("select Id from Account where IsDeleted = true") == []
    assert set(client.ids("select Id from Account", "queryAll")) == known | set(expected)
    moved = [record["SystemModstamp"] for record in gone if record["SystemModstamp"].startswith("2024-12-31T10:")]
    assert len(moved) == 2


def test_forecasts_as_they_stand_and_as_they_were_submitted(client: Client, world: Facts) -> None:
    said = view(world, "salesforce").forecast_submissions
    items = client.records("select Amount, ForecastingSubmission.SubmissionDateTime from ForecastingSubmissionItem")
    assert Counter((row["Amount"], row["ForecastingSubmission"]["SubmissionDateTime"]) for row in items) == Counter(
        (item.amount / 100, item.submitted_at.strftime("%Y-%m-%dT%H:%M:%S.000+0000")) for item in said
    )
    newest = client.records("select Id from ForecastingSubmission where IsLatest = true")
    assert len(newest) == len({(item.owner_id, item.period_start) for item in said})
    older = Client.__new__(Client)
    older.access, older.session = client.access, client.session
    older.root = client.root.replace("v64.0", "v61.0")
    assert older.error("select Id from ForecastingSubmission") == "INVALID_TYPE"


def test_pages_follow_a_locator_until_it_is_done(world: Facts) -> None:
    with SandboxServer(AS_OF, facts=world, page_cap=7) as server:
        caller = Client(server)
        whole = caller.ids("select Id from Task order by SystemModstamp, Id")
        assert len(whole) == len(set(whole)) == caller.query("select count() from Task")["totalSize"] > 7
        first = caller.query("select Id from Task")
        assert (len(first["records"]), first["totalSize"], first["done"]) == (7, len(whole), False)
        # A user has ten locators; the eleventh takes the place of the oldest.
        for _ in range(10):
            caller.query("select Id from Contact")
        locator = first["nextRecordsUrl"].rpartition("/")[2]
        lost = caller.get(f"query/{locator}")
        assert (lost.status_code, lost.json()[0]["errorCode"]) == (400, "INVALID_QUERY_LOCATOR")


def test_a_batch_size_is_at_least_two_hundred(client: Client) -> None:
    body = client.query("select Id from DatedConversionRate", **{"Sforce-Query-Options": "batchSize=1"})
    assert len(body["records"]) == 200


def test_growing_with_the_world_keeps_ids(client: Client) -> None:
    with SandboxServer(EARLIER, facts=company_at(EARLIER)) as server:
        earlier = Client(server)
        for name in ("OpportunityHistory", "OpportunityFieldHistory", "OpportunityLineItem", "ForecastingItem"):
            before = set(earlier.ids(f"select Id from {name}", "queryAll"))
            assert before
            assert before <= set(client.ids(f"select Id from {name}", "queryAll")), name


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("Amount >= 5000", lambda r: (r["Amount"] or 0) >= 5000),
        ("not Amount >= 5000", lambda r: not (r["Amount"] or 0) >= 5000),
        ("StageName = 'closed WON'", lambda r: r["StageName"] == "Closed won"),
        ("StageName != 'Closed won'", lambda r: r["StageName"] != "Closed won"),
        ("StageName like 'closed%'", lambda r: r["StageName"].startswith("Closed")),
        ("StageName in ('Closed won', 'Contract sent')", lambda r: r["StageName"] in ("Closed won", "Contract sent")),
        ("StageName not in ('Closed won')", lambda r: r["StageName"] != "Closed won"),
        ("CampaignId = null", lambda r: r["CampaignId"] is None),
        ("CampaignId != null", lambda r: r["CampaignId"] is not None),
        ("CloseDate < 2024-06-30", lambda r: r["CloseDate"] < "2024-06-30"),
        ("CreatedDate > 2024-01-01T00:00:00+01:00", lambda r: r["CreatedDate"] > "2023-12-31T23:00:00"),
        ("IsWon = true and (Amount < 3000 or Amount > 9000)", lambda r: r["IsWon"] and not 3000 <= r["Amount"] <= 9000),
        (
            "Owner.Name like '%a%' and IsClosed = false",
            lambda r: "a" in r["Owner"]["Name"].lower() and not r["IsClosed"],
        ),
    ],
)
def test_conditions_hold(client: Client, condition: str, holds: Any) -> None:
    fields = "Id, Amount, StageName, CampaignId, CloseDate, CreatedDate, IsWon, IsClosed, Owner.Name"
    every = client.records(f"select {fields} from Opportunity")
    found = client.ids(f"select Id from Opportunity where {condition}")
    assert found == [record["Id"] for record in every if holds(record)]
    assert 0 < len(found) < len(every)


def test_ids_match_by_fifteen_characters_and_their_case(client: Client) -> None:
    known = client.ids("select Id from Account")[0]
    assert client.ids(f"select Id from Account where Id = '{known[:15]}'") == [known]
    assert client.ids(f"select Id from Account where Id = '{known[:14]}~'") == []


def test_orders_of_several_fields_with_nulls_where_they_are_wanted(client: Client) -> None:
    fields = "select Id, CampaignId, CloseDate from Opportunity"
    rows = client.records(f"{fields} order by CampaignId desc nulls last, CloseDate asc, Id")
    key = [(row["CampaignId"] is None, row["CampaignId"] or "", row["CloseDate"]) for row in rows]
    assert [part[0] for part in key] == sorted(part[0] for part in key)
    for campaign in {part[1] for part in key}:
        days = [part[2] for part in key if part[1] == campaign]
        assert days == sorted(days)
    assert client.records(f"{fields} order by CampaignId limit 1")[0]["CampaignId"] is None
    every = client.ids(f"{fields} order by Id")
    assert client.ids(f"{fields} where Id > '{every[4]}' order by Id") == every[5:]
    assert client.ids(f"{fields} order by Id limit 2 offset 1") == client.ids(f"{fields} order by Id")[1:3]


def test_counts(client: Client) -> None:
    total = client.query("SELECT COUNT() FROM Opportunity")
    assert (total["records"], total["done"]) == ([], True)
    (row,) = client.query("select count(CampaignId) from Opportunity")["records"]
    assert row["expr0"] == len(client.ids("select Id from Opportunity where CampaignId != null")) < total["totalSize"]


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("select from Account", "MALFORMED_QUERY"),
        ("select Id from Account where", "MALFORMED_QUERY"),
        ("select Id from Account where Name ~ 'x'", "MALFORMED_QUERY"),
        ("select Id from Account where Name = 'a' and Name = 'b' or Name = 'c'", "MALFORMED_QUERY"),
        ("select Id from Account limit ten", "MALFORMED_QUERY"),
        ("select Id from Account trailing", "MALFORMED_QUERY"),
        ("select Id from Account where NumberOfEmployees like '1%'", "INVALID_FIELD"),
        ("select Nothing from Account", "INVALID_FIELD"),
        ("select Owner.Nothing from Account", "INVALID_FIELD"),
        ("select Nobody.Name from Account", "INVALID_FIELD"),
        ("select Id from Account order by Nothing", "INVALID_FIELD"),
        ("select Id from Account where CreatedDate > '2024-01-01T00:00:00Z'", "INVALID_FIELD"),
        ("select Id from Account where CreatedDate > 2024-01-01", "INVALID_FIELD"),
        ("select Id from Account where Name = 5", "INVALID_FIELD"),
        ("select Id from Nothing", "INVALID_TYPE"),
    ],
)
def test_what_is_no_query_is_refused(client: Client, soql: str, code: str) -> None:
    assert client.error(soql) == code


def test_text_becomes_a_query() -> None:
    query = parse(
        "SELECT Id, Owner.Name FROM Account WHERE (Name = 'O\\'Neil' OR NOT Name LIKE 'a%') AND CreatedDate >= "
        "2024-01-01T00:00:00Z ORDER BY Name DESC NULLS LAST, Id LIMIT 5"
    )
    assert (query.fields, query.sobject, query.limit) == (("Id", "Owner.Name"), "Account", 5)
    assert query.order == (Order("Name", is_descending=True, has_nulls_first=False), Order("Id"))
    named = Comparison("Name", "=", (Literal("text", "O'Neil"),))
    other = Combination("not", (Comparison("Name", "like", (Literal("text", "a%"),)),))
    since = Comparison("CreatedDate", ">=", (Literal("datetime", datetime.fromisoformat("2024-01-01T00:00:00Z")),))
    assert query.condition == Combination("and", (Combination("or", (named, other)), since))
    with pytest.raises(SalesforceError, match="unexpected token"):
        parse("select Id from Account where Name in ()")
