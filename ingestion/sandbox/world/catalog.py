"""What the company sells and at which list price, and the daily fixing of exchange rates."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from ingestion.sandbox.facts import CURRENCY_EXPONENT, Deal, DealLine, ExchangeRate, Price, Product
from ingestion.sandbox.world.engine import STARTS_ON, Plan, World, round_half_up

PRODUCTS = (
    # id, name, family, monthly (or one-off) list price in US cents
    ("prod_platform_starter", "Platform Starter", "platform", 19_900),
    ("prod_platform_growth", "Platform Growth", "platform", 54_900),
    ("prod_platform_enterprise", "Platform Enterprise", "platform", 189_000),
    ("prod_seats", "Seats", "seats", 2_450),
    ("prod_support_standard", "Support Standard", "support", 9_900),
    ("prod_support_premium", "Support Premium", "support", 39_500),
    ("prod_onboarding", "Onboarding", "services", 250_000),
    ("prod_training", "Training day", "services", 120_000),
    ("prod_scanner", "Hand scanner", "hardware", 42_900),
    ("prod_gateway", "Warehouse gateway", "hardware", 129_900),
    ("prod_printer", "Label printer", "hardware", 61_500),
    ("prod_labels", "Labels, box of 5,000", "hardware", 8_900),
)
PLATFORMS = (
    "prod_platform_starter",
    "prod_platform_growth",
    "prod_platform_enterprise",
)
SUPPORTS = (None, "prod_support_standard", "prod_support_premium")
GOODS = ("prod_scanner", "prod_gateway", "prod_printer", "prod_labels")

TERMS = (
    # interval, count, months, per cent of the monthly price
    ("month", 1, 1, 100),
    ("month", 3, 3, 97),
    ("month", 6, 6, 95),
    ("year", 1, 12, 88),
    ("year", 2, 24, 82),
)
PRICE_ROUNDS = (
    (datetime(2022, 11, 15, 9, tzinfo=UTC), 100),
    (datetime(2025, 1, 6, 9, tzinfo=UTC), 107),
)
"""When a price list took force and its level in per cent; contracts keep the prices they were signed at."""

LIST_FACTOR = {"USD": 100, "EUR": 93, "GBP": 81, "JPY": 145}
"""Foreign minor units for 100 US cents; for yen, whole yen for one dollar."""

FIRST_RATES = {"EUR": 1_052_300, "GBP": 1_214_900, "JPY": 7_360}
"""US dollars × 1,000,000 on 1 December 2022."""
RATES_FROM = date(2022, 12, 1)


def open_catalog(world: World) -> None:
    """Products and the first price list, which are older than the simulation."""
    for product_id, name, family, _ in PRODUCTS:
        world.facts.products.append(Product(product_id, name, family, PRICE_ROUNDS[0][0] - timedelta(days=1)))
    publish_prices(world, 0)
    world.schedule(PRICE_ROUNDS[1][0], publish_prices, 1)


def publish_prices(world: World, round_number: int) -> None:
    """Put a new price for every product, currency and billing period on the list."""
    created_at, level = PRICE_ROUNDS[round_number]
    for product_id, _, family, base in PRODUCTS:
        is_recurring = family in ("platform", "seats", "support")
        for currency, factor in LIST_FACTOR.items():
            for interval, count, months, share in TERMS if is_recurring else ((None, 1, 1, 100),):
                unit = base * months * share * level * factor // 100**3
                if CURRENCY_EXPONENT[currency] == 0:
                    unit = round(unit / 100)
                elif unit > 10_000:
                    unit = unit // 100 * 100
                short = product_id.removeprefix("prod_")
                price_id = f"price_{short}_{currency.lower()}_{interval or 'once'}{count}_v{round_number + 1}"
                price = Price(price_id, product_id, currency, unit, interval, count, created_at)
                world.facts.prices.append(price)
                world.prices[price_id] = price
                world.price_list[(product_id, currency, interval, count)].append(price)


def price_of(world: World, product_id: str, currency: str, interval: str | None, count: int = 1) -> Price:
    """The list price in force now."""
    return world.price_list[(product_id, currency, interval, count)][-1]


def months_of(interval: str, count: int) -> int:
    """Calendar months of a billing period of months or years."""
    return count * (12 if interval == "year" else 1)


def positions(world: World, plan: Plan, currency: str) -> list[tuple[Price, int]]:
    """Price and quantity of each position of a subscription plan at today's list."""
    wanted: list[tuple[str, int]] = [(PLATFORMS[plan.tier], 1)]
    if plan.seats:
        wanted.append(("prod_seats", plan.seats))
    support = SUPPORTS[plan.support]
    if support:
        wanted.append((support, 1))
    return [(price_of(world, p, currency, plan.interval, plan.interval_count), q) for p, q in wanted]


