"""Opening hours and routes that make no sense are refused in words that say what to give."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.errors import SettingsError
from orchestration.modeling import dbt_vars
from orchestration.settings import load_settings


def settings_file(folder: Path, text: str) -> Path:
    path = folder / "revops.toml"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[business_hours]\ntime_zone = "Mars/Olympus"\n', "IANA name"),
        ("[business_hours]\nworking_days = []\n", "one working day or more"),
        ("[business_hours]\nopens_at = 17:00:00\ncloses_at = 09:00:00\n", "closes_at must be later"),
        ('[business_hours]\nholiday_country = "ZZ"\n', "no holidays are known of ZZ"),
        ('[business_hours]\nholiday_country = "DE"\nholiday_region = "XX"\n', "regions of DE are"),
        ('[business_hours]\nholiday_region = "BY"\n', "needs holiday_country"),
        (
            '[business_hours.calendars.emea]\nteams = ["A"]\ntime_zone = "Mars/Olympus"\n',
            "calendars.emea.time_zone",
        ),
        ('[business_hours.calendars.emea]\nteams = ["A"]\nholiday_country = "ZZ"\n', "no holidays are known of ZZ"),
        ('[business_hours.calendars.emea]\nteams = ["A"]\nworking_days = []\n', "one working day or more"),
        ('[business_hours.calendars.emea]\ntime_zone = "UTC"\n', "give teams or regions"),
        ('[business_hours.calendars.emea]\nteams = [""]\n', "business_hours.calendars.emea.teams"),
        ('[business_hours.calendars.emea]\nteams = ["A"]\nopens = 9\n', "business_hours.calendars.emea.opens"),
        ('[business_hours.calendars.default]\nteams = ["A"]\n', "give another name"),
        ('[business_hours.calendars."E MEA"]\nteams = ["A"]\n', "business_hours.calendars.E MEA"),
        (
            '[business_hours.calendars.a]\nteams = ["A"]\n[business_hours.calendars.b]\nteams = ["B", "A"]\n',
            "A is named twice among the teams of a and b",
        ),
        (
            '[business_hours.calendars.a]\nregions = ["A", "A"]\n',
            "A is named twice among the regions of a;",
        ),
        ("[handoffs]\nagreed_minutes = { lead_first_touch = 0 }\n", "handoffs.agreed_minutes.lead_first_touch"),
        ('[handoffs]\nrouting = [{ region = "Europe" }]\n', "team"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(settings_file(tmp_path, text))
    assert message in str(caught.value)


def test_dbt_hears_of_hours_and_routes(tmp_path: Path) -> None:
    text = (
        '[business_hours]\nopens_at = 08:30:00\nholiday_country = "DE"\nclosed_on = [2026-12-24]\n'
        '[handoffs]\nrouting = [{ region = "Europe", team = "Europe" }]\n'
    )
    told = dbt_vars(load_settings(settings_file(tmp_path, text)))
    hours = told["business_hours"]
    assert (hours["opens_at"], hours["closes_at"], hours["closed_on"]) == ("08:30:00", "17:00:00", ["2026-12-24"])
    assert told["lead_routing"] == [{"region": "Europe", "segment": "", "team": "Europe"}]
    assert told["handoff_agreed_minutes"]["lead_assignment"] == 60


def test_what_a_calendar_does_not_say_is_as_in_the_default_one(tmp_path: Path) -> None:
    """But for the region of a holiday country that is not its own."""
    text = (
        '[business_hours]\nopens_at = 08:30:00\nholiday_country = "DE"\nholiday_region = "BY"\n'
        "closed_on = [2026-12-24]\n"
        '[business_hours.calendars.swabia]\nteams = ["Stuttgart"]\nholiday_region = "BW"\ncloses_at = 16:00:00\n'
        '[business_hours.calendars.alps]\nregions = ["Austria"]\nholiday_country = "AT"\nclosed_on = []\n'
    )
    calendars = dbt_vars(load_settings(settings_file(tmp_path, text)))["business_hours"]["calendars"]
    said = {
        name: [hours[field] for field in ("opens_at", "closes_at", "holiday_country", "holiday_region", "closed_on")]
        for name, hours in calendars.items()
    }
    assert said == {
        "swabia": ["08:30:00", "16:00:00", "DE", "BW", ["2026-12-24"]],
        "alps": ["08:30:00", "17:00:00", "AT", "", []],
    }
    assert (calendars["swabia"]["teams"], calendars["alps"]["regions"]) == (["Stuttgart"], ["Austria"])
