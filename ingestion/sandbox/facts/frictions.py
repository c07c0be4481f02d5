"""What is wrong with how the company works, known in advance: where buyers and customers wait or are lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Friction:
    """A planted friction; it touches only the records of one unit that `scope` describes."""

    code: str
    business_unit: str
    kind: str
    """`delay` or `loss`."""
    place: str
    """The deal stage (neutral) or the handoff it sits in: `lead_assignment`, `ticket_first_response`."""
    scope: str
    """Which records, in words."""


FRICTIONS = (
    Friction("stalled_presentation", "polaris", "delay", "presentationscheduled", "deals that enter the stage"),
    Friction("unrouted_form", "polaris", "loss", "lead_assignment", "leads of the white paper form, given to no team"),
    Friction("slow_routing", "meridian", "delay", "lead_assignment", "leads in Europe, which wait in a queue"),
    Friction("silent_weekend", "polaris", "delay", "ticket_first_response", "questions from Friday 15:00 to Sunday"),
)
"""All of them, the largest first: by buyers hit and time or business lost. `Facts.friction_hits` has every case."""


@dataclass(frozen=True)
class FrictionHit:
    """One record that met a friction. `truth` adds these up."""

    code: str
    at: datetime
    """When it began to wait, or was lost."""
    company_id: int
    deal_id: int | None = None
    ticket_id: int | None = None
    added_minutes: int | None = None
    """How much longer it waits than it would have; None for a loss."""
