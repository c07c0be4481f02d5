"""Dagster definitions, one module for each kind of thing in the asset graph."""
