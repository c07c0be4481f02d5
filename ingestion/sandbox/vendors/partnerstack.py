"""PartnerStack's vendor API v2: partnerships, leads, deals, customers and rewards.

Evidence: vendor documentation and open connectors' schemas, no SDK exists (T4). What a reader would not guess:

- A referral without a CRM deal is a lead; one with a deal is a deal. Both carry the same `key`, so a lead that became
  a deal is archived as a lead at that moment (`archived: true`, seen with `include_archived=true` only) and lives on
  under `/deals`. Living leads plus deals is therefore every referral exactly once.
- `amount` is an integer in the minor unit of `currency` (cents; whole yen), every `*_at` is epoch milliseconds.
- A partnership is named by `key`; this program chose the same text as its `partner_key`, which other objects carry.
- Lists run newest first by creation (`order_by` changes that); `starting_after` is the key of the last row seen.
- Nothing archived is listed unless asked for; a partnership is archived when the partner leaves.
- The vendor publishes no request limit; 600 a minute is this sandbox's guess.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from ingestion.sandbox.facts import Facts, Referral, deal_reference, unit_of
from ingestion.sandbox.limits import RateLimit

NAME = "partnerstack"
CREDENTIALS = {"public_key": "pk_sandbox_partnerstack", "secret_key": "sk_sandbox_partnerstack"}

MAX_LIMIT = 250
DEFAULT_LIMIT = 10
REQUESTS_PER_MINUTE = 600
ORDERS = ("-created_at", "created_at", "-updated_at", "updated_at")

Item = dict[str, Any]


def app(facts: Facts, window_scale: float, page_cap: int | None = None) -> Starlette:
    """The API over `facts`. `page_cap` lowers the largest page; `window_scale` shrinks the rate limit's window."""
    limit = RateLimit(REQUESTS_PER_MINUTE, 60 * window_scale)
    collections: dict[str, list[Item]] = {
        "partnerships": _partnerships(facts),
        "leads": _leads(facts),
        "deals": _deals(facts),
        "customers": _customers(facts),
        "rewards": _rewards(facts),
    }

    def guarded(handler: Callable[[Request], JSONResponse]) -> Callable[[Request], JSONResponse]:
        def respond(request: Request) -> JSONResponse:
            if not _is_authorized(request):
                return _error(401, "Unauthorized: check the public and secret key")
            if limit.admit() is not None:
                return _error(429, "Too many requests")
            return handler(request)

        return respond

    def listing(items: list[Item]) -> Callable[[Request], JSONResponse]:
        def respond(request: Request) -> JSONResponse:
            try:
                return _ok(_page(items, request, page_cap))
            except ValueError as problem:
                return _error(400, str(problem))

        return respond

    def single(items: list[Item]) -> Callable[[Request], JSONResponse]:
        by_key = {item["key"]: item for item in items}

        def respond(request: Request) -> JSONResponse:
            item = by_key.get(request.path_params["key"])
            return _ok(item) if item else _error(404, "Not found")

        return respond

    routes = []
    for name, items in collections.items():
        routes.append(Route(f"/api/v2/{name}", guarded(listing(items))))
        routes.append(Route(f"/api/v2/{name}/{{key}}", guarded(single(items))))
    return Starlette(routes=routes, exception_handlers={404: _not_found})


# Requests and answers


def _is_authorized(request: Request) -> bool:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        given = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return False
    return given == f"{CREDENTIALS['public_key']}:{CREDENTIALS['secret_key']}"


def _ok(data: Item) -> JSONResponse:
    return JSONResponse({"data": data, "message": "OK", "status": 200})


def _error(status: int, message: str) -> JSONResponse:
    return JSONResponse({"message": message, "status": status}, status_code=status)


def _not_found(request: Request, error: Exception) -> JSONResponse:
    return _error(404, "Not found")


def _page(items: list[Item], request: Request, page_cap: int | None) -> Item:
    """`{items, has_more}` for the filters, order and cursor of `request`; raises ValueError on a bad parameter."""
    params = request.query_params
    limit = _integer(params.get("limit", str(DEFAULT_LIMIT)), "limit")
    if limit is None or not 1 <= limit <= MAX_LIMIT:
        raise ValueError(f"limit must be between 1 and {MAX_LIMIT}")
    limit = min(limit, page_cap or MAX_LIMIT)
    rows = [item for item in items if _matches(item, request)]
    order = params.get("order_by", "-created_at")
    if order not in ORDERS:
        raise ValueError(f"order_by must be one of {', '.join(ORDERS)}")
    field = order.removeprefix("-")
    rows.sort(key=lambda item: (item[field], item["key"]), reverse=order.startswith("-"))
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise ValueError("starting_after and ending_before are mutually exclusive")
    if cursor := after or before:
        position = next((index for index, item in enumerate(rows) if item["key"] == cursor), None)
        if position is None:
            raise ValueError(f"{'starting_after' if after else 'ending_before'} is not the key of a listed item")
        if before:
            start = max(0, position - limit)
            return {"items": rows[start:position], "has_more": start > 0}
        rows = rows[position + 1 :]
    return {"items": rows[:limit], "has_more": len(rows) > limit}