def plan_amount(world: World, plan: Plan, currency: str) -> int:
    """What a seller writes on the deal, in minor units: a year of the contract, or the goods; 0 for a pilot."""
    if plan.kind == "pilot":
        return 0
    if plan.kind == "goods":
        total = sum(price_of(world, p, currency, None).unit_amount * q for p, q in plan.goods)
    else:
        months = months_of(plan.interval, plan.interval_count)
        total = sum(price.unit_amount * quantity for price, quantity in positions(world, plan, currency)) * 12 // months
        total = total * (100 - plan.percent_off) // 100
    return int(total * plan.estimate_factor)


def deal_lines(world: World, deal: Deal, plan: Plan) -> tuple[DealLine, ...]:
    """The products of a plan at today's list, discounted, or marked up, to the amount that the seller wrote down."""
    currency, amount = deal.currency.current, deal.amount.current
    if plan.kind == "goods":
        wanted = [(p, quantity, price_of(world, p, currency, None).unit_amount) for p, quantity in plan.goods]
    else:
        months = months_of(plan.interval, plan.interval_count)
        wanted = [
            (price.product_id, quantity, -(-price.unit_amount * 12 // months))
            for price, quantity in positions(world, plan, currency)
        ]
    gross = sum(quantity * unit for _, quantity, unit in wanted)
    if amount > gross:
        wanted = [(product_id, quantity, -(-unit * amount // gross)) for product_id, quantity, unit in wanted]
        gross = sum(quantity * unit for _, quantity, unit in wanted)
    off = gross - amount
    discounts = [off * quantity * unit // gross for _, quantity, unit in wanted]
    largest = max(range(len(wanted)), key=lambda index: wanted[index][1] * wanted[index][2])
    discounts[largest] += off - sum(discounts)
    return tuple(
        DealLine(_line_id(world, deal.deal_id, product_id), product_id, quantity, unit, discount)
        for (product_id, quantity, unit), discount in zip(wanted, discounts, strict=True)
    )


def _line_id(world: World, deal_id: int, product_id: str) -> int:
    if (deal_id, product_id) not in world.deal_line_ids:
        world.deal_line_ids[deal_id, product_id] = world.new_id("deal line", 20001)
    return world.deal_line_ids[deal_id, product_id]


def in_dollars(world: World, amount: int, currency: str) -> int:
    """An amount in minor units, in US cents at today's rate."""
    if currency == "USD":
        return amount
    return round_half_up(amount * world.rates[currency] * 100, 1_000_000 * 10 ** CURRENCY_EXPONENT[currency])


def fix_rates(world: World, day: date) -> None:
    """Treasury's fixing of one calendar day: yesterday's rate moved by about a third of a per cent."""
    state = world.rates
    for currency, usual in FIRST_RATES.items():
        rng = world.rng("fx", currency, day)
        if day > RATES_FROM:
            pull = (usual - state[currency]) // 400
            state[currency] += pull + round(state[currency] * rng.gauss(0, 0.0035))
        world.facts.exchange_rates.append(ExchangeRate(day, currency, f"{state[currency] / 1_000_000:.6f}"))


def fix_rates_before_start(world: World) -> None:
    """The fixings of the month before the simulation starts."""
    world.rates.update(FIRST_RATES)
    day = RATES_FROM
    while day < STARTS_ON:
        fix_rates(world, day)
        day += timedelta(days=1)
