"""Schedules, runs, audits and publishes refreshes. The only package that imports Dagster."""
