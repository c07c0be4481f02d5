"""What a Mailchimp connection needs to know."""

from __future__ import annotations

from pydantic import Field, SecretStr, field_validator

from ingestion.source import SourceSettings


class Settings(SourceSettings):
    """An API key, whose last part (`…-us19`) names the data centre to call."""

    api_key: SecretStr
    base_url: str | None = None
    """By default `https://<data centre>.api.mailchimp.com`, the data centre taken from the key."""
    api_version: str = Field(default="3.0", pattern=r"^\d+\.\d+$")
    page_size: int = Field(default=1000, ge=1, le=1000)
    member_lag_minutes: int = Field(default=30, ge=0)
    """How far before the newest change of a list's members the next run begins."""
    activity_days: int = Field(default=30, ge=1)
    """Reports of campaigns sent up to so many days before the last thing seen are read again, older ones are not."""
    find_deleted_members: bool = True
    """Read the ids of all members on each run (one request for 1,000) to notice those deleted for good."""

    @field_validator("api_key")
    @classmethod
    def _names_its_data_centre(cls, value: SecretStr) -> SecretStr:
        if "-" not in value.get_secret_value():
            raise ValueError("a Mailchimp key ends in its data centre, such as -us19")
        return value

    @property
    def effective_base_url(self) -> str:
        """Where to call."""
        return self.base_url or f"https://{self.api_key.get_secret_value().rsplit('-', 1)[1]}.api.mailchimp.com"
