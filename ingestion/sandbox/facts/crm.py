"""What a CRM holds: sellers, companies, people, deals and the work logged on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ingestion.sandbox.facts.history import History

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


@dataclass
class Owner:
    """A seller, success manager or support agent of the company itself; a user of the CRM of the business unit."""

    owner_id: int
    first_name: str
    last_name: str
    email: str
    team: str
    """One of `North America`, `Europe`, `Asia Pacific`, `Customer Success`, `Support`, `Marketing`."""
    hired_at: datetime
    left_at: datetime | None = None
    business_unit: str = "northwind"


@dataclass
class Company:
    """An organisation that may buy, known since `created_at`.

    In the HubSpot unit its company record exists from then on. In the Salesforce and Dynamics units a buyer is a lead
    first (`CrmLead`): those CRMs show an account only from `account_created_at` on, and none while that is None.
    """

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
    `organic_social`."""
    lifecycle: History[str]
    """HubSpot lifecycle stage: `lead`, `marketingqualifiedlead`, `salesqualifiedlead`, `opportunity`, `customer`."""
    updated_at: datetime
    parent_company_id: int | None = None
    archived_at: datetime | None = None
    merged_into: int | None = None
    """The surviving company when this record was merged away at `archived_at`."""
    business_unit: str = "northwind"
    """Who sells to it, one of `UNIT_CRM`: `northwind`, `meridian`, `polaris`."""
    account_created_at: datetime | None = None
    """When a lead's conversion (or a clerk) created the account; always None in the HubSpot unit."""
    same_company_as: int | None = None
    """Record of the same organisation that came before: a duplicate, or the one of another unit. Never served."""


@dataclass
class Person:
    """Someone at a buying company. Their CRM contact exists from `contact_created_at`, None while still anonymous.

    In the Salesforce and Dynamics units also None while they are only a lead. Whoever is entered once the account
    exists is a contact at once, except a human entered a second time, who is a lead again (`same_human_as`).
    """

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


@dataclass(frozen=True)
class DealLine:
    """A product on a deal; `quantity` × `unit_amount` − `discount_amount` is its part of the deal's amount."""

    line_id: int
    """Kept while the product stays on the deal."""
    product_id: str
    quantity: int
    unit_amount: int
    """For a year of service, or for one piece."""
    discount_amount: int

    @property
    def amount(self) -> int:
        return self.quantity * self.unit_amount - self.discount_amount


@dataclass
class Deal:
    """An opportunity in the CRM, with the whole history of the fields that pipeline metrics need.

    Its CRM is that of the company's business unit. `stage` is neutral: one of `DEAL_STAGES`, whose ids are HubSpot's;
    the other vendors render their own. Only HubSpot can merge deals (`merged_into`); elsewhere a duplicate is deleted.
    """

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
    lines: History[tuple[DealLine, ...]] | None = None
    """What it would sell, in the deal's currency; changes with the amount and adds up to it. None in made-up facts."""
    crm_campaign_id: int | None = None
    """The `CrmCampaign` that one of its people attended before it was opened; Salesforce and Dynamics units only."""


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
