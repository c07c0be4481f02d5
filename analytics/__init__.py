"""Numbers that SQL cannot reach: pure functions, Arrow in and Arrow out, called by dbt's Python models."""
