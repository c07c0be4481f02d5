"""When the company works, and what its teams have agreed on handing work over."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Any, Literal, Self

import holidays
from pydantic import Field, model_validator

from orchestration.section import Section, TimeZone

DEFAULT = "default"
"""The calendar of everybody who has no other."""
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class OpeningHours(Section):
    """When somebody works."""

    working_days: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
    opens_at: time = time(9)
    closes_at: time = time(17)
    """Local times of `time_zone`, on the same day."""
    time_zone: TimeZone = "UTC"
    holiday_country: str = Field(default="", pattern="^([A-Z]{2})?$")
    """ISO 3166 alpha-2; its public holidays are closed. Empty: none."""
    holiday_region: str = ""
    """Subdivision of the country as ISO 3166-2 has it, such as `BY`."""
    closed_on: tuple[date, ...] = ()
    """Further closed days."""

    @model_validator(mode="after")
    def _open_sometime(self) -> Self:
        if not self.working_days:
            raise ValueError("give one working day or more")
        if self.closes_at <= self.opens_at:
            raise ValueError("closes_at must be later than opens_at")
        if self.opens_at.tzinfo or self.closes_at.tzinfo:
            raise ValueError("opens_at and closes_at are local times; time_zone says where")
        if self.holiday_region and not self.holiday_country:
            raise ValueError("holiday_region needs holiday_country")
        if self.holiday_country:
            regions = holidays.list_supported_countries().get(self.holiday_country)
            if regions is None:
                raise ValueError(f"no holidays are known of {self.holiday_country}; list them in closed_on")
            if self.holiday_region and self.holiday_region not in regions:
                raise ValueError(f"regions of {self.holiday_country} are {', '.join(regions) or 'not told apart'}")
        return self


Name = Annotated[str, Field(min_length=1)]


class Calendar(OpeningHours):
    """The hours of some teams, of the buyers of some regions, or both."""

    teams: tuple[Name, ...] = ()
    regions: tuple[Name, ...] = ()

    @model_validator(mode="after")
    def _is_somebodys(self) -> Calendar:
        if not self.teams and not self.regions:
            raise ValueError("give teams or regions that the calendar is for")
        return self


class BusinessHours(OpeningHours):
    """The hours that count when a delay is measured in business time."""

    calendars: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], Calendar] = Field(default_factory=dict)
    """Those of a team count before those of a region, and these before the hours above, which are `default`."""

    @model_validator(mode="before")
    @classmethod
    def _inherit(cls, given: Any) -> Any:
        """What a calendar does not say is as in the default one; a country of its own has regions of its own."""
        calendars = given.get("calendars") if isinstance(given, dict) else None
        if not isinstance(calendars, dict):
            return given
        hours = {name: value for name, value in given.items() if name in OpeningHours.model_fields}

        def completed(said: Any) -> Any:
            if not isinstance(said, dict):
                return said
            dropped = {"holiday_region"} if "holiday_country" in said else set()
            return {name: value for name, value in hours.items() if name not in dropped} | said

        return given | {"calendars": {name: completed(said) for name, said in calendars.items()}}

    @model_validator(mode="after")
    def _one_each(self) -> BusinessHours:
        if DEFAULT in self.calendars:
            raise ValueError(f"{DEFAULT} is what the hours outside of all calendars are called; give another name")
        for kind in ("teams", "regions"):
            found: dict[str, str] = {}
            for calendar, hours in self.calendars.items():
                for name in getattr(hours, kind):
                    if name in found:
                        both = " and ".join(dict.fromkeys((found[name], calendar)))
                        raise ValueError(f"{name} is named twice among the {kind} of {both}; it can have one calendar")
                    found[name] = calendar
        return self


class Route(Section):
    """Leads of a region, of a segment or of both belong to a team; the first route that fits decides."""

    region: str = ""
    segment: str = ""
    team: Name


Minutes = Annotated[int, Field(ge=1)]


class AgreedMinutes(Section):
    """How long each handoff may take, in business minutes; a time that the help desk itself agreed goes before."""

    lead_assignment: Minutes = 60
    lead_acceptance: Minutes = 4800
    lead_first_touch: Minutes = 480
    customer_success: Minutes = 2400
    ticket_first_response: Minutes = 480


class HandoffSettings(Section):
    """Agreed times and who leads belong to."""

    agreed_minutes: AgreedMinutes = AgreedMinutes()
    routing: tuple[Route, ...] = ()
