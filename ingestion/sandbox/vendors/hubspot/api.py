"""HubSpot's endpoints, their authentication and their limits."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ingestion.sandbox.facts import Facts, view
from ingestion.sandbox.limits import RateLimit
from ingestion.sandbox.vendors.hubspot import render
from ingestion.sandbox.vendors.hubspot.errors import HubSpotError, not_authenticated, not_found, rate_limited
from ingestion.sandbox.vendors.hubspot.portal import ALIASES, ASSOCIATION_TYPES, SINGULAR, Collection, Portal
from ingestion.sandbox.vendors.hubspot.records import CrmObject, stamp
from ingestion.sandbox.vendors.hubspot.search import search

NAME = "hubspot"
CREDENTIALS = {"access_token": "sandbox-hubspot-token"}

LIST_MAX, HISTORY_MAX, BATCH_MAX = 100, 50, 100
OWNERS_MAX, ASSOCIATION_INPUTS_MAX, ASSOCIATIONS_PAGE = 500, 1000, 500
SEARCH_BODY_MAX = 3000
DATED = ("2025-09", "2026-03", "2026-09")

Handler = Callable[[Request], Awaitable[Response]]


class HubSpot:
    """The endpoints over one portal."""

    def __init__(self, portal: Portal, window_scale: float, page_cap: int | None) -> None:
        self.portal = portal
        self.page_cap = page_cap
        self.general = RateLimit(190, 10 * window_scale)
        self.search_limit = RateLimit(5, 1 * window_scale)
        teams = dict.fromkeys(owner.team for owner in portal.facts.owners)
        self.team_ids = {team: str(7001 + number) for number, team in enumerate(teams)}

    def guarded(self, handler: Handler, is_search: bool = False) -> Handler:
        """`handler` behind authentication and the rate limit, its `HubSpotError`s turned into responses."""

        async def answer(request: Request) -> Response:
            try:
                if request.headers.get("authorization") != f"Bearer {CREDENTIALS['access_token']}":
                    raise not_authenticated()
                if is_search and self.search_limit.admit() is not None:
                    raise rate_limited("SECONDLY")
                if not is_search and self.general.admit() is not None:
                    raise rate_limited("TEN_SECONDLY_ROLLING")
                return await handler(request)
            except HubSpotError as error:
                return error.response()

        return answer

    async def list_objects(self, request: Request) -> Response:
        collection, query = self._collection(request), request.query_params
        with_history = render.split(query.getlist("propertiesWithHistory"))
        limit = self._limit(query.get("limit"), HISTORY_MAX if with_history else LIST_MAX)
        is_archived = query.get("archived", "").lower() == "true"
        after = query.get("after", "0")
        if not after.isdigit():
            raise HubSpotError(400, "after must be the cursor of a previous page")
        found = [
            item
            for item in collection.objects
            if item.merged_into is None and (item.archived_at is not None) == is_archived and int(item.id) > int(after)
        ]
        page = found[:limit]
        following = page[-1].id if len(found) > limit else None
        results = [self._record(collection, item, request) for item in page]
        return JSONResponse({"results": results, **render.paging(following, str(request.url.replace(query="")))})

    async def get_object(self, request: Request) -> Response:
        collection = self._collection(request)
        item = collection.survivor(request.path_params["id"])
        is_archived = request.query_params.get("archived", "").lower() == "true"
        if item is None or (item.archived_at is not None) != is_archived:
            raise not_found("Object not found. Object ids are usually numeric.")
        return JSONResponse(self._record(collection, item, request))

    async def batch_read(self, request: Request) -> Response:
        collection, body = self._collection(request), await _json(request)
        inputs, with_history = body.get("inputs", []), body.get("propertiesWithHistory") or []
        most = HISTORY_MAX if with_history else BATCH_MAX
        if len(inputs) > most:
            raise HubSpotError(400, f"a batch takes at most {most} inputs, here are {len(inputs)}")
        is_archived = request.query_params.get("archived", "").lower() == "true"
        found: dict[str, CrmObject] = {}
        missing = []
        for given in inputs:
            item = collection.survivor(str(given.get("id")))
            if item is None or (item.archived_at is not None) != is_archived:
                missing.append(str(given.get("id")))
            else:
                found[item.id] = item
        results = [
            render.record(collection, item, body.get("properties") or [], with_history) for item in found.values()
        ]
        errors = [
            {
                "status": "error",
                "category": "OBJECT_NOT_FOUND",
                "message": f"Some {SINGULAR[collection.name]} objects do not exist or were deleted.",
                "context": {"ids": missing},
            }
        ]
        return _batch(results, errors if missing else [])

    async def search_objects(self, request: Request) -> Response:
        collection = self._collection(request)
        if len(await request.body()) > SEARCH_BODY_MAX:
            raise HubSpotError(400, f"the body of a search cannot exceed {SEARCH_BODY_MAX} characters")
        body = await _json(request)
        total, page, following = search(collection, body, self.page_cap)
        results = [render.record(collection, item, body.get("properties") or []) for item in page]
        paging = {} if following is None else {"paging": {"next": {"after": str(following)}}}
        return JSONResponse({"total": total, "results": results, **paging})

    async def associations(self, request: Request) -> Response:
        from_type, to_type = (self._type(request.path_params[name]) for name in ("type", "to_type"))
        if (from_type, to_type) not in ASSOCIATION_TYPES:
            raise HubSpotError(400, f"{from_type} cannot be associated with {to_type}")
        inputs = (await _json(request)).get("inputs", [])
        if len(inputs) > ASSOCIATION_INPUTS_MAX:
            raise HubSpotError(400, f"a batch takes at most {ASSOCIATION_INPUTS_MAX} inputs, here are {len(inputs)}")
        size = min(ASSOCIATIONS_PAGE, self.page_cap or ASSOCIATIONS_PAGE)
        results: list[dict[str, Any]] = []
        errors: list[dict[str, Any]] = []
        for given in inputs:
            object_id, after = str(given.get("id")), str(given.get("after") or 0)
            if not after.isdigit():
                raise HubSpotError(400, "after must be the cursor of a previous page")
            start = int(after)
            item = self.portal.types[from_type].by_id.get(object_id)
            ids = list(item.links.get(to_type, ())) if item is not None and item.is_listed else []
            page = [
                render.association(from_type, to_type, other, is_primary=position == 0)
                for position, other in enumerate(ids)
            ][start : start + size]
            if page:
                following = start + size if start + size < len(ids) else None
                link = str(request.url.replace(query=""))
                results.append({"from": {"id": object_id}, "to": page, **render.paging(following, link)})
            else:
                errors.append(_no_associations(SINGULAR[from_type], SINGULAR[to_type], object_id))
        return _batch(results, errors)

    async def owners(self, request: Request) -> Response:
        facts, query = self.portal.facts, request.query_params
        limit = self._limit(query.get("limit", "100"), OWNERS_MAX)
        is_archived = query.get("archived", "").lower() == "true"
        rendered = [render.owner(item, facts, self.team_ids) for item in facts.owners if item.hired_at <= facts.as_of]
        after = query.get("after", "0")
        found = sorted(
            (item for item in rendered if item["archived"] == is_archived and int(item["id"]) > int(after or 0)),
            key=lambda item: int(item["id"]),
        )
        following = found[limit - 1]["id"] if len(found) > limit else None
        return JSONResponse({"results": found[:limit], **render.paging(following, str(request.url.replace(query="")))})

    async def pipelines(self, request: Request) -> Response:
        if self._type(request.path_params["type"]) != "deals":
            return JSONResponse({"results": []})
        return JSONResponse({"results": [render.pipeline(self.portal.facts)]})

    async def properties(self, request: Request) -> Response:
        return JSONResponse({"results": render.property_definitions(self._collection(request))})

    async def account(self, request: Request) -> Response:
        return JSONResponse(
            {
                "portalId": 7_000_000 + self.portal.facts.seed,
                "accountType": "STANDARD",
                "timeZone": "UTC",
                "companyCurrency": "USD",
                "additionalCurrencies": ["EUR", "GBP", "JPY"],
                "utcOffset": "+00:00",
                "utcOffsetMilliseconds": 0,
                "uiDomain": "app.hubspot.com",
                "dataHostingLocation": "na1",
            }
        )

    def _record(self, collection: Collection, item: CrmObject, request: Request) -> dict[str, Any]:
        query = request.query_params
        names = render.split(query.getlist("properties"))
        with_history = render.split(query.getlist("propertiesWithHistory"))
        associations = [self._type(name) for name in render.split(query.getlist("associations"))]
        return render.record(collection, item, names, with_history, associations)

    def _limit(self, given: str | None, most: int) -> int:
        limit = 10 if given is None else int(given) if given.isdigit() else 0
        if not 1 <= limit <= most:
            raise HubSpotError(400, f"limit must be between 1 and {most}")
        return min(limit, self.page_cap or limit)

    def _collection(self, request: Request) -> Collection:
        return self.portal.types[self._type(request.path_params["type"])]

    def _type(self, name: str) -> str:
        if name.lower() not in ALIASES:
            raise HubSpotError(400, f"Unable to infer object type from: {name}")
        return ALIASES[name.lower()]


def _batch(results: list[dict[str, Any]], errors: list[dict[str, Any]]) -> JSONResponse:
    """A batch's answer: 200, or 207 with `errors` when some inputs found nothing."""
    now = stamp(datetime.now(UTC))
    body: dict[str, Any] = {"status": "COMPLETE", "results": results, "startedAt": now, "completedAt": now}
    if errors:
        body |= {"numErrors": len(errors), "errors": errors}
    return JSONResponse(body, 207 if errors else 200)


