"""Pure dlt: how each system is read and how its rows land in DuckDB. Imports neither orchestration nor expectations."""
