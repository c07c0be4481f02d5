"""Matomo's Reporting API: one PHP page, `/index.php?module=API&method=…`.

Evidence: the vendor's API reference and the server's published source for the Live plugin (T2). What a reader would not
guess:

- Every error is HTTP 200 with `{"result": "error", "message": …}`.
- `token_auth` is accepted in the POST body only ("secure only" tokens); in the query string it is refused.
- `Live.getLastVisitsDetails` is newest first and returns 100 visits unless `filter_limit` says otherwise (-1: all).
- A visit belongs to the day of its *last* action, in the site's time zone (UTC here): `serverTimestamp` and
  `lastActionTimestamp` are that instant, `firstActionTimestamp` is the start. `VisitsSummary.getVisits` counts alike.
- `minTimestamp` is exclusive. Numbers of the log tables arrive as strings, timestamps as integers.
- A goal in `actionDetails` has no id of its own: visit, goal and timestamp identify it.
- The campaign fields are those of the MarketingCampaignsReporting plugin.
- There is no request limit on a server of one's own. A `page_cap` lowers `filter_limit` silently.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import quoteattr

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingestion.sandbox.facts import Facts, view
from ingestion.sandbox.vendors.matomo.site import SITE_ID, MatomoError, Params, Site

NAME = "matomo"
CREDENTIALS = {"token_auth": "sandbox0matomo0token0auth0000000", "site_id": str(SITE_ID)}

VERSION = "5.3.2"


def app(facts: Facts, window_scale: float, page_cap: int | None = None) -> Starlette:
    """The API over `facts`. `page_cap` lowers the largest `filter_limit`; no limit here has a window to scale."""
    site = Site(view(facts, NAME), page_cap)
    methods: dict[str, Callable[[Params], Any]] = {
        "API.getMatomoVersion": lambda params: {"value": VERSION},
        "SitesManager.getSitesIdWithAtLeastViewAccess": lambda params: [SITE_ID],
        "SitesManager.getSiteFromId": lambda params: site.describe(_site_id(params)),
        "Goals.getGoals": lambda params: site.goals(_site_id(params)),
        "VisitsSummary.getVisits": lambda params: site.count(_site_id(params), params),
        "Live.getLastVisitsDetails": lambda params: site.visits(_site_id(params), params),
    }

    async def index(request: Request) -> Response:
        body = dict(parse_qsl((await request.body()).decode("utf-8", "replace"), keep_blank_values=True))
        params = {**request.query_params, **body}
        try:
            _authenticate(request, body, params)
            if params.get("module") != "API":
                raise MatomoError("Please specify a value for 'module'.")
            method = params.get("method", "")
            if method not in methods:
                module, _, action = method.partition(".")
                raise MatomoError(
                    f"The method '{action}' does not exist or is not available in the module "
                    f"'\\Piwik\\Plugins\\{module}\\API'."
                )
            answer = methods[method](params)
        except MatomoError as problem:
            if params.get("format", "xml").lower() == "xml":
                return _xml_error(str(problem))
            return JSONResponse({"result": "error", "message": str(problem)})
        if params.get("format", "xml").lower() != "json":
            return _xml_error("This sandbox answers with format=JSON only.")
        return JSONResponse(answer)

    return Starlette(routes=[Route(path, index, methods=["GET", "POST"]) for path in ("/index.php", "/")])


def _authenticate(request: Request, body: Params, params: Params) -> None:
    if body.get("token_auth") == CREDENTIALS["token_auth"] and "token_auth" not in request.query_params:
        return
    if "token_auth" in params:
        raise MatomoError(
            "Unable to authenticate with the provided token. It is either invalid, expired or is required to be sent "
            "as a POST parameter."
        )
    raise MatomoError("You can't access this resource as it requires 'view' access for at least one website.")


def _xml_error(message: str) -> Response:
    document = f'<?xml version="1.0" encoding="utf-8" ?>\n<result>\n\t<error message={quoteattr(message)} />\n</result>'
    return Response(document, media_type="text/xml")


def _site_id(params: Params) -> int:
    text = params.get("idSite", "")
    if not text:
        raise MatomoError("Please specify a value for 'idSite'.")
    if text not in (str(SITE_ID), "all"):
        raise MatomoError(f"You can't access this resource as it requires 'view' access for the website id = {text}.")
    return SITE_ID
