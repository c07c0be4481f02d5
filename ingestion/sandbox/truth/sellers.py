"""How long each seller talked with buyers in a month, as far as what was logged shows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from ingestion.sandbox.facts import Facts, crm_of


@dataclass
class SellerMonth:
    """One seller's log of a month."""

    month: date
    crm: str
    owner_id: int
    logged: int = 0
    talks: list[tuple[datetime, datetime]] = field(default_factory=list)
    """Begin and end of every call and meeting."""

    @property
    def selling_minutes(self) -> int:
        """Minutes in which at least one talk lasted; what reaches into the next month counts in this."""
        busy, reached = timedelta(0), datetime.min.replace(tzinfo=UTC)
        for begins, ends in sorted(self.talks):
            busy += max(timedelta(0), ends - max(begins, reached))
            reached = max(reached, ends)
        return busy // timedelta(minutes=1)


def seller_months(facts: Facts) -> list[SellerMonth]:
    """Every month in which a seller logged anything, in the CRM of the company it was about."""
    crms = crm_of(facts)
    rows: dict[tuple[date, str, int], SellerMonth] = {}
    for item in facts.engagements:
        if item.archived_at is None and item.at <= facts.as_of:
            key = item.at.date().replace(day=1), crms.get(item.company_id, "hubspot"), item.owner_id
            row = rows.setdefault(key, SellerMonth(*key))
            row.logged += 1
            if item.kind in ("calls", "meetings"):
                row.talks.append((item.at, item.at + timedelta(minutes=item.minutes)))
    return list(rows.values())
