"""Grain: conversion_type × channel: the Markov chain of fct_channel_transitions, solved exactly.

Numbers are floats here; `fct_removal_effects` makes decimals of them and carries the contract.
"""

from attribution.markov import removal_effects_of


def model(dbt, session):
    dbt.config(materialized="table", contract={"enforced": False})
    return removal_effects_of(dbt.ref("fct_channel_transitions").to_arrow_table())
