"""How long the solved models take: `python -m benchmarks.solved --transactions 1000000 --paths 10000`.

BG/NBD and Gamma-Gamma are fitted to customers drawn from the models themselves, so that the parameters found can be
told from those put in; removal effects are solved for a chain of distinct paths over so many channels.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from time import perf_counter

import numpy as np

from attribution.markov import CONVERSION, NULL, START, removal_effects
from prediction import fit_purchases, fit_spending

PURCHASES = {"r": 0.8, "alpha": 60.0, "a": 0.8, "b": 2.5}
SPENDING = {"p": 6.0, "q": 4.0, "gamma": 15.0}
LONGEST_DAYS, LONGEST_PATH = 1000, 8

Array = np.ndarray


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="benchmarks.solved", description=__doc__)
    options.add_argument("--transactions", type=int, default=1_000_000)
    options.add_argument("--paths", type=int, default=10_000)
    options.add_argument("--channels", type=int, default=400)
    options.add_argument("--seed", type=int, default=7)
    given = options.parse_args(arguments)
    chance = np.random.default_rng(given.seed)

    x, last, age = _customers(chance, given.transactions)
    amount = _mean_amounts(chance, x)
    began = perf_counter()
    often = fit_purchases(x, last, age)
    often.expected_purchases(365.0, x, last, age)
    often.probability_alive(x, last, age)
    _tell(f"BG/NBD: {int(x.sum()) + len(x):,} transactions of {len(x):,} customers", began, PURCHASES, vars(often))
    began = perf_counter()
    much = fit_spending(x[x > 0], amount[x > 0])
    much.expected_amount(x, amount)
    _tell(f"Gamma-Gamma: {int((x > 0).sum()):,} customers who bought again", began, SPENDING, vars(much))

    source, target = _transitions(chance, given.paths, given.channels)
    began = perf_counter()
    removal_effects(source, target, np.ones(len(source)))
    _tell(f"Removal effects: {given.paths:,} distinct paths over {given.channels:,} channels", began)


def _customers(chance: np.random.Generator, transactions: int) -> tuple[Array, Array, Array]:
    """Repeat purchases, the age in days at the last of them and the age now, of customers with so many purchases."""
    found: list[Array] = []
    drawn = 0
    while drawn < transactions:
        size = 50_000
        rate = chance.gamma(PURCHASES["r"], 1 / PURCHASES["alpha"], size)
        leaves = chance.beta(PURCHASES["a"], PURCHASES["b"], size)
        age = np.floor(chance.uniform(30, LONGEST_DAYS, size))
        x, last, alive = np.zeros(size), np.zeros(size), np.ones(size, dtype=bool)
        moment = np.zeros(size)
        while alive.any():
            moment = moment + chance.exponential(1 / rate)
            alive &= moment < age
            x[alive] += 1
            last[alive] = moment[alive]
            alive &= chance.random(size) >= leaves
        found.append(np.stack([x, last, age]))
        drawn += int(x.sum()) + size
    x, last, age = np.concatenate(found, axis=1)
    return x, last, age


def _mean_amounts(chance: np.random.Generator, x: Array) -> Array:
    """What each customer spent on average on repeat purchases; 0 without any."""
    scale = chance.gamma(SPENDING["q"], 1 / SPENDING["gamma"], len(x))
    several = np.maximum(x, 1)
    return np.where(x > 0, chance.gamma(SPENDING["p"] * several, 1 / scale) / several, 0)


def _transitions(chance: np.random.Generator, paths: int, channels: int) -> tuple[list[str], list[str]]:
    """Each step of so many distinct paths, a third of which convert."""
    distinct: set[tuple[int, ...]] = set()
    while len(distinct) < paths:
        distinct.add(tuple(chance.integers(0, channels, chance.integers(2, LONGEST_PATH + 1)).tolist()))
    source, target = [], []
    for path in sorted(distinct):
        steps = [START, *map(str, path), CONVERSION if chance.random() < 1 / 3 else NULL]
        source += steps[:-1]
        target += steps[1:]
    return source, target


def _tell(
    what: str, began: float, given: dict[str, float] | None = None, found: dict[str, float] | None = None
) -> None:
    sys.stdout.write(f"{what}: {perf_counter() - began:.1f} s\n")
    for name, value in (given or {}).items():
        sys.stdout.write(f"  {name} {found[name] if found else value:.3f} of {value}\n")


if __name__ == "__main__":
    main()
