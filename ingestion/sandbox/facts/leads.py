"""What the CRMs of the Salesforce and Dynamics units hold before an account exists: leads, and campaigns for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ingestion.sandbox.facts.history import History

LEAD_STATUSES = ("new", "working", "qualified", "converted", "unqualified")


@dataclass
class CrmLead:
    """A person at a company that is no account yet. Name, address and company are those of `person_id`, `company_id`.

    - From `created_at` the CRM shows a lead, owned by marketing until a seller is assigned (`owner`).
    - `qualified_at`: sales accepts it; still a lead.
    - `converted_at`: the first deal is opened. At this instant the account (`Company.account_created_at`), the
      contact (`Person.contact_created_at`) and the deal come into being, and its other leads that are not given up
      become contacts of the same account without a deal (`converted_deal_id` None).
    - A lead recognised as a second one of a human who is a contact is converted into that contact:
      `converted_person_id` is then another person's, and `person_id` never becomes a contact.
    - After conversion the lead stays on record with status `converted` and changes no more. Salesforce moves its
      activities to the contact and account; Dynamics leaves those logged before conversion on the lead.
    - Of two leads of one human, one can be merged into the other: `archived_at` and `merged_into`.
    """

    lead_id: int
    company_id: int
    person_id: int
    created_at: datetime
    source: str
    """Channel of the first touch, as in `Company.acquisition_channel`."""
    status: History[str]
    """`new`, `working`, `qualified`, then `converted` or `unqualified`."""
    owner: History[int]
    updated_at: datetime
    form: str | None = None
    """Name of the web form that made the lead: `Demo request`, `Contact form`, `White paper`; None for other ways."""
    qualified_at: datetime | None = None
    unqualified_reason: str | None = None
    converted_at: datetime | None = None
    converted_company_id: int | None = None
    converted_person_id: int | None = None
    converted_deal_id: int | None = None
    archived_at: datetime | None = None
    merged_into: int | None = None
    """The surviving lead."""


@dataclass
class CrmCampaign:
    """An event, webinar or trade fair that a Salesforce or Dynamics unit invites people to."""

    campaign_id: int
    business_unit: str
    name: str
    kind: str
    """`webinar`, `event` or `trade_fair`."""
    owner_id: int
    status: History[str]
    """`planned`, `in_progress`, `completed`, `aborted`."""
    starts_on: date
    ends_on: date
    currency: str
    budgeted_cost: int
    actual_cost: int | None
    """Known once it is completed."""
    created_at: datetime
    updated_at: datetime


@dataclass
class CrmCampaignMember:
    """A lead or contact on a campaign, and how they answered."""

    member_id: int
    campaign_id: int
    person_id: int
    lead_id: int | None
    """Their lead if they were one when they were added; once it is converted, the CRM shows the contact beside it."""
    status: History[str]
    """`sent`, then `registered`, then `attended` or `no_show`. Who registered or attended has responded."""
    created_at: datetime
    updated_at: datetime

    @property
    def responded_at(self) -> datetime | None:
        """When they first answered."""
        return next((at for at, status in self.status if status in ("registered", "attended")), None)
