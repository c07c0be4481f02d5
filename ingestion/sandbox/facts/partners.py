"""Partners, what they register and what they earn."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingestion.sandbox.facts.history import History


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
