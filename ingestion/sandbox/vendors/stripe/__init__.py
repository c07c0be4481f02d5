"""Stripe's API as of version 2026-10-28: billing objects of the sandbox company and the events of its last 30 days."""

from ingestion.sandbox.vendors.stripe.api import CREDENTIALS, NAME, app

__all__ = ["CREDENTIALS", "NAME", "app"]
