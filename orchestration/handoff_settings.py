"""When the company works, and what its teams have agreed on handing work over."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from pydantic import Field, field_validator, model_validator

from orchestration.section import Section

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class BusinessHours(Section):
    """The hours that count when a delay is measured in business time."""

    working_days: tuple[Weekday, ...] = ("monday", "tuesday", "wednesday", "thursday", "friday")
    opens_at: time = time(9)
    closes_at: time = time(17)
    """Local times of `time_zone`, on the same day."""
    time_zone: str = "UTC"
    """IANA name, such as `Europe/Sofia`; summer time is its own."""
    holiday_country: str = Field(default="", pattern="^([A-Z]{2})?$")
    """ISO 3166 alpha-2; its public holidays are closed. Empty: none."""
    holiday_region: str = ""
    """Subdivision of the country as ISO 3166-2 has it, such as `BY`."""
    closed_on: tuple[date, ...] = ()
    """Further closed days."""

    @field_validator("time_zone")
    @classmethod
    def _known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("give the IANA name of a time zone, such as Europe/Sofia") from None
        return name

    @model_validator(mode="after")
    def _open_sometime(self) -> BusinessHours:
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


class Route(Section):
    """Leads of a region, of a segment or of both belong to a team; the first route that fits decides."""

    region: str = ""
    segment: str = ""
    team: str = Field(min_length=1)


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
