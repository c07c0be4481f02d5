"""Would weights that Splink learns find more than the stated ones? `python -m benchmarks.learned_weights --scale 1`.

Over contacts and leads of the simulator, by pairs of records that do not share an address: with weights as they are
stated, as they are learned, and learned but for near misses, whose worth (m : u) is left as stated.
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Iterator, Sequence
from datetime import date
from time import perf_counter
from typing import Any

import duckdb
import pyarrow as pa

from identity.names import plain
from identity.scoring import linker
from identity.weights import BLOCKS, COMPARISONS, PRIOR, Comparisons
from ingestion.sandbox.facts import Facts
from ingestion.sandbox.truth.identity import humans
from ingestion.sandbox.world import simulate

THRESHOLD = 0.99
RECALL = 0.9
"""Of the rules that Splink's prior is seeded with."""
SEEDS = ("l.first = r.first and l.last = r.last and l.phone = r.phone",
         "l.first = r.first and l.last = r.last and l.domain = r.domain")  # fmt: skip
TRAINED_IN = ("l.phone = r.phone", "l.firm_last = r.firm_last", "l.first = r.first and l.last = r.last")
MOST_PAIRS = 1e6
FREE_MAIL = ("gmail.com",)
COLUMNS = ("node", "first", "last", "domain", "phone", "human", "email")


def main(arguments: Sequence[str] | None = None) -> None:
    options = argparse.ArgumentParser(prog="benchmarks.learned_weights", description=__doc__)
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--as-of", type=date.fromisoformat, default=date(2026, 6, 30))
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--sample-seed", type=int, default=1)
    given = options.parse_args(arguments)
    connection = duckdb.connect()
    records = list(_records(simulate(given.as_of, given.seed, given.scale)))
    connection.register("records", pa.table(dict(zip(COLUMNS, map(pa.array, zip(*records, strict=True))))))
    keys = ", ".join(f"{expression} as {key}" for key, expression in BLOCKS.items())
    connection.execute(f"create table compared as select *, true as is_fresh, {keys} from records order by node")
    logging.getLogger("splink").setLevel(logging.ERROR)
    _report(connection, "stated", COMPARISONS, PRIOR)
    began = perf_counter()
    learned, prior = _learn(connection, given.sample_seed)
    seconds = perf_counter() - began
    _report(connection, f"learned in {seconds:.1f} s", learned, prior)
    _report(connection, "near misses as stated", {name: _but_near_misses(name, learned) for name in learned}, prior)
    for name, levels in learned.items():
        worth = ", ".join(f"{a.m / a.u:.4g} ({b.m / b.u:.4g})" for a, b in zip(levels, COMPARISONS[name], strict=True))
        sys.stdout.write(f"  {name}: worth as learned (stated) {worth}\n")


def _records(facts: Facts) -> Iterator[tuple[Any, ...]]:
    who, people = humans(facts), {person.person_id: person for person in facts.people}
    contacts = [(f"contacts:{p.person_id}", p, p.phone) for p in facts.people
                if p.contact_created_at and p.merged_into is None]  # fmt: skip
    leads = [(f"leads:{item.lead_id}", people[item.person_id], None) for item in facts.leads if not item.merged_into]
    for node, person, phone in contacts + leads:
        name, domain = person.email.lower().split("@")
        if name != "info" and not person.is_test_record and plain(person.last_name):
            digits = "".join(filter(str.isdigit, phone or "")) or None
            firm = None if domain in FREE_MAIL else domain
            names = plain(person.first_name) or None, plain(person.last_name)
            yield node, *names, firm, digits, who[person.person_id], person.email.lower()


def _learn(connection: duckdb.DuckDBPyConnection, seed: int) -> tuple[Comparisons, float]:
    """Splink's estimates, in its order: prior by rules, u by sampling, m by expectation maximisation. What no pair
    shows keeps its stated worth."""
    splink = linker(connection, COMPARISONS, PRIOR)
    splink.training.estimate_probability_two_random_records_match(list(SEEDS), recall=RECALL)
    splink.training.estimate_u_using_random_sampling(max_pairs=MOST_PAIRS, seed=seed)
    for rule in TRAINED_IN:
        splink.training.estimate_parameters_using_expectation_maximisation(rule)
    found = splink.misc.save_model_to_json(None)
    levels: dict[str, Any] = {c["output_column_name"]: c["comparison_levels"] for c in found["comparisons"]}
    return {
        name: tuple(
            old._replace(m=new["m_probability"] if new["m_probability"] != old.m else u * old.m / old.u, u=u)
            for old, new in zip(stated, levels[name], strict=True)
            for u in [new["u_probability"]]
        )
        for name, stated in COMPARISONS.items()
    }, found["probability_two_random_records_match"]


def _but_near_misses(name: str, learned: Comparisons) -> tuple[Any, ...]:
    """The levels of a name between `same` and `else` at their stated worth."""
    levels, stated = learned[name], COMPARISONS[name]
    if name == "place":
        return levels
    between = (new._replace(m=new.u * old.m / old.u) for new, old in zip(levels[1:-1], stated[1:-1], strict=True))
    return (levels[0], *between, levels[-1])


def _report(connection: duckdb.DuckDBPyConnection, title: str, comparisons: Comparisons, prior: float) -> None:
    pairs = linker(connection, comparisons, prior).inference.predict(threshold_match_probability=0.0)
    [(sure, right, true)] = connection.execute(
        "select count(*) filter (p.match_probability >= $least), "
        "count(*) filter (p.match_probability >= $least and l.human = r.human), count(*) filter (l.human = r.human) "
        f"from {pairs.physical_name} as p "
        "join records as l on p.node_l = l.node join records as r on p.node_r = r.node where l.email <> r.email",
        {"least": THRESHOLD},
    ).fetchall()
    sys.stdout.write(f"{title}: {right} of {sure} pairs right, {right} of {true} found\n")


if __name__ == "__main__":
    main()
