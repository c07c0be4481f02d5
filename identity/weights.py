"""How much each agreement between two records of people is worth: Fellegi and Sunter's m and u, and why.

m is the share of true pairs that agree so, u that of other pairs. A company has too few true pairs to estimate what a
near miss is worth (`benchmarks/learned_weights.py`): they are stated here, so that a score depends on its two records
alone. Then earlier scores stay valid, and a refresh that scores new pairs only equals a rebuild. The figures err
towards leaving two records apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

PRIOR = 2e-5
"""The chance that two records drawn at random are one person: one true pair for each record among some 50,000."""


class Level(NamedTuple):
    """A way in which two records compare, the first one that holds counts. `condition` is SQL over `…_l` and `…_r`."""

    condition: str
    m: float
    u: float


Comparisons = Mapping[str, tuple[Level, ...]]
"""By what is compared, its levels in order."""

_PHONE = "phone_l = phone_r"
_DOMAIN = "domain_l = domain_r"
_LONG = "least(length(last_l), length(last_r)) >= 5"
_INITIAL = "least(length(first_l), length(first_r)) = 1 and first_l[1] = first_r[1]"

COMPARISONS: Comparisons = {
    # Nearly everybody spells a first name the same way twice; a common one is shared by one in two hundred. A near
    # miss is as often another name (Anna, Ana; Ivan, Ivana) as another spelling (Yuliya, Julia).
    "first": (
        Level("first_l = first_r", 0.75, 0.005),
        Level("jaro_winkler_similarity(first_l, first_r) >= 0.88", 0.15, 0.03),
        Level(_INITIAL, 0.05, 0.01),
        Level("else", 0.05, 0.955),
    ),
    # Typing errors are commoner in last names. A letter more or less in a short one makes another name (Chen, Chan).
    "last": (
        Level("last_l = last_r", 0.80, 0.001),
        Level(f"jaro_winkler_similarity(last_l, last_r) >= 0.92 and {_LONG}", 0.12, 0.001),
        Level("jaro_winkler_similarity(last_l, last_r) >= 0.85", 0.02, 0.003),
        Level("else", 0.06, 0.995),
    ),
    # Telephone and employer together, since colleagues share a switchboard: of two people at one domain perhaps a
    # fifth give the same number. A number without the employer is one that somebody took along.
    "place": (
        Level(f"{_PHONE} and {_DOMAIN}", 0.60, 0.0001),
        Level(_PHONE, 0.15, 0.00001),
        Level(_DOMAIN, 0.20, 0.0004),
        Level("else", 0.05, 0.99949),
    ),
}
BLOCKS = {
    "firm_last": "domain || '|' || last[1:2]",
    "firm_first": "domain || '|' || first[1:2]",
    "phone_block": "phone",
}
"""Only pairs that agree in one of these are scored: people of one employer whose names begin alike, and one number."""
