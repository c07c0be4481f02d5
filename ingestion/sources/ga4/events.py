"""Turns the files of days into rows inside DuckDB: fields picked, parameters flattened, consent honoured."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import duckdb
import pyarrow as pa

from ingestion.errors import BrokenPagination, VendorError
from ingestion.sources.ga4.files import Day
from ingestion.sources.ga4.settings import Settings
from ingestion.sources.ga4.tables import EVENTS, FIELDS, PARAMETERS, REQUIRED
from ingestion.tables import Rejected

MOST_REJECTED_SHOWN = 1_000
"""Broken records of a group of days that are kept with their text; more than that is no export, and raises."""
BYTES_AT_ONCE = 128 * 1024 * 1024
DAYS_AT_ONCE = 200


class DaysReader:
    """Reads days of one kind together through `connection`, which must be its alone."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, settings: Settings) -> None:
        self._connection, self._settings = connection, settings

    def together(self, days: Iterable[Day]) -> Iterator[list[Day]]:
        """The days in groups to read at once: of one format, both or neither provisional, and with the same fields.

        The export gained fields over the years. A group is at most `BYTES_AT_ONCE` large, but for a single day.
        """
        group: list[Day] = []
        kind, size = None, 0
        for day, schema in self._schemas(list(days)):
            this, bytes_ = (day.format, day.is_provisional, schema), sum(file.stat().st_size for file in day.files)
            if group and (this != kind or size + bytes_ > BYTES_AT_ONCE or len(group) == DAYS_AT_ONCE):
                yield group
                group, size = [], 0
            group, kind, size = [*group, day], this, size + bytes_
        if group:
            yield group

    def pages(self, days: list[Day], rejected: list[Rejected]) -> Iterator[pa.Table]:
        """The events of a group as Arrow tables; what does not fit goes to `rejected`. Raises `IngestionError`s."""
        with self._explained(days):
            total = self._open(days)
            types = self._types()
            if missing := [name for name in REQUIRED if (name,) not in types]:
                raise VendorError(
                    f"{self._settings.name}: {days[0].files[0].name} has no column {', '.join(missing)}",
                    f"Check sources.{self._settings.name}.path: is this a GA4 export, of its events_ tables?",
                )
            refused = self._refuse(rejected)
            given = 0
            query = self._select(days[0].is_provisional, types)
            for batch in self._connection.execute(query).to_arrow_reader(self._settings.batch_rows):
                given += batch.num_rows
                yield pa.Table.from_batches([batch])
        if given + refused != total:
            raise BrokenPagination(
                f"{self._settings.name}: {days[0].day} to {days[-1].day} gave {given + refused} of {total} events",
                "Their files changed while they were read. Run again once they are copied.",
            )

    @contextmanager
    def _explained(self, days: list[Day]) -> Iterator[None]:
        """DuckDB's errors as `VendorError`, with the file it names."""
        try:
            yield
        except duckdb.Error as error:
            files = [file.name for day in days for file in day.files]
            name = next((file for file in files if file in str(error)), files[0])
            raise VendorError(
                f"{self._settings.name}: {name} cannot be read: {str(error).splitlines()[0][:200]}",
                "Copy the file again: it may be cut short, or still being written.",
            ) from None

    def _schemas(self, days: list[Day]) -> list[tuple[Day, str]]:
        """Each day with a digest of its Parquet files' fields."""
        files = [str(file) for day in days if day.format == "parquet" for file in day.files]
        if not files:
            return [(day, "") for day in days]
        with self._explained([day for day in days if day.format == "parquet"]):
            rows = self._connection.execute(
                "select file_name, md5(string_agg(concat_ws(' ', name, type, num_children), ',' order by name)) "
                f"from parquet_schema({_list(files)}) group by file_name"
            ).fetchall()
        digests = dict(rows)
        return [(day, " ".join(sorted({digests.get(str(file), "") for file in day.files}))) for day in days]

    def _open(self, days: list[Day]) -> int:
        """Make the days' records readable as `exported`; their number, counted by another route than reading them."""
        paths = [(str(file), day.day) for day in days for file in day.files]
        files = _list(path for path, _ in paths)
        dates = ", ".join(f"date '{day}'" for _, day in paths)
        days_of_files = f"map({files}, [{dates}])"
        if days[0].format == "parquet":
            self._connection.execute(
                f"create or replace temp view exported as select * exclude (filename), {days_of_files}[filename] as "
                "day, null::varchar as broken "
                f"from read_parquet({files}, union_by_name = true, hive_partitioning = false, filename = true)"
            )
            return self._scalar(f"select sum(num_rows) from parquet_file_metadata({files})")
        lines = (
            f"(select line, {days_of_files}[filename] as day from read_csv({files}, columns = {{'line': 'varchar'}}, "
            "delim = '\\x01', quote = '', escape = '', header = false, auto_detect = false, max_line_size = 20000000, "
            "strict_mode = false, filename = true) where trim(line) <> '')"
        )
        structure = _text(json.dumps({name: _structure(type_) for name, type_ in FIELDS.items()}))
        self._connection.execute(
            "create or replace temp view exported as select unnest(record), day, broken from (select day, "
            f"case when json_valid(line) then json_transform(line, {structure}) end as record, "
            f"case when not json_valid(line) then line end as broken from {lines})"
        )
        return self._scalar(f"select count(*) from {lines}")

    def _types(self) -> dict[tuple[str, ...], Any]:
        """Every field of `exported`, structs' own fields included, by path."""
        relation = self._connection.sql("select * from exported limit 0")
        found: dict[tuple[str, ...], Any] = {}

        def note(path: tuple[str, ...], type_: Any) -> None:
            found[path] = type_
            if type_.id == "struct":
                for name, child in type_.children:
                    note((*path, name), child)

        for name, type_ in zip(relation.columns, relation.types, strict=True):
            note((name,), type_)
        return found

    def _refuse(self, rejected: list[Rejected]) -> int:
        """Put aside records that are no JSON, or lack their time or name; how many there are."""
        total = self._scalar(f"select count(*) from exported where {_UNFIT}")
        if total > MOST_REJECTED_SHOWN:
            raise VendorError(
                f"{self._settings.name}: {total:,} records have no time or no name",
                f"Check sources.{self._settings.name}.path: is this a GA4 export?",
            )
        unfit = self._connection.execute(
            "select case when broken is not null then 'the line is not JSON' when event_timestamp is null "
            "then 'event_timestamp is missing' else 'event_name is missing' end, "
            "coalesce(broken, to_json(exported)::varchar) "
            f"from exported where {_UNFIT} order by all"
        ).fetchall()
        seen: dict[str, int] = {}
        for reason, record in unfit:
            rejected.append(Rejected(EVENTS.name, reason, record, seen.get(record, 0)))
            seen[record] = seen.get(record, 0) + 1
        return total

    def _select(self, is_provisional: bool, types: dict[tuple[str, ...], Any]) -> str:
        """One row for each event, in the raw table's columns."""

        def field(path: str, type_: str = "varchar") -> str:
            """A field of the export, NULL where this file has none."""
            return f"cast({path} as {type_})" if tuple(path.split(".")) in types else f"cast(null as {type_})"

        denied = f"coalesce({field('privacy_info.analytics_storage')} = 'No', false)"
        last_click = "session_traffic_source_last_click"
        expressions = {
            "event_date": "day",
            "event_at": "make_timestamp(event_timestamp)",
            "event_name": "event_name",
            "is_key_event": f"list_contains({_list(self._settings.key_events)}, event_name)",
            "is_provisional": str(is_provisional).lower(),
            "user_pseudo_id": f"case when not {denied} then user_pseudo_id end",
            "user_id": f"case when not {denied} then nullif({field('user_id')}, '') end",
            "analytics_storage": field("privacy_info.analytics_storage"),
            "ads_storage": field("privacy_info.ads_storage"),
            **{column.name: _parameter(column.name, column.type) for column in PARAMETERS},
            **{
                f"session_{name}": f"coalesce({field(f'{last_click}.manual_campaign.{inner}')}, "
                f"{field(f'{last_click}.cross_channel_campaign.{inner}')})"
                for name, inner in (("source", "source"), ("medium", "medium"), ("campaign", "campaign_name"))
            },
            "collected_source": field("collected_traffic_source.manual_source"),
            "collected_medium": field("collected_traffic_source.manual_medium"),
            "collected_campaign": field("collected_traffic_source.manual_campaign_name"),
            "has_gclid": f"{field('collected_traffic_source.gclid')} is not null",
            "purchase_revenue": f"try_cast({field('ecommerce.purchase_revenue')} as decimal(38, 9))",
            "device_category": field("device.category"),
            "operating_system": field("device.operating_system"),
            "browser": f"coalesce({field('device.web_info.browser')}, {field('device.browser')})",
            "country": field("geo.country"),
            "hostname": field("device.web_info.hostname"),
            "platform": field("platform"),
            "stream_id": field("stream_id"),
            "other_params": _OTHERS,
            "user_properties": f"case when not {denied} then {_as_json('user_properties', types)} end",
            "items": _as_json("items", types),
        }
        batch = [field(name) for name in ("batch_page_id", "batch_ordering_id", "batch_event_index")]
        apart = ", ".join(
            ["user_pseudo_id", "event_timestamp", "event_name", field("event_bundle_sequence_id"), *batch]
        )
        columns = ", ".join(f'{expression} as "{name}"' for name, expression in expressions.items())
        return f"""
            with readable as (
                select *, list_transform(event_params, lambda param: param.key) as keys
                from exported where not ({_UNFIT})
            ),
            named as (
                select {columns}, md5(concat_ws('|', {apart})) as told_apart from readable
            ),
            numbered as (
                select *, row_number() over (
                    partition by event_date, told_apart order by page_location, ga_session_id, other_params
                ) as number
                from named
            )
            select
                strftime(event_date, '%Y%m%d-') || told_apart
                || case when number > 1 then '-' || number else '' end as event_id,
                * exclude (told_apart, number)
            from numbered
        """

    def _scalar(self, sql: str) -> int:
        row = self._connection.execute(sql).fetchone()
        return int(row[0]) if row and row[0] is not None else 0


