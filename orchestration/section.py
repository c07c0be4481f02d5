"""What every section of the settings file has in common."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict


class Section(BaseModel):
    """Refuses names it does not know, and never changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("give the IANA name of a time zone, such as Europe/Sofia") from None
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]
"""IANA name, such as `Europe/Sofia`; summer time is its own."""
