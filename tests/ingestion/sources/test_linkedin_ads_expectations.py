"""The suite of LinkedIn Ads holds on what is plausible and finds what it says it finds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from tests.ingestion.sources.linkedin_accounts import Accounts, campaign
from tests.ingestion.sources.suite_check import faults

READ_AT = datetime(2026, 1, 12)
START = 1_767_225_600_000


def day(campaign_id: str, date: str = "2026-01-03", **measures: Any) -> dict[str, Any]:
    plausible = {"account_id": "501", "cost": "1.5", "impressions": 10, "clicks": 1}
    return {"campaign_id": campaign_id, "date": date, **plausible, **measures}


def test_planted_faults_are_found_and_nothing_else(tmp_path: Path) -> None:
    ads = Accounts()
    campaigns = [{**row, "account_id": "501"} for row in ads.campaigns]
    well = {"ad_accounts": ads.accounts, "campaigns": campaigns, "campaign_days": [day("1"), day("1", "2026-01-04")]}
    assert faults("linkedin_ads", well, READ_AT, tmp_path / "well") == set()
    spoilt = {
        "ad_accounts": [{**ads.accounts[0], "currency": "euro"}],
        "campaigns": [
            campaign(1),
            {**campaign(2, runSchedule={"start": START, "end": START - 1}), "account_id": "501"},
        ],
        "campaign_days": [
            day("1", cost="-0.1"),
            day("2", "2026-03-01"),
            day("3", impressions=0, clicks=0),
            day("4"),
            day("4", "2026-01-04", account_id="502"),
        ],
    }
    assert faults("linkedin_ads", spoilt, READ_AT, tmp_path / "spoilt") == {
        ("ad_accounts", "Currencies are three capital letters"),
        ("campaigns", "Every campaign belongs to an account"),
        ("campaigns", "No campaign ends before it starts"),
        ("campaign_days", "Cost and counts are not negative"),
        ("campaign_days", "No day lies after the day it was read"),
        ("campaign_days", "Money was spent only where ads were shown"),
        ("campaign_days", "No campaign has days in two accounts"),
    }
