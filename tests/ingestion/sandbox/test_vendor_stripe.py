"""Stripe's sandbox answers as Stripe's documentation says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import requests

from ingestion.sandbox.facts import Facts
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.vendors.stripe import events
from ingestion.sandbox.vendors.stripe.ledger import Ledger

Serve = Callable[..., SandboxServer]

MIDNIGHT_2026_03_01 = 1772323200


class Client:
    """A caller with the right key, unless another is given."""

    def __init__(self, server: SandboxServer, key: str | None = None) -> None:
        settings = server.overlay()["stripe"]
        self._base = settings["base_url"]
        self._headers = {"Authorization": f"Bearer {key or settings['api_key']}"}

    def get(self, path: str, params: Any = None, **headers: str) -> requests.Response:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.get(f"{self._base}/v1/{path}", params=params, headers=self._headers | given, timeout=10)

    def every(self, path: str, size: int = 100, **params: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        while True:
            cursor = {"starting_after": found[-1]["id"]} if found else {}
            body = self.get(path, {"limit": size, **params, **cursor}).json()
            assert body["object"] == "list" and body["url"] == f"/v1/{path}"
            assert not set(ids(body["data"])) & set(ids(found)), "the cursor does not move"
            found += body["data"]
            if not body["has_more"]:
                return found
            assert body["data"], "more was promised"


@pytest.fixture
def client(small_server: SandboxServer) -> Client:
    return Client(small_server)


def ids(objects: list[dict[str, Any]]) -> list[str]:
    return [item["id"] for item in objects]


def assert_error(answer: requests.Response, status: int, code: str | None, param: str | None = None) -> None:
    assert answer.status_code == status, answer.text
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error" and error["message"]
    assert error.get("code") == code and error.get("param") == param


def test_authentication_by_bearer_and_basic(serve: Serve) -> None:
    server = serve()
    base, key = server.base_urls["stripe"], server.overlay()["stripe"]["api_key"]
    assert requests.get(f"{base}/v1/account", auth=(key, ""), timeout=10).json()["object"] == "account"
    assert Client(server).get("account").ok
    assert_error(Client(server, key="sk_test_wrong").get("account"), 401, None)
    answer = requests.get(f"{base}/v1/account", timeout=10)
    assert_error(answer, 401, None)
    assert "sk_test_wrong" not in Client(server, key="sk_test_wrong").get("account").text


def test_the_version_is_echoed_and_old_ones_are_refused(client: Client) -> None:
    assert client.get("account").headers["Stripe-Version"] == "2026-10-28"
    assert client.get("account", Stripe_Version="2025-09-30.clover").headers["Stripe-Version"] == "2025-09-30.clover"
    assert_error(client.get("account", Stripe_Version="2020-08-27"), 400, None)
    assert client.get("account").headers["Request-Id"].startswith("req_")


@pytest.mark.parametrize("size", [1, 2, 100])
@pytest.mark.parametrize(
    ("resource", "expected"),
    [
        ("customers", ["cus_2", "cus_1"]),
        ("products", ["prod_services", "prod_seats", "prod_platform"]),
        ("prices", ["price_setup", "price_jpy", "price_seat", "price_base"]),
        ("coupons", ["FIVE", "TEN"]),
        ("subscriptions", ["sub_2", "sub_4", "sub_1"]),
        ("invoices", ["in_5", "in_4", "in_3", "in_2", "in_1"]),
        ("invoice_payments", ["inpay_5a", "inpay_4", "inpay_1"]),
        ("charges", ["ch_5b", "ch_5a", "ch_4", "ch_1"]),
        ("refunds", ["re_1"]),
        ("credit_notes", ["cn_1"]),
    ],
)
def test_lists_cover_every_object_once_newest_first(
    client: Client, resource: str, expected: list[str], size: int
) -> None:
    assert ids(client.every(resource, size)) == expected


def test_pages_can_be_walked_backwards(client: Client) -> None:
    body = client.get("invoices", {"limit": 2, "ending_before": "in_2"}).json()
    assert ids(body["data"]) == ["in_4", "in_3"] and body["has_more"] is True
    body = client.get("invoices", {"limit": 2, "ending_before": "in_4"}).json()
    assert ids(body["data"]) == ["in_5"] and body["has_more"] is False
    assert_error(client.get("invoices", {"starting_after": "in_1", "ending_before": "in_2"}), 400, None)


def test_requests_that_stripe_refuses(client: Client) -> None:
    assert_error(client.get("invoices", {"limit": 101}), 400, "parameter_invalid_integer", "limit")
    assert_error(client.get("invoices", {"limit": "many"}), 400, "parameter_invalid_integer", "limit")
    assert_error(client.get("invoices", {"starting_after": "in_9"}), 400, "resource_missing", "starting_after")
    assert_error(client.get("invoices", {"updated[gte]": 1}), 400, "parameter_unknown", "updated[gte]")
    assert_error(client.get("invoices/in_9"), 404, "resource_missing", "id")
    assert_error(client.get("subscription_items"), 400, "parameter_missing", "subscription")
    assert_error(client.get("invoices", {"expand[]": "data.nothing"}), 400, None, "expand")
    assert_error(client.get("nonsense"), 404, None)


def test_the_rate_limit(serve: Serve) -> None:
    client = Client(serve(window_scale=1000))
    answers = [client.get("account") for _ in range(101)]
    assert {answer.status_code for answer in answers[:100]} == {200}
    assert_error(answers[100], 429, "rate_limit")
    assert answers[100].headers["Stripe-Rate-Limited-Reason"]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"created[gte]": MIDNIGHT_2026_03_01}, ["in_5", "in_4", "in_3", "in_2"]),
        ({"created[lt]": MIDNIGHT_2026_03_01}, ["in_1"]),
        ({"created[gt]": MIDNIGHT_2026_03_01 + 9 * 3600, "created[lte]": 1772701200}, ["in_4", "in_3"]),
        ({"status": "void"}, ["in_2"]),
        ({"customer": "cus_2"}, ["in_4"]),
        ({"subscription": "sub_1"}, ["in_5", "in_2", "in_1"]),
    ],
)
def test_filters(client: Client, params: dict[str, Any], expected: list[str]) -> None:
    assert ids(client.every("invoices", **params)) == expected


def test_subscriptions_hide_the_cancelled_unless_asked(client: Client) -> None:
    states = {item["id"]: item["status"] for item in client.every("subscriptions", status="all")}
    assert states == {"sub_1": "active", "sub_2": "trialing", "sub_3": "canceled", "sub_4": "past_due"}
    assert ids(client.every("subscriptions", status="canceled")) == ["sub_3"]


def test_a_deleted_customer_is_a_stub(client: Client) -> None:
    assert client.get("customers/cus_3").json() == {"id": "cus_3", "object": "customer", "deleted": True}
    assert client.get("customers/cus_1").json()["metadata"] == {"hubspot_company_id": "11"}


def test_a_subscription_has_its_periods_on_its_items(client: Client) -> None:
    body = client.get("subscriptions/sub_1").json()
    assert "current_period_end" not in body
    items = body["items"]["data"]
    assert [(item["id"], item["price"]["id"], item["quantity"]) for item in items] == [
        ("si_1a", "price_base", 1),
        ("si_1b", "price_seat", 8),
    ]
    assert items[0]["current_period_start"] == MIDNIGHT_2026_03_01 + 9 * 3600
    assert body["pause_collection"] == {"behavior": "void", "resumes_at": items[0]["current_period_end"]}
    assert body["metadata"] == {"hubspot_deal_id": "204"} and body["latest_invoice"] == "in_5"
    assert client.every("subscription_items", size=1, subscription="sub_1") == items
    assert items[0]["price"]["recurring"] | {"interval_count": 1} == items[0]["price"]["recurring"]


def test_trials_and_cancellations(client: Client) -> None:
    trial = client.get("subscriptions/sub_2").json()
    assert trial["trial_end"] == trial["items"]["data"][0]["current_period_end"] == trial["billing_cycle_anchor"]
    assert trial["trial_start"] == trial["created"]
    leaving = client.get("subscriptions/sub_4").json()
    assert leaving["cancel_at_period_end"] is True and leaving["ended_at"] is None
    assert leaving["cancel_at"] == leaving["items"]["data"][0]["current_period_end"]
    gone = client.get("subscriptions/sub_3").json()
    assert gone["canceled_at"] == 1771578000 and gone["ended_at"] == MIDNIGHT_2026_03_01 + 9 * 3600
    assert gone["cancel_at_period_end"] is False
    assert gone["cancellation_details"]["reason"] == "cancellation_requested"


def test_discounts_are_ids_until_expanded(client: Client) -> None:
    path = "subscriptions/sub_1"
    assert client.get(path).json()["discounts"] == ["di_1_2"]
    (discount,) = client.get(path, {"expand[]": "discounts"}).json()["discounts"]
    assert discount["source"] == {"type": "coupon", "coupon": "FIVE"}
    assert (discount["start"], discount["end"]) == (MIDNIGHT_2026_03_01 + 9 * 3600, None)
    listed = client.every("subscriptions", **{"expand[]": ["data.discounts.source.coupon", "data.customer"]})
    assert listed[-1]["discounts"][0]["source"]["coupon"]["percent_off"] == 5.0
    assert listed[-1]["customer"]["email"] == "1@acme.example"
    coupons = {coupon["id"]: coupon for coupon in client.every("coupons")}
    assert (coupons["TEN"]["duration"], coupons["TEN"]["duration_in_months"]) == ("repeating", 1)
    assert coupons["FIVE"]["duration"] == "forever"


def test_an_invoice_adds_up(client: Client) -> None:
    body = client.get("invoices/in_1").json()
    assert body["subtotal"] == 210_00 and body["total_excluding_tax"] == 200_00 and body["total"] == 218_00
    assert body["total_discount_amounts"] == [{"amount": 10_00, "discount": "di_1_1"}]
    assert [tax["amount"] for tax in body["total_taxes"]] == [18_00]
    assert (body["status"], body["amount_paid"], body["amount_remaining"]) == ("paid", 218_00, 0)
    assert body["post_payment_credit_notes_amount"] == 48_00
    assert body["parent"]["subscription_details"]["subscription"] == "sub_1" and "subscription" not in body
    void = client.get("invoices/in_2").json()
    assert void["status_transitions"]["voided_at"] and void["amount_paid"] == 0
    assert client.get("invoices/in_3").json()["parent"] is None
    assert client.get("invoices/in_4").json()["total"] == 120000, "yen have no minor unit"


def test_lines_are_truncated_and_can_be_paged(client: Client) -> None:
    lines = client.get("invoices/in_1").json()["lines"]
    assert len(lines["data"]) == 10 and lines["has_more"] is True
    every = client.every("invoices/in_1/lines", size=5)
    assert ids(every) == [f"il_1_{number}" for number in range(12)] and every[:10] == lines["data"]
    last = every[-1]
    assert last["pricing"]["price_details"] == {"price": "price_base", "product": "prod_platform"}
    assert last["discount_amounts"] == [{"amount": 10_00, "discount": "di_1_1"}]
    assert last["parent"]["subscription_item_details"]["subscription_item"] == "si_1a"
    assert last["taxes"][0]["amount"] == 18_00
    credit = client.get("invoices/in_5").json()["lines"]["data"][0]
    assert credit["amount"] == -35_00 and credit["parent"]["subscription_item_details"]["proration"] is True
    (setup,) = client.get("invoices/in_3").json()["lines"]["data"]
    assert setup["parent"]["type"] == "invoice_item_details"


def test_money_that_moved(client: Client) -> None:
    paid, failing = client.get("invoice_payments/inpay_5a").json(), client.get("invoice_payments/inpay_4").json()
    assert (paid["status"], paid["amount_paid"], paid["invoice"]) == ("paid", 21_00, "in_5")
    assert (failing["status"], failing["amount_paid"], failing["amount_requested"]) == ("open", None, 120000)
    charges = {charge["id"]: charge for charge in client.every("charges")}
    assert charges["ch_5a"]["status"] == "failed" and charges["ch_5b"]["status"] == "succeeded"
    assert charges["ch_5a"]["payment_intent"] == charges["ch_5b"]["payment_intent"] == paid["payment"]["payment_intent"]
    refund = client.get("refunds/re_1").json()
    assert charges[refund["charge"]]["amount_refunded"] == refund["amount"] == 48_00
    note = client.get("credit_notes/cn_1").json()
    assert (note["total"], note["total_excluding_tax"], note["post_payment_amount"]) == (48_00, 40_00, 48_00)


def test_events_tell_what_changed_in_thirty_days(client: Client) -> None:
    found = client.every("events", size=3)
    moments = [event["created"] for event in found]
    assert moments == sorted(moments, reverse=True)
    assert min(moments) >= 1774998399 - 30 * 86400 and len(set(ids(found))) == len(found)
    told = {(event["type"], event["data"]["object"]["id"]) for event in found}
    assert {
        ("customer.deleted", "cus_3"),
        ("customer.subscription.created", "sub_4"),
        ("customer.subscription.updated", "sub_1"),
        ("invoice.paid", "in_5"),
        ("invoice.payment_failed", "in_4"),
        ("invoice.voided", "in_2"),
        ("invoice.updated", "in_1"),
        ("credit_note.created", "cn_1"),
        ("refund.created", "re_1"),
        ("charge.refunded", "ch_1"),
        ("invoice_payment.paid", "inpay_5a"),
    } <= told
    assert ("invoice.created", "in_1") not in told, "too long ago"
    kinds = {event["type"] for event in client.every("events", type="customer.subscription.*")}
    assert kinds == {"customer.subscription.created", "customer.subscription.updated"}
    listed = client.every("events", **{"types[]": ["invoice.paid", "invoice.voided"]})
    assert [event["data"]["object"]["id"] for event in listed] == ["in_5", "in_2"]


def test_an_event_shows_the_object_as_it_was_and_what_changed(client: Client) -> None:
    (cancelling,) = [
        event
        for event in client.every("events", type="customer.subscription.updated")
        if "cancel_at_period_end" in event["data"]["previous_attributes"]
    ]
    assert cancelling["data"]["object"]["cancel_at_period_end"] is True
    assert cancelling["data"]["previous_attributes"]["cancel_at_period_end"] is False
    created = client.every("events", type="invoice.created")
    assert {event["data"]["object"]["status"] for event in created} == {"open"}, "not what they became later"


@pytest.mark.parametrize("company", ["small_company", "young_world"])
def test_whatever_changed_since_yesterday_has_an_event_that_names_it(
    company: str, request: pytest.FixtureRequest
) -> None:
    ledger = Ledger(request.getfixturevalue(company))
    told = {(entry.created, entry.render(ledger.now)["data"]["object"]["id"]) for entry in events.entries(ledger)}
    for days in (1, 2, 7, 15, 28):
        earlier = ledger.now - timedelta(days=days)
        changed = {
            entry.id
            for resource in ("customers", "subscriptions", "invoices", "invoice_payments", "charges", "credit_notes")
            for entry in ledger.resources[resource]
            if entry.created <= earlier and entry.render(earlier) != entry.render(ledger.now)
        }
        assert changed <= {name for at, name in told if at > earlier}
    assert changed


def test_the_simulated_company_is_served_whole(serve: Serve, young_world: Facts) -> None:
    client = Client(serve(facts=young_world))
    now = int(young_world.as_of.timestamp())
    invoices = client.every("invoices")
    assert sorted(ids(invoices)) == sorted(invoice.invoice_id for invoice in young_world.invoices)
    assert all(invoice["created"] <= now for invoice in invoices)
    living = {customer.customer_id for customer in young_world.billing_customers if customer.deleted_at is None}
    assert set(ids(client.every("customers"))) == living
    subscriptions = client.every("subscriptions", status="all")
    assert set(ids(subscriptions)) == {item.subscription_id for item in young_world.subscriptions}
    ended = {item.subscription_id for item in young_world.subscriptions if item.ended_at is not None}
    assert {item["id"] for item in subscriptions if item["status"] == "canceled"} == ended
    paid = sum(payment.amount for payment in young_world.payments if payment.is_successful)
    assert paid == sum(payment["amount_paid"] or 0 for payment in client.every("invoice_payments"))
    totals = {
        invoice.invoice_id: sum(line.amount - line.discount_amount + line.tax_amount for line in invoice.lines)
        for invoice in young_world.invoices
    }
    assert {invoice["id"]: invoice["total"] for invoice in invoices} == totals
