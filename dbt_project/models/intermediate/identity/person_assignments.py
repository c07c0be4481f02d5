"""Grain: node. The ledger of people: whose each record and address is, by what, since when, and whose it was before.

Reads the ledger as the last refresh left it, so that people keep their ids and only clusters about which something has
changed are made anew; a full refresh carries it over.
"""

from pathlib import Path

from identity import Pseudonyms, next_ledger, read_ledger


def model(dbt, session):
    dbt.config(materialized="table")
    key_file = dbt.config.get("key_file")
    nodes = dbt.ref("identity_nodes").order("created_at nulls last, node").to_arrow_table()
    (now,) = dbt.ref("identity_moment").max("known_at").fetchone()
    return next_ledger(
        nodes,
        dbt.ref("identity_edges").to_arrow_table(),
        dbt.ref("identity_overrides").to_arrow_table(),
        read_ledger(session, dbt.this),
        now,
        Pseudonyms.from_file(Path(key_file)) if nodes.num_rows else str,
    )
