"""What every section of the settings file has in common."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """Refuses names it does not know, and never changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)
