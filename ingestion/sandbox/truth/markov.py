"""Data-driven credit by following buyers step by step, until nobody is left on the way: no linear system."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

START, CONVERTED, NOTHING = "start", "converted", "nothing"
SETTLED = 1e-15
"""Share of buyers still on their way below which the chain has come to rest."""

Chain = Mapping[str, Mapping[str, float]]


def chain_of(paths: Iterable[tuple[Sequence[str], bool]]) -> Chain:
    """Shares of buyers who went from one state to the next, counted on paths of channels and whether they converted."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for channels, has_converted in paths:
        stops = [START, *channels, CONVERTED if has_converted else NOTHING]
        for here, there in pairwise(stops):
            counts[here][there] += 1
    return {here: {there: n / sum(to.values()) for there, n in to.items()} for here, to in counts.items()}


def conversion_share(chain: Chain, without: str | None = None) -> float:
    """Share of buyers who convert, if whoever comes to the channel `without` leaves for good."""
    walking, converted = {START: 1.0}, 0.0
    while sum(walking.values()) > SETTLED:
        ahead: dict[str, float] = defaultdict(float)
        for here, share in walking.items():
            for there, part in chain[here].items():
                if there == CONVERTED:
                    converted += share * part
                elif there not in (NOTHING, without):
                    ahead[there] += share * part
        walking = ahead
    return converted


def removal_effects(chain: Chain) -> dict[str, float]:
    """Share of conversions lost without each channel."""
    whole = conversion_share(chain)
    return {name: 1 - conversion_share(chain, name) / whole for name in chain if name != START}
