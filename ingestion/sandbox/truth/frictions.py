"""How much each planted friction cost so far: whom it hit, how long they waited, how many were lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ingestion.sandbox.facts import FRICTIONS, Facts, Friction


@dataclass(frozen=True)
class FrictionSize:
    friction: Friction
    hits: int
    companies: int
    waited: timedelta
    """Beyond what is usual, added up; calendar time."""
    lost: int
    """Records that went no further."""


def friction_sizes(facts: Facts) -> list[FrictionSize]:
    """The frictions that have hit somebody, in the order of `FRICTIONS`."""
    sizes = []
    for friction in FRICTIONS:
        hits = [hit for hit in facts.friction_hits if hit.code == friction.code]
        minutes = sum(hit.added_minutes or 0 for hit in hits)
        companies = {hit.company_id for hit in hits}
        lost = len(hits) if friction.kind == "loss" else 0
        if hits:
            sizes.append(FrictionSize(friction, len(hits), len(companies), timedelta(minutes=minutes), lost))
    return sizes
