"""What exists in the simulated company: plain records, no behaviour beyond reading their own history.

Conventions: every `*_at` is a timezone-aware UTC datetime; every `*_date` a date; money is an integer in the
currency's minor unit (cents; whole yen for JPY) beside its ISO currency; ids are unique per kind and never reused.
A `History` keeps every value a field ever had. Vendors render these records as their APIs would; `truth.py`
computes from them and from nothing else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Generic, TypeVar

T = TypeVar("T")

CURRENCY_EXPONENT = {"USD": 2, "EUR": 2, "GBP": 2, "JPY": 0}
"""Digits after the point of each currency the company trades in."""

DEAL_STAGES = (
    # stage id, label, probability of winning
    ("appointmentscheduled", "Appointment scheduled", "0.20"),
    ("qualifiedtobuy", "Qualified to buy", "0.40"),
    ("presentationscheduled", "Presentation scheduled", "0.60"),
    ("decisionmakerboughtin", "Decision maker bought in", "0.80"),
    ("contractsent", "Contract sent", "0.90"),
    ("closedwon", "Closed won", "1.00"),
    ("closedlost", "Closed lost", "0.00"),
)


class History(Generic[T]):
    """The values of one field in time order: `set` appends, `at` looks back, `current` is the newest."""

    def __init__(self, at: datetime, value: T) -> None:
        self._times = [at]
        self._values = [value]

    def set(self, at: datetime, value: T) -> None:
        """Record `value` from `at` on; refuses to write into the past."""
        if at < self._times[-1]:
            raise ValueError(f"history is append-only: {at} is before {self._times[-1]}")
        if value == self._values[-1]:
            return
        self._times.append(at)
        self._values.append(value)

    def at(self, moment: datetime) -> T | None:
        """The value in force at `moment` (inclusive), or None before the first one."""
        index = bisect_right(self._times, moment) - 1
        return None if index < 0 else self._values[index]

    @property
    def current(self) -> T:
        return self._values[-1]

    @property
    def changed_at(self) -> datetime:
        return self._times[-1]

    def __iter__(self) -> Iterator[tuple[datetime, T]]:
        return iter(zip(self._times, self._values, strict=True))

    def __len__(self) -> int:
        return len(self._values)


# ── the company's own people ─────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Owner:
    """A seller, success manager or support agent of the company itself."""

    owner_id: int
    first_name: str
    last_name: str
    email: str
    team: str
    """One of `North America`, `Europe`, `Asia Pacific`, `Customer Success`, `Support`, `Marketing`."""
    hired_at: datetime
    left_at: datetime | None = None


# ── buyers ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Company:
    """An organisation that may buy. Lives in the CRM from `created_at`."""

    company_id: int
    name: str
    domain: str
    country: str
    """ISO 3166 alpha-2."""
    region: str
    """`North America`, `Europe`, `Asia Pacific`."""
    industry: str
    segment: str
    """`smb`, `mid_market`, `enterprise`."""
    employees: int
    currency: str
    created_at: datetime
    owner: History[int]
    acquisition_channel: str
    """Channel of the first touch: `paid_search`, `organic_search`, `email`, `referral`, `partner`, `direct` or
    `social`."""
    lifecycle: History[str]
    """HubSpot lifecycle stage: `lead`, `marketingqualifiedlead`, `salesqualifiedlead`, `opportunity`, `customer`."""
    updated_at: datetime
    parent_company_id: int | None = None
    archived_at: datetime | None = None
    merged_into: int | None = None
    """The surviving company when this record was merged away at `archived_at`."""
    business_unit: str = "northwind"


@dataclass
class Person:
    """Someone at a buying company. Their CRM contact exists from `contact_created_at`, None while still anonymous."""

    person_id: int
    company_id: int
    first_name: str
    last_name: str
    email: str
    job_title: str
    phone: str
    born_at: datetime
    """First time the world knows of them (their first web visit, an event, a referral)."""
    visitor_ids: list[str]
    """Web-analytics visitor ids (16 hex digits), one per device."""
    lifecycle: History[str]
    owner: History[int]
    updated_at: datetime
    contact_created_at: datetime | None = None
    has_marketing_consent: bool = True
    is_test_record: bool = False
    archived_at: datetime | None = None
    merged_into: int | None = None
    same_human_as: int | None = None
    """Person record of the same human that came before: a duplicate, or an earlier employer. Never served."""


@dataclass
class Deal:
    """An opportunity in the CRM, with the whole history of the fields that pipeline metrics need."""

    deal_id: int
    name: str
    company_id: int
    person_ids: list[int]
    created_at: datetime
    deal_type: str
    """`newbusiness`, `existingbusiness` (expansion) or `renewal`."""
    currency: History[str]
    amount: History[int]
    stage: History[str]
    close_date: History[date]
    owner: History[int]
    updated_at: datetime
    partner_id: int | None = None
    campaign_id: int | None = None
    loss_reason: str | None = None
    archived_at: datetime | None = None
    merged_into: int | None = None


@dataclass
class Engagement:
    """Logged work of a seller: a call, meeting, one-to-one email, note or task."""

    engagement_id: int
    kind: str
    """`calls`, `meetings`, `emails`, `notes`, `tasks`: HubSpot's object names."""
    at: datetime
    owner_id: int
    company_id: int
    person_id: int | None
    deal_id: int | None
    direction: str | None
    """`outgoing` or `incoming`; None for notes and tasks."""
    subject: str
    minutes: int
    updated_at: datetime
    archived_at: datetime | None = None


