"""What the Shopify store knows about an order beyond its lines: the checkout, tags, and refunds line by line."""

from __future__ import annotations

from random import Random

from ingestion.sandbox.facts import UNIT_CRM, Checkout, Company, Order, OrderRefund, RefundLine, crm_id
from ingestion.sandbox.world.engine import World

CANCEL_REASONS = ("customer", "customer", "inventory", "declined", "other")
REFUND_REASONS = ("Damaged in transit", "Ordered too many", "Wrong article", "Does not fit the scanner")


def check_out(world: World, order: Order, company: Company) -> None:
    """A seller enters the order of a won deal, and notes the deal; buyers come back through the store."""
    rng = world.rng("checkout", order.order_id)
    if order.deal_id is not None:
        order.checkout = Checkout("shopify_draft_order", None, None)
        crm = UNIT_CRM[company.business_unit]
        order.tags.append(f"deal:{crm_id(crm, 'opportunity', order.deal_id)}")
    else:
        order.checkout = _visit(world, order, rng)
    if company.segment == "enterprise":
        order.tags.append("wholesale")
    if world.company_orders[company.company_id]:
        order.tags.append("returning")


def _visit(world: World, order: Order, rng: Random) -> Checkout:
    """How the buyer came to the store."""
    handle = order.lines[0].product_id.removeprefix("prod_")
    page = f"/products/{handle}"
    way = rng.choices(("direct", "email", "paid_search", "paid_social", "search"), (46, 22, 12, 6, 14))[0]
    if way == "email":
        return Checkout("web", f"{page}?utm_source=mailchimp&utm_medium=email&utm_campaign=restock", None,
                        "mailchimp", "email", "restock")  # fmt: skip
    for name, source, medium, campaigns in (
        ("paid_search", "google", "cpc", world.campaigns),
        ("paid_social", "linkedin", "paid_social", world.social_campaigns),
    ):
        running = [campaign.utm_campaign for campaign in campaigns if campaign.status.current == "ENABLED"]
        if way == name and running:
            campaign = rng.choice(running)
            page = f"{page}?utm_source={source}&utm_medium={medium}&utm_campaign={campaign}"
            return Checkout("web", page, f"https://www.{source}.com/", source, medium, campaign)
    return Checkout("web", page, "https://www.google.com/" if way == "search" else None)


def cancelled(world: World, order: Order) -> None:
    """Why the order was cancelled."""
    order.cancel_reason = world.rng("cancelled", order.order_id).choice(CANCEL_REASONS)


def refund(world: World, order: Order, is_whole: bool) -> int:
    """Give back some pieces of the order, or all, with their share of discount and tax; the cash given back."""
    rng = world.rng("store refund", order.order_id)
    returned = [line.quantity if is_whole else rng.randint(0, line.quantity) for line in order.lines]
    if not any(returned):
        returned[0] = 1
    lines = [
        RefundLine(
            world.new_id("refund line", 95001),
            line.order_line_id,
            pieces,
            (line.quantity * line.unit_amount - line.discount_amount) * pieces // line.quantity,
            line.tax_amount * pieces // line.quantity,
        )
        for line, pieces in zip(order.lines, returned, strict=True)
        if pieces
    ]
    given_back = OrderRefund(world.new_id("order refund", 93001), world.now, rng.choice(REFUND_REASONS), lines)
    order.refunds.append(given_back)
    return given_back.amount
