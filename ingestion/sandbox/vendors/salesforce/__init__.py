"""Salesforce of the meridian unit: the REST API with SOQL, versions 59 to 68, and the OAuth token endpoint.

Evidence: `simple-salesforce` pages through it (T3, `tests/clients/`); documentation for the rest. What a reader would
not guess:

- `nextRecordsUrl` is a path on the instance. A user may leave ten locators open; with an eleventh the oldest is
  invalid. Pages hold 2,000 records, or `Sforce-Query-Options: batchSize=…` from 200 on.
- What was deleted, by hand or by a merge, is in `queryAll` only, with `IsDeleted` and a new `SystemModstamp`.
- Texts compare without regard to case, ids by their first 15 characters; NULL comes first in either order.
- `OpportunityHistory` tells stage, amount and close date; owner and currency are in `OpportunityFieldHistory`, a lookup
  once by names and once by ids. So are the owners of accounts, contacts and leads, each in a history object of its own.
- `ForecastingItem` holds the present forecast only, `ForecastingSubmission` (from version 62 on) what was said when;
  the first three characters of the latter's ids are made up. `DatedConversionRate` says units for one US dollar.
- The address of a request may have 16,384 bytes.
"""

from ingestion.sandbox.vendors.salesforce.api import CREDENTIALS, NAME, app

__all__ = ["CREDENTIALS", "NAME", "app"]