_UNFIT = "broken is not null or event_timestamp is null or event_name is null"
_KNOWN = "[" + ", ".join(f"'{column.name}'" for column in PARAMETERS) + "]"
_VALUE = (
    "coalesce({0}.value.string_value, {0}.value.int_value::varchar, "
    "coalesce({0}.value.double_value, {0}.value.float_value)::varchar)"
)
_FURTHER = f"list_filter(event_params, lambda param: not list_contains({_KNOWN}, param.key))"
_PAIR = f"to_json(param.key)::varchar || ':' || coalesce(to_json({_VALUE.format('param')})::varchar, 'null')"
_OTHERS = (
    f"case when len({_FURTHER}) > 0 then "
    f"'{{' || array_to_string(list_transform({_FURTHER}, lambda param: {_PAIR}), ',') || '}}' end"
)
"""The parameters without a column, as a JSON object of texts. No map: it would fail on a name that is there twice."""


def _parameter(name: str, type_: str) -> str:
    """The value of an event parameter, whichever of its four types it was sent as."""
    value = _VALUE.format(f"event_params[list_position(keys, '{name}')]")
    kind = {"bigint": "bigint", "decimal": "decimal(38, 9)"}.get(type_)
    return f"try_cast({value} as {kind})" if kind else value


def _as_json(name: str, types: dict[tuple[str, ...], Any]) -> str:
    """A repeated field as JSON, NULL where there is nothing in it."""
    if (name,) not in types:
        return "cast(null as varchar)"
    return f"nullif(to_json({name})::varchar, '[]')"


def _structure(type_: str) -> Any:
    """A DuckDB type as `json_transform` wants it."""
    if type_.endswith("[]"):
        return [_structure(type_[:-2])]
    if not type_.startswith("STRUCT("):
        return type_
    fields: dict[str, Any] = {}
    depth, start, body = 0, 0, type_[7:-1]
    for position, letter in enumerate(f"{body},"):
        depth += (letter == "(") - (letter == ")")
        if letter == "," and depth == 0:
            name, inner = body[start:position].strip().split(" ", 1)
            fields[name] = _structure(inner)
            start = position + 1
    return fields


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _list(values: Any) -> str:
    return "[" + ", ".join(_text(value) for value in values) + "]"
