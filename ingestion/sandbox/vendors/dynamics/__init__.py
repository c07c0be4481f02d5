"""Dynamics 365 Sales of the polaris unit: Dataverse's Web API v9.2 (OData v4) and Entra's token endpoint.

Evidence: Microsoft's own client pages through it (T3, `tests/clients/`); documentation for the rest. What a reader
would not guess:

- `POST /<tenant>/oauth2/v2.0/token` stands for Entra's separate host.
- Pages hold at most 5,000 records, or `Prefer: odata.maxpagesize`. `@odata.nextLink` is absolute and opaque; `$skip` is
  refused. Without `$orderby` records come in the order of their ids.
- A lookup is a column `_<name>_value`; its label, and the table it leads to, come as annotations on request.
- `Prefer: odata.track-changes` ends the last page with `@odata.deltaLink`. It admits no `$filter`, `$orderby`,
  `$expand` or `$top`. A link older than 7 days has expired, since deletions are forgotten by then (0x80044352).
- A count never says more than 5,000; `RetrieveTotalRecordCount` does.
- NULL meets no comparison but `eq null` and `ne null`; texts compare without regard to case.
- Forecasts are not served: Dynamics keeps them in tables that its Web API does not document.
"""

from ingestion.sandbox.vendors.dynamics.api import CREDENTIALS, NAME, app

__all__ = ["CREDENTIALS", "NAME", "app"]
