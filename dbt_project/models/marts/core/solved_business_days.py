"""Grain: calendar × date_day, local days of each calendar in `[business_hours]`, with the instants (UTC) at which
business opens and closes; on a closed day both are its beginning. Holidays and summer time come from libraries, so SQL
need not know them; `dim_business_days` carries the contract.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pyarrow as pa

DAY = timedelta(days=1)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def business_days(days, hours):
    """A table with a row for each of `days` (dates) in each calendar of the settings `hours`. Times are naive UTC."""
    calendars = {"default": hours, **hours["calendars"]}
    rows = [(name, *row) for name, said in calendars.items() for row in days_of(days, said)]
    moment = pa.timestamp("us")
    names = {
        "calendar": pa.string(),
        "date_day": pa.date32(),
        "begins_at": moment,
        "ends_at": moment,
        "opens_at": moment,
        "closes_at": moment,
        "is_open": pa.bool_(),
        "closed_for": pa.string(),
    }
    columns = list(zip(*rows, strict=True)) or [[]] * len(names)
    return pa.table([pa.array(values, kind) for values, kind in zip(columns, names.values())], names=list(names))


def days_of(days, hours):
    """Each of `days` in one calendar: midnight, the next one, opening, closing, whether it is open, or why not."""
    zone = ZoneInfo(hours["time_zone"])
    opening, closing = time.fromisoformat(hours["opens_at"]), time.fromisoformat(hours["closes_at"])
    closed = dict.fromkeys((date.fromisoformat(day) for day in hours["closed_on"]), "closed")
    if hours["holiday_country"] and days:
        years = range(min(days).year, max(days).year + 1)
        closed |= holidays.country_holidays(hours["holiday_country"], hours["holiday_region"] or None, years=years)

    def instant(day, clock):
        return datetime.combine(day, clock, zone).astimezone(UTC).replace(tzinfo=None)

    for day in days:
        begins_at = instant(day, time.min)
        is_open = WEEKDAYS[day.weekday()] in hours["working_days"] and day not in closed
        opens_at, closes_at = (instant(day, opening), instant(day, closing)) if is_open else (begins_at, begins_at)
        yield day, begins_at, instant(day + DAY, time.min), opens_at, closes_at, is_open, closed.get(day)


def model(dbt, session):
    dbt.config(materialized="table", contract={"enforced": False})
    hours = dbt.config.get("business_hours")
    calendar = dbt.ref("calendar_days").to_arrow_table()
    days = sorted(calendar["date_day"].to_pylist())
    # A local day may begin before the first UTC day of the data, or end after the last.
    around = [days[0] - DAY, *days, days[-1] + DAY] if days else []
    return business_days(around, hours)