def _no_associations(from_type: str, to_type: str, object_id: str) -> dict[str, Any]:
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {to_type} is associated with {from_type} {object_id}.",
        "context": {"fromObjectId": [object_id], "fromObjectType": [from_type], "toObjectType": [to_type]},
    }


async def _json(request: Request) -> dict[str, Any]:
    try:
        body = json.loads(await request.body())
    except ValueError:
        raise HubSpotError(400, "Invalid input JSON") from None
    if not isinstance(body, dict):
        raise HubSpotError(400, "Invalid input JSON: an object is needed")
    return body


async def _unknown(request: Request) -> Response:
    raise not_found()


def app(facts: Facts, window_scale: float, page_cap: int | None = None) -> Starlette:
    """HubSpot over `facts`. Rate-limit windows are multiplied by `window_scale`; `page_cap` makes pages smaller."""
    api = HubSpot(Portal(view(facts, "hubspot")), window_scale, page_cap)
    routes: list[Route] = []

    def route(path: str, handler: Handler, method: str = "GET", is_search: bool = False) -> None:
        routes.append(Route(path, api.guarded(handler, is_search), methods=[method]))

    for objects in ("/crm/v3/objects/{type}", *(f"/crm/objects/{version}/{{type}}" for version in DATED)):
        route(f"{objects}/search", api.search_objects, "POST", is_search=True)
        route(f"{objects}/batch/read", api.batch_read, "POST")
        route(f"{objects}/{{id}}", api.get_object)
        route(objects, api.list_objects)
    for associations in ("/crm/v4/associations", *(f"/crm/associations/{version}" for version in DATED)):
        route(f"{associations}/{{type}}/{{to_type}}/batch/read", api.associations, "POST")
    for version in ("v3", *DATED):
        for area, tail, handler in (
            ("owners", "", api.owners),
            ("pipelines", "/{type}", api.pipelines),
            ("properties", "/{type}", api.properties),
        ):
            path = f"/crm/{version}/{area}{tail}" if version == "v3" else f"/crm/{area}/{version}{tail}"
            route(path, handler)
            # HubSpot's own client asks for the owners with a slash at the end.
            route(f"{path}/", handler)
        route(f"/account-info/{version}/details", api.account)
    routes.append(Route("/{path:path}", api.guarded(_unknown), methods=["GET", "POST", "PUT", "PATCH", "DELETE"]))
    return Starlette(routes=routes)
