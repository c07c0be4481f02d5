"""Grain: node. The ledger of organisations: whose each CRM account is, by what, since when, and whose it was before.

An organisation is named after its senior account, which the CRM has not merged away.
"""

from identity import next_ledger, read_ledger


def model(dbt, session):
    dbt.config(materialized="table")
    (now,) = dbt.ref("identity_moment").max("known_at").fetchone()
    nodes = dbt.ref("account_nodes").project("node, trait, is_merged, created_at")
    return next_ledger(
        nodes.order("is_merged, created_at nulls last, node").to_arrow_table(),
        dbt.ref("account_edges").to_arrow_table(),
        dbt.ref("identity_overrides").to_arrow_table(),
        read_ledger(session, dbt.this),
        now,
        lambda node: node.removeprefix("accounts:"),
    )
