"""HubSpot's sandbox answers as HubSpot's documentation says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import Any

import pytest
import requests

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors.hubspot.portal import Portal
from ingestion.sandbox.world import BEFORE_ACQUISITIONS, simulate

Serve = Callable[..., SandboxServer]


class Client:
    """A caller with the right token, unless another is given."""

    def __init__(self, server: SandboxServer, token: str | None = None) -> None:
        settings = server.overlay()["hubspot"]
        self._base = settings["base_url"]
        self._headers = {"Authorization": f"Bearer {token or settings['access_token']}"}

    def get(self, path: str, **params: Any) -> requests.Response:
        return requests.get(f"{self._base}{path}", params=params, headers=self._headers, timeout=10)

    def post(self, path: str, body: Any, **params: Any) -> requests.Response:
        return requests.post(f"{self._base}{path}", json=body, params=params, headers=self._headers, timeout=10)

    def search(self, kind: str, *filters: dict[str, Any], **body: Any) -> dict[str, Any]:
        answer = self.post(
            f"/crm/v3/objects/{kind}/search", {"filterGroups": [{"filters": list(filters)}] if filters else [], **body}
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def listed(self, kind: str, **params: Any) -> Iterator[dict[str, Any]]:
        while True:
            body = self.get(f"/crm/objects/2026-09/{kind}", **params).json()
            yield from body["results"]
            if "paging" not in body:
                return
            params["after"] = body["paging"]["next"]["after"]


@pytest.fixture
def client(small_server: SandboxServer) -> Client:
    return Client(small_server)


def ids(records: Any) -> list[str]:
    return [record["id"] for record in records]


def assert_error(answer: requests.Response, status: int, category: str) -> None:
    assert answer.status_code == status
    body = answer.json()
    assert body["status"] == "error" and body["category"] == category
    assert body["message"] and body["correlationId"]


def test_a_wrong_token_and_an_unknown_path(serve: Serve) -> None:
    server = serve()
    assert_error(Client(server, token="wrong").get("/crm/v3/owners"), 401, "INVALID_AUTHENTICATION")
    assert_error(Client(server).get("/crm/v3/nothing"), 404, "OBJECT_NOT_FOUND")
    assert_error(Client(server).get("/crm/objects/2019-01/deals"), 404, "OBJECT_NOT_FOUND")


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize(
    ("kind", "living", "archived"),
    [
        ("companies", ["11", "12"], ["14"]),
        ("contacts", ["101", "102"], ["105"]),
        ("deals", ["201", "202", "204"], ["203"]),
        ("calls", ["301", "302"], []),
        ("emails", ["303"], []),
        ("notes", ["304"], []),
        ("meetings", ["305"], []),
        ("tasks", [], ["306"]),
    ],
)
def test_lists_cover_every_record_once(
    client: Client, kind: str, living: list[str], archived: list[str], size: int
) -> None:
    assert ids(client.listed(kind, limit=size)) == living
    gone = list(client.listed(kind, limit=size, archived="true"))
    assert ids(gone) == archived
    assert all(record["archived"] and record["archivedAt"] for record in gone)


def test_a_page_cap_makes_pages_smaller_than_asked(serve: Serve) -> None:
    client = Client(serve(page_cap=2))
    assert ids(client.get("/crm/v3/objects/deals", limit=100).json()["results"]) == ["201", "202"]
    assert ids(client.listed("deals", limit=100)) == ["201", "202", "204"]
    assert client.search("deals", limit=200)["paging"]["next"]["after"] == "2"


def test_limits_of_a_page(client: Client) -> None:
    path = "/crm/v3/objects/deals"
    assert_error(client.get(path, limit=101), 400, "VALIDATION_ERROR")
    assert_error(client.get(path, limit=51, propertiesWithHistory="amount"), 400, "VALIDATION_ERROR")
    assert client.get(path, limit=50, propertiesWithHistory="amount").ok
    assert_error(client.get(path, after="x"), 400, "VALIDATION_ERROR")
    assert_error(client.post(f"{path}/search", {"limit": 201}), 400, "VALIDATION_ERROR")
    assert_error(client.post(f"{path}/search", {"query": "x" * 3000}), 400, "VALIDATION_ERROR")
    many = [{"id": str(number)} for number in range(101)]
    assert_error(client.post(f"{path}/batch/read", {"inputs": many}), 400, "VALIDATION_ERROR")
    too_much = {"inputs": many[:51], "propertiesWithHistory": ["amount"]}
    assert_error(client.post(f"{path}/batch/read", too_much), 400, "VALIDATION_ERROR")


def test_properties_are_text_and_null_when_empty(client: Client) -> None:
    names = "amount,closedate,closed_lost_reason,deal_currency_code,no_such_property"
    record = client.get("/crm/v3/objects/deals/201", properties=names).json()
    assert record["properties"] == {
        "amount": "16000",
        "closedate": "2026-04-30T00:00:00.000Z",
        "closed_lost_reason": None,
        "deal_currency_code": "JPY",
        "createdate": "2026-01-05T09:00:00.000Z",
        "hs_lastmodifieddate": "2026-02-20T09:00:00.000Z",
        "hs_object_id": "201",
    }
    assert record["createdAt"] == "2026-01-05T09:00:00.000Z" and record["updatedAt"] == "2026-02-20T09:00:00.000Z"
    assert record["archived"] is False and "archivedAt" not in record
    contact = client.get("/crm/v3/objects/contacts/101", properties="lastname").json()["properties"]
    assert contact["lastname"] == "Łukasz" and "lastmodifieddate" in contact and "hs_lastmodifieddate" not in contact


def test_history_comes_newest_first(client: Client) -> None:
    record = client.get("/crm/v3/objects/deals/201", propertiesWithHistory="amount,dealstage").json()
    history = record["propertiesWithHistory"]
    assert [(entry["timestamp"][:10], entry["value"]) for entry in history["amount"]] == [
        ("2026-01-15", "16000"),
        ("2026-01-10", "150.50"),
        ("2026-01-05", "100.00"),
    ]
    assert all(entry["sourceType"] for entry in history["amount"])
    reopened = client.post(
        "/crm/objects/2026-09/deals/batch/read",
        {"inputs": [{"id": "202"}], "propertiesWithHistory": ["dealstage", "closed_lost_reason"]},
    ).json()["results"][0]["propertiesWithHistory"]
    assert [entry["value"] for entry in reopened["dealstage"]] == [
        "qualifiedtobuy",
        "closedlost",
        "appointmentscheduled",
    ]
    assert [(entry["timestamp"][:10], entry["value"]) for entry in reopened["closed_lost_reason"]] == [
        ("2026-01-12", "price")
    ]


def test_a_contact_has_no_history_from_before_it_was_one(client: Client) -> None:
    record = client.get("/crm/v3/objects/contacts/101", propertiesWithHistory="lifecyclestage").json()
    entries = record["propertiesWithHistory"]["lifecyclestage"]
    assert [(entry["timestamp"][:10], entry["value"]) for entry in entries] == [
        ("2026-01-10", "marketingqualifiedlead"),
        ("2026-01-03", "lead"),
    ]
    assert client.get("/crm/v3/objects/contacts/103").status_code == 404


def test_a_merged_record_answers_as_the_survivor(client: Client) -> None:
    record = client.get("/crm/v3/objects/companies/13", properties="hs_merged_object_ids,name").json()
    assert record["id"] == "11" and record["properties"]["name"] == "Acme"
    assert record["properties"]["hs_merged_object_ids"] == "13"
    assert record["updatedAt"] == "2026-02-10T09:00:00.000Z", "a merge changes the survivor"
    batch = client.post("/crm/v3/objects/companies/batch/read", {"inputs": [{"id": "13"}, {"id": "11"}]})
    assert batch.status_code == 200 and ids(batch.json()["results"]) == ["11"]


def test_a_batch_with_missing_records_is_partly_answered(client: Client) -> None:
    inputs = [{"id": "201"}, {"id": "203"}, {"id": "999"}]
    answer = client.post("/crm/v3/objects/deals/batch/read", {"inputs": inputs, "properties": ["dealname"]})
    assert answer.status_code == 207
    body = answer.json()
    assert body["status"] == "COMPLETE" and ids(body["results"]) == ["201"]
    assert body["numErrors"] == 1 and body["errors"][0]["context"] == {"ids": ["203", "999"]}
    archived = client.post("/crm/v3/objects/deals/batch/read", {"inputs": [{"id": "203"}]}, archived="true").json()
    assert ids(archived["results"]) == ["203"]
    assert_error(client.get("/crm/v3/objects/deals/203"), 404, "OBJECT_NOT_FOUND")
    assert client.get("/crm/v3/objects/deals/203", archived="true").json()["archivedAt"] == "2026-03-05T09:00:00.000Z"


def filter_by(name: str, operator: str, **values: Any) -> dict[str, Any]:
    return {"propertyName": name, "operator": operator, **values}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (filter_by("hs_lastmodifieddate", "GTE", value="2026-02-02T09:00:00.000Z"), ["201", "202"]),
        (filter_by("hs_lastmodifieddate", "GTE", value="1770022800000"), ["201", "202"]),
        (filter_by("hs_lastmodifieddate", "GT", value="1770022800000"), ["201"]),
        (filter_by("hs_object_id", "GT", value="202"), ["204"]),
        (filter_by("hs_object_id", "BETWEEN", value="201", highValue="202"), ["201", "202"]),
        (filter_by("dealstage", "EQ", value="closedwon"), ["204"]),
        (filter_by("dealstage", "NEQ", value="closedwon"), ["201", "202"]),
        (filter_by("dealstage", "IN", values=["closedwon", "qualifiedtobuy"]), ["202", "204"]),
        (filter_by("dealstage", "NOT_IN", values=["closedwon", "qualifiedtobuy"]), ["201"]),
        (filter_by("closed_lost_reason", "HAS_PROPERTY"), ["202"]),
        (filter_by("closed_lost_reason", "NOT_HAS_PROPERTY"), ["201", "204"]),
        (filter_by("dealname", "CONTAINS_TOKEN", value="*202*"), ["202"]),
    ],
)
def test_search_filters(client: Client, given: dict[str, Any], found: list[str]) -> None:
    body = client.search("deals", given)
    assert ids(body["results"]) == found and body["total"] == len(found)


def test_search_groups_sorts_and_pages(client: Client) -> None:
    groups = [
        {"filters": [filter_by("dealstage", "EQ", value="closedwon")]},
        {
            "filters": [
                filter_by("hs_object_id", "LT", value="203"),
                filter_by("amount", "GTE", value="150"),
            ]
        },
    ]
    sorts = [{"propertyName": "hs_lastmodifieddate", "direction": "DESCENDING"}]
    body = client.search("deals", filterGroups=groups, sorts=sorts, limit=1)
    assert body["total"] == 2 and ids(body["results"]) == ["201"]
    body = client.search("deals", filterGroups=groups, sorts=sorts, limit=1, after=body["paging"]["next"]["after"])
    assert ids(body["results"]) == ["204"] and "paging" not in body


@pytest.mark.parametrize(
    "body",
    [
        {"filterGroups": [{"filters": [filter_by("nothing", "EQ", value="1")]}]},
        {"filterGroups": [{"filters": [filter_by("amount", "LIKE", value="1")]}]},
        {"filterGroups": [{"filters": [filter_by("amount", "EQ")]}]},
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [filter_by("amount", "EQ", value="1")] * 7}]},
        {"sorts": [{"propertyName": "amount"}, {"propertyName": "dealname"}]},
        {"after": "10000"},
    ],
)
def test_searches_that_hubspot_refuses(client: Client, body: dict[str, Any]) -> None:
    assert_error(client.post("/crm/v3/objects/deals/search", body), 400, "VALIDATION_ERROR")


def test_a_search_ends_at_ten_thousand(serve: Serve, small_company: Facts) -> None:
    template = small_company.engagements[0]
    small_company.engagements = [replace(template, engagement_id=100_000 + number) for number in range(10_050)]
    client = Client(serve())
    body = client.search("calls", limit=200, after="9900")
    assert body["total"] == 10_050 and len(body["results"]) == 100
    assert body["paging"]["next"]["after"] == "10000"
    answer = client.post("/crm/v3/objects/calls/search", {"limit": 200, "after": "10000"})
    assert_error(answer, 400, "VALIDATION_ERROR")
    beyond = client.search("calls", filter_by("hs_object_id", "GT", value=body["results"][-1]["id"]), limit=200)
    assert beyond["total"] == 50


def test_search_has_a_limit_of_its_own(serve: Serve) -> None:
    client = Client(serve(window_scale=100))
    answers = [client.post("/crm/v3/objects/deals/search", {}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert answers[-1].json()["policyName"] == "SECONDLY" and "Retry-After" not in answers[-1].headers
    rest = [client.get("/crm/v3/objects/deals", limit=1) for _ in range(191)]
    assert [answer.status_code for answer in rest] == [200] * 190 + [429]
    assert rest[-1].json()["policyName"] == "TEN_SECONDLY_ROLLING"


def associated(client: Client, pair: str, *numbers: str) -> tuple[int, dict[str, Any]]:
    answer = client.post(f"/crm/v4/associations/{pair}/batch/read", {"inputs": [{"id": number} for number in numbers]})
    return answer.status_code, answer.json()


def test_associations_name_the_living_and_merged_ones_by_their_survivor(client: Client) -> None:
    status, body = associated(client, "deals/contacts", "201")
    assert status == 200
    assert [target["toObjectId"] for target in body["results"][0]["to"]] == ["101"], (
        "not the anonymous, not the archived"
    )
    _, body = associated(client, "contact/company", "102")
    target = body["results"][0]["to"][0]
    assert target["toObjectId"] == "11", "company 13 was merged into 11"
    assert target["associationTypes"] == [
        {"category": "HUBSPOT_DEFINED", "typeId": 1, "label": "Primary"},
        {"category": "HUBSPOT_DEFINED", "typeId": 279, "label": None},
    ]
    _, body = associated(client, "calls/contacts", "302")
    assert [target["toObjectId"] for target in body["results"][0]["to"]] == ["101"]
    _, body = associated(client, "companies/contacts", "11")
    assert [target["toObjectId"] for target in body["results"][0]["to"]] == ["101", "102"]


def test_associations_that_are_missing_come_as_errors_beside_the_rest(client: Client) -> None:
    status, body = associated(client, "notes/contacts", "304")
    assert status == 207 and body["results"] == []
    status, body = associated(client, "deals/companies", "201", "203")
    assert status == 207 and [result["from"]["id"] for result in body["results"]] == ["201"]
    error = body["errors"][0]
    assert error["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    assert error["context"] == {"fromObjectId": ["203"], "fromObjectType": ["deal"], "toObjectType": ["company"]}
    assert body["numErrors"] == 1
    status, _ = associated(client, "deals/companies", *(str(number) for number in range(1001)))
    assert status == 400


def test_associations_of_one_record_can_be_paged(serve: Serve) -> None:
    client = Client(serve(page_cap=1))
    path = "/crm/associations/2026-09/companies/contacts/batch/read"
    first = client.post(path, {"inputs": [{"id": "11"}]}).json()["results"][0]
    after = first["paging"]["next"]["after"]
    second = client.post(path, {"inputs": [{"id": "11", "after": after}]}).json()["results"][0]
    assert [result["to"][0]["toObjectId"] for result in (first, second)] == ["101", "102"]
    assert "paging" not in second


def test_a_list_can_bring_associations_along(client: Client) -> None:
    record = next(client.listed("deals", associations="companies,contacts"))
    assert record["associations"] == {
        "companies": {
            "results": [
                {"id": "11", "type": "deal_to_company"},
                {"id": "11", "type": "deal_to_company_unlabeled"},
            ]
        },
        "contacts": {"results": [{"id": "101", "type": "deal_to_contact"}]},
    }


def test_owners_with_their_teams(client: Client) -> None:
    (owner,) = client.get("/crm/v3/owners", limit=500).json()["results"]
    assert (owner["id"], owner["email"], owner["userId"]) == ("1", "ada@northwind.example", 1)
    assert [team["name"] for team in owner["teams"]] == ["Europe"] and owner["teams"][0]["primary"] is True
    (left,) = client.get("/crm/v3/owners/", archived="true").json()["results"]
    assert (left["id"], left["userId"], left["userIdIncludingInactive"], left["archived"]) == ("2", None, 2, True)
    assert_error(client.get("/crm/v3/owners", limit=501), 400, "VALIDATION_ERROR")


def test_pipeline_properties_and_account(client: Client) -> None:
    (pipeline,) = client.get("/crm/v3/pipelines/deals").json()["results"]
    stages = {stage["id"]: stage["metadata"] for stage in pipeline["stages"]}
    assert pipeline["id"] == "default"
    assert stages["closedwon"] == {"isClosed": "true", "probability": "1.0"}
    assert stages["contractsent"] == {"isClosed": "false", "probability": "0.9"}
    properties = {item["name"]: item for item in client.get("/crm/v3/properties/deals").json()["results"]}
    assert properties["closedate"]["type"] == "datetime" and properties["amount"]["type"] == "number"
    assert properties["partner_key"]["hubspotDefined"] is False
    assert client.get("/account-info/v3/details").json()["companyCurrency"] == "USD"


def test_the_simulated_company_is_served_whole(serve: Serve, young_world: Facts) -> None:
    client = Client(serve(facts=young_world))
    kept = {
        "companies": {str(item.company_id): item for item in young_world.companies},
        "contacts": {str(item.person_id): item for item in young_world.people if item.contact_created_at},
        "deals": {str(item.deal_id): item for item in young_world.deals},
        "calls": {str(item.engagement_id): item for item in young_world.engagements if item.kind == "calls"},
    }
    for kind, records in kept.items():
        unmerged = {key: item for key, item in records.items() if getattr(item, "merged_into", None) is None}
        for is_archived in ("false", "true"):
            is_gone = is_archived == "true"
            expected = {key for key, item in unmerged.items() if (item.archived_at is not None) == is_gone}
            listed = list(client.listed(kind, limit=100, archived=is_archived))
            assert set(ids(listed)) == expected and len(listed) == len(expected)
    deals = client.listed("deals", limit=50, propertiesWithHistory="dealstage,closedate")
    for record in deals:
        deal = kept["deals"][record["id"]]
        told = [(entry["timestamp"], entry["value"]) for entry in record["propertiesWithHistory"]["dealstage"]][::-1]
        # The world may set a field twice at one instant; what counts there is the last value.
        in_force = [(at.isoformat()[:19] + ".000Z", stage) for at, stage in dict(deal.stage).items()]
        assert told == [now for before, now in pairwise([("", ""), *in_force]) if before[1] != now[1]]
        assert record["properties"]["closedate"][:10] == deal.close_date.current.isoformat()
    for kind in ("companies", "contacts"):
        changed = 0
        for record in client.listed(kind, limit=50, propertiesWithHistory="hubspot_owner_id"):
            owner = kept[kind][record["id"]].owner
            told = [entry["value"] for entry in record["propertiesWithHistory"]["hubspot_owner_id"]][::-1]
            known = [str(one) for at, one in dict(owner).items()]
            assert told == known[-len(told) :] and told
            changed += len(told) > 1
        assert changed


def test_whatever_changes_between_two_days_moves_the_last_modified_date(young_world: Facts) -> None:
    earlier_world = simulate(date(2024, 5, 31), young_world.seed, young_world.scale, BEFORE_ACQUISITIONS)
    before, after = Portal(earlier_world), Portal(young_world)
    changed = 0
    for kind, collection in before.types.items():
        for old in collection.objects:
            new = after.types[kind].by_id[old.id]
            if new.is_listed != old.is_listed or any(new.value(name) != old.value(name) for name in new.history):
                changed += 1
                assert new.updated_at > earlier_world.as_of, f"{kind} {old.id} changed in silence"
    assert changed > 10
