"""HubSpot's CRM API: objects, search, associations, owners, pipelines and properties of the sandbox company.

Served at the legacy versions (`/crm/v3/…`, `/crm/v4/associations/…`) and at the date-based ones, such as
`/crm/objects/2026-09/…`.
"""

from ingestion.sandbox.vendors.hubspot.api import CREDENTIALS, NAME, app

__all__ = ["CREDENTIALS", "NAME", "app"]
