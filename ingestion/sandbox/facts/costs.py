"""What it costs to sell, besides advertising."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class OperatingCost:
    """A cost of one team in one month, as the ledger has it after the month is over."""

    cost_id: int
    month: date
    """First day."""
    business_unit: str
    team: str
    """As in `Owner.team`."""
    cost_type: str
    """`salaries`, `tools` or `agencies` (marketing only)."""
    amount: int
    currency: str
    """USD."""
    booked_at: datetime
