"""Grain: conversion_type × channel: the Markov chain of fct_channel_transitions, solved exactly (analytics.markov)."""

from analytics.markov import removal_effects_of
from analytics.relations import as_arrow


def model(dbt, session):
    dbt.config(materialized="table", contract={"enforced": False})
    return removal_effects_of(as_arrow(dbt.ref("fct_channel_transitions")))
