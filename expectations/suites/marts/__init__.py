"""Suites, one module for each source or area; `suite()` maps a table to its expectations."""
