"""Grain: left_node × right_node, pairs of records with names alike, and each with itself once it has been scored.

Reads its own last result, so that a refresh scores only pairs with a new or changed record.
"""

from identity import rescore, scores_before


def model(dbt, session):
    dbt.config(materialized="table")
    return rescore(dbt.ref("identity_names").to_arrow_table(), scores_before(session, dbt.this))