# ── contracts and invoices (Stripe) ──────────────────────────────────────────────────────────────────────────────


@dataclass
class Product:
    product_id: str
    name: str
    family: str
    """`platform`, `seats`, `support`, `services`, `hardware`."""
    created_at: datetime


@dataclass
class Price:
    """A list price of a product in one currency and billing period."""

    price_id: str
    product_id: str
    currency: str
    unit_amount: int
    interval: str | None
    """`month` or `year` (`week` and `day` are legal too); None for a one-off price."""
    interval_count: int
    created_at: datetime


@dataclass
class BillingCustomer:
    """A customer in the billing system; one company can have two (a subsidiary, a duplicate)."""

    customer_id: str
    company_id: int
    person_id: int
    name: str
    email: str
    currency: str
    country: str
    created_at: datetime
    metadata: dict[str, str] = field(default_factory=dict)
    """What a seller typed in, such as `hubspot_company_id`; missing for some."""
    deleted_at: datetime | None = None
    updated_at: datetime | None = None


@dataclass
class SubscriptionItem:
    """One priced position of a subscription; `terms` is (price_id, quantity) over time, quantity 0 = removed."""

    item_id: str
    terms: History[tuple[str, int]]


@dataclass
class Discount:
    coupon_id: str
    percent_off: int
    starts_at: datetime
    ends_at: datetime | None
    """None = forever."""


@dataclass
class Subscription:
    """A contract billed for each period in advance. All items share its currency and billing period.

    Trials end at `trial_ends_at` (the first paid period starts then). A pause covers whole billing periods, whose
    invoices are voided. A voluntary cancellation is asked for at `cancel_requested_at` and takes effect at the end of
    the paid period; an unpaid contract is cancelled by dunning. `ended_at` is when service stops, in both cases.
    """

    subscription_id: str
    customer_id: str
    deal_id: int | None
    currency: str
    interval: str
    interval_count: int
    created_at: datetime
    items: list[SubscriptionItem]
    periods: list[tuple[datetime, datetime]]
    """Every billing period started so far, in order, each [start, end)."""
    trial_ends_at: datetime | None = None
    discounts: list[Discount] = field(default_factory=list)
    pauses: list[tuple[datetime, datetime]] = field(default_factory=list)
    """[start, end): end is the planned resumption, at a period boundary."""
    cancel_requested_at: datetime | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    """`cancellation_requested` or `payment_failed`."""
    updated_at: datetime | None = None


@dataclass
class InvoiceLine:
    """One line; amounts exclude tax. Proration lines come in pairs: a credit (negative) and a new charge."""

    line_id: str
    product_id: str
    price_id: str
    quantity: int
    amount: int
    """Before discount; negative for the credit half of a proration."""
    discount_amount: int
    tax_amount: int
    period_start: datetime
    period_end: datetime
    is_proration: bool
    subscription_item_id: str | None
    description: str