def _matches(item: Item, request: Request) -> bool:
    params = request.query_params
    if item["archived"] and params.get("include_archived", "false").lower() != "true":
        return False
    for field in ("created", "updated"):
        minimum = _integer(params.get(f"min_{field}"), f"min_{field}")
        maximum = _integer(params.get(f"max_{field}"), f"max_{field}")
        moment = item[f"{field}_at"]
        if (minimum is not None and moment < minimum) or (maximum is not None and moment > maximum):
            return False
    partner = params.get("partner_key")
    return partner is None or item.get("partner_key") == partner


def _integer(text: str | None, name: str) -> int | None:
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{name} must be an integer") from None


# Records


def _millis(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _partnerships(facts: Facts) -> list[Item]:
    return [
        {
            "key": partner.key,
            "partner_key": partner.key,
            "created_at": _millis(partner.joined_at),
            "joined_at": _millis(partner.joined_at),
            "updated_at": _millis(partner.updated_at),
            "email": partner.email,
            "first_name": partner.name,
            "last_name": None,
            "group": {"key": f"grp_{partner.group}", "name": partner.group.title(), "slug": partner.group},
            "team": {"name": partner.name},
            "manager": None,
            "tags": [],
            "approved_status": "approved",
            "archived": partner.left_at is not None,
        }
        for partner in facts.partners
    ]


def _referral_fields(facts: Facts) -> Callable[[Referral], Item]:
    partners = {partner.partner_id: partner for partner in facts.partners}
    people = {person.person_id: person for person in facts.people}
    companies = {company.company_id: company for company in facts.companies}

    def fields(referral: Referral) -> Item:
        person, company = people[referral.person_id], companies[referral.company_id]
        return {
            "key": referral.key,
            "partner_key": partners[referral.partner_id].key,
            "group_key": f"grp_{partners[referral.partner_id].group}",
            "created_at": _millis(referral.registered_at),
            "updated_at": _millis(referral.updated_at),
            "amount": referral.amount,
            "currency": referral.currency,
            "external_key": None,
            "field_data": {
                "email": person.email,
                "first_name": person.first_name,
                "last_name": person.last_name,
                "company": company.name,
                "website": company.domain,
                "country": company.country,
            },
            "meta": {},
            "source": "partner",
        }

    return fields


def _leads(facts: Facts) -> list[Item]:
    fields = _referral_fields(facts)
    return [
        {
            **fields(referral),
            "mold_key": "mold_lead",
            "status": referral.status.current,
            "approved": referral.status.current not in ("pending", "declined"),
            "archived": referral.archived_at is not None or referral.deal_id is not None,
        }
        for referral in facts.referrals
    ]


def _deals(facts: Facts) -> list[Item]:
    fields = _referral_fields(facts)
    deals = {deal.deal_id: deal for deal in facts.deals}
    units = unit_of(facts)
    rows = []
    for referral in facts.referrals:
        if referral.deal_id is None:
            continue
        common, deal = fields(referral), deals.get(referral.deal_id)
        contact = common["field_data"]
        rows.append(
            {
                **common,
                "mold_key": "mold_deal",
                "account_name": contact["company"],
                "contact_first_name": contact["first_name"],
                "contact_last_name": contact["last_name"],
                "contact_email": contact["email"],
                # A program synchronised with its CRM keeps the CRM's id of the opportunity here.
                "external_key": deal_reference(units, referral.company_id, referral.deal_id),
                "close_date": deal.close_date.current.isoformat() if deal else None,
                "stage": referral.status.current,
                "lost_reason": deal.loss_reason if deal and referral.status.current == "closed_lost" else None,
                "archived": referral.archived_at is not None,
            }
        )
    return rows


def _customers(facts: Facts) -> list[Item]:
    """A company becomes a customer when the first deal a partner registered for it is won."""
    fields = _referral_fields(facts)
    customers: dict[int, Item] = {}
    for referral in facts.referrals:
        won_at = next((at for at, status in referral.status if status == "closed_won"), None)
        if won_at is None or referral.company_id in customers:
            continue
        contact = fields(referral)
        customers[referral.company_id] = {
            "key": f"cus_{referral.key}",
            "customer_key": str(referral.company_id),
            "partner_key": contact["partner_key"],
            "partnership_key": contact["partner_key"],
            "name": contact["field_data"]["company"],
            "email": contact["field_data"]["email"],
            "created_at": _millis(won_at),
            "updated_at": _millis(won_at),
            "source_type": "deal",
            "test": False,
            "archived": False,
        }
    return list(customers.values())


def _rewards(facts: Facts) -> list[Item]:
    partners = {partner.partner_id: partner for partner in facts.partners}
    referrals = {referral.referral_id: referral for referral in facts.referrals}
    rows = []
    for reward in facts.rewards:
        partner, referral = partners[reward.partner_id], referrals[reward.referral_id]
        paid_at = next((at for at, status in reward.status if status == "paid"), None)
        rows.append(
            {
                "key": reward.key,
                "partner_key": partner.key,
                "partnership": {"key": partner.key, "partner_key": partner.key, "email": partner.email},
                "created_at": _millis(reward.earned_at),
                "updated_at": _millis(reward.updated_at),
                "amount": reward.amount,
                "currency": reward.currency,
                "description": "Commission on a closed deal",
                "reward_status": reward.status.current,
                "invoice": {"key": f"inv_{reward.key}", "payment_date": _millis(paid_at)} if paid_at else None,
                "trigger": {"type": "deal", "key": referral.key},
                "customer": {"customer_key": str(referral.company_id)},
                "transaction": None,
                "action": None,
                "offer": None,
                "archived": False,
            }
        )
    return rows