@dataclass
class Invoice:
    invoice_id: str
    number: str
    customer_id: str
    subscription_id: str | None
    currency: str
    billing_reason: str
    """`subscription_create`, `subscription_cycle`, `subscription_update` or `manual`."""
    created_at: datetime
    due_date: date
    lines: list[InvoiceLine]
    status: History[str]
    """`open` → `paid`, `void` or `uncollectible`."""
    updated_at: datetime
    paid_at: datetime | None = None
    order_id: int | None = None


@dataclass
class Payment:
    payment_id: str
    invoice_id: str
    customer_id: str
    currency: str
    amount: int
    at: datetime
    is_successful: bool


@dataclass
class CreditNote:
    credit_note_id: str
    invoice_id: str
    customer_id: str
    currency: str
    amount: int
    """Without tax."""
    tax_amount: int
    reason: str
    at: datetime


@dataclass
class Refund:
    refund_id: str
    payment_id: str
    invoice_id: str
    customer_id: str
    currency: str
    amount: int
    """Cash given back, tax included."""
    reason: str
    at: datetime


# ── goods (the in-house PostgreSQL order database) ───────────────────────────────────────────────────────────────


@dataclass
class OrderLine:
    order_line_id: int
    product_id: str
    quantity: int
    unit_amount: int
    discount_amount: int
    tax_amount: int


@dataclass
class Order:
    order_id: int
    company_id: int
    person_id: int
    deal_id: int | None
    currency: str
    ordered_at: datetime
    lines: list[OrderLine]
    status: History[str]
    """`placed`, `shipped`, `delivered`, `cancelled`, `returned`."""
    updated_at: datetime
    refunded_amount: int = 0
    refunded_at: datetime | None = None
    deleted_at: datetime | None = None
    """When the row was physically deleted from the database (a clerk's correction), else None."""


# ── marketing ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class AdCampaign:
    campaign_id: int
    name: str
    channel_type: str
    """`SEARCH`, `DISPLAY`, `VIDEO`, `PERFORMANCE_MAX`."""
    utm_campaign: str
    currency: str
    starts_on: date
    ends_on: date | None
    status: History[str]
    """`ENABLED`, `PAUSED`, `REMOVED`."""


@dataclass
class AdDay:
    """One campaign's day. Conversions arrive late: `conversions_by_lag[n]` were known n days after the day.

    Only lags up to the as-of date are in the list.
    """

    campaign_id: int
    day: date
    impressions: int
    clicks: int
    cost_micros: int
    conversions_by_lag: list[int]
    conversion_value_micros_each: int

    def conversions_known(self, as_of: date) -> int:
        """Conversions of the day as reported on `as_of`."""
        lag = (as_of - self.day).days
        return sum(self.conversions_by_lag[: max(0, lag + 1)])


@dataclass
class EmailCampaign:
    campaign_id: str
    list_id: str
    subject: str
    sent_at: datetime


@dataclass
class AudienceMember:
    """A subscription of an email address to an audience (Mailchimp list)."""

    list_id: str
    person_id: int
    email: str
    first_name: str
    last_name: str
    subscribed_at: datetime
    status: History[str]
    """`subscribed`, `unsubscribed`, `cleaned`."""
    updated_at: datetime


@dataclass
class EmailActivity:
    campaign_id: str
    list_id: str
    person_id: int
    email: str
    action: str
    """`sent`, `open`, `click`, `bounce`, `unsub`."""
    at: datetime
    url: str | None = None


# ── web (Matomo) ─────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class PageAction:
    at: datetime
    kind: str
    """`action` (a page view) or `goal` (a conversion)."""
    url: str
    title: str
    goal_id: int | None = None
    goal_name: str | None = None


@dataclass
class Visit:
    visit_id: int
    visitor_id: str
    person_id: int | None
    """Who it really was: known to the world and to truth, never served. Nobody in `people` until they are on record."""
    user_id: str | None
    """The logged-in id the tracker saw (the person's e-mail address), None while anonymous."""
    started_at: datetime
    ended_at: datetime
    referrer_type: str
    """Matomo's: `direct`, `search`, `website`, `campaign`, `social`."""
    referrer_name: str | None
    campaign_source: str | None
    campaign_medium: str | None
    campaign_name: str | None
    device_type: str
    browser: str
    country: str
    actions: list[PageAction]


# ── partners (PartnerStack) ──────────────────────────────────────────────────────────────────────────────────────


@dataclass
class Partner:
    partner_id: int
    key: str
    name: str
    email: str
    group: str
    """`reseller`, `referral`, `technology`."""
    joined_at: datetime
    updated_at: datetime
    left_at: datetime | None = None


@dataclass
class Referral:
    """A lead or deal that a partner registered."""

    referral_id: int
    key: str
    partner_id: int
    company_id: int
    person_id: int
    deal_id: int | None
    registered_at: datetime
    amount: int
    currency: str
    status: History[str]
    """`pending`, `approved`, `declined`, `closed_won`, `closed_lost`."""
    updated_at: datetime
    archived_at: datetime | None = None


@dataclass
class Reward:
    """Commission owed to a partner."""

    reward_id: int
    key: str
    partner_id: int
    referral_id: int
    amount: int
    currency: str
    earned_at: datetime
    status: History[str]
    """`pending`, `approved`, `paid`, `declined`."""
    updated_at: datetime


# ── customer communication (Zendesk) ─────────────────────────────────────────────────────────────────────────────


@dataclass
class TicketComment:
    comment_id: int
    author_person_id: int | None
    author_owner_id: int | None
    at: datetime
    is_public: bool
    body: str


@dataclass
class MetricEvent:
    """Zendesk ticket metric event; `metric` × `type` as in its API."""

    event_id: int
    ticket_id: int
    metric: str
    """`reply_time`, `requester_wait_time`, `agent_work_time`."""
    type: str
    """`activate`, `fulfill`, `breach`, `apply_sla`, `update_status`."""
    at: datetime
    target_minutes: int | None = None


@dataclass
class Ticket:
    ticket_id: int
    company_id: int
    requester_person_id: int
    subject: str
    priority: str
    channel: str
    """`email`, `web`, `chat`, `api`."""
    created_at: datetime
    status: History[str]
    """`new`, `open`, `pending`, `solved`, `closed`."""
    assignee: History[int | None]
    comments: list[TicketComment]
    metric_events: list[MetricEvent]
    updated_at: datetime
    satisfaction_score: str | None = None
    """`good`, `bad`, or None."""
    satisfaction_id: int | None = None
    satisfaction_comment: str | None = None
    satisfaction_at: datetime | None = None
    deleted_at: datetime | None = None


# ── the whole ────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass
class ExchangeRate:
    """Units of US dollar per one unit of `currency`, as fixed by the company's treasury on `day`."""

    day: date
    currency: str
    rate: str
    """Decimal with six places, as text."""


@dataclass
class Facts:
    """Everything that has happened up to `as_of`, each list in order of creation."""

    seed: int
    scale: float
    starts_on: date
    as_of: datetime
    owners: list[Owner] = field(default_factory=list)
    companies: list[Company] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    engagements: list[Engagement] = field(default_factory=list)
    products: list[Product] = field(default_factory=list)
    prices: list[Price] = field(default_factory=list)
    billing_customers: list[BillingCustomer] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    credit_notes: list[CreditNote] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    ad_campaigns: list[AdCampaign] = field(default_factory=list)
    ad_days: list[AdDay] = field(default_factory=list)
    email_lists: list[tuple[str, str, datetime]] = field(default_factory=list)
    """(list id, name, created at)."""
    email_campaigns: list[EmailCampaign] = field(default_factory=list)
    audience_members: list[AudienceMember] = field(default_factory=list)
    email_activity: list[EmailActivity] = field(default_factory=list)
    visits: list[Visit] = field(default_factory=list)
    partners: list[Partner] = field(default_factory=list)
    referrals: list[Referral] = field(default_factory=list)
    rewards: list[Reward] = field(default_factory=list)
    tickets: list[Ticket] = field(default_factory=list)
    exchange_rates: list[ExchangeRate] = field(default_factory=list)
