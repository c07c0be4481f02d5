"""MetricFlow gives the numbers that the metric tables hold, for every metric of the catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from orchestration.errors import RevOpsError
from orchestration.semantics import SemanticLayer
from tests.end_to_end.conftest import Company, Published


@pytest.fixture(scope="module")
def layer(company: Company) -> SemanticLayer:
    folder = company.published.database.parent
    return SemanticLayer(folder / "semantic_manifest.json", company.published.database)


def totals(published: Published) -> Iterator[tuple[str, str, dict[date, Decimal | None]]]:
    """(metric, how long its periods are, its total by period) of everything in metric_values that has a total."""
    found: dict[tuple[str, str], dict[date, Decimal | None]] = {}
    for metric, grain, period, value in published.query(
        "select metric_name, period_grain, period_date, value from metrics.metric_values where dimension = 'total'"
    ):
        found.setdefault((metric, grain), {})[period] = value
    for (metric, grain), values in found.items():
        yield metric, grain, values


def close(ours: Any, theirs: Decimal | None) -> bool:
    """The same number, but for the sixth digit of a quotient."""
    if ours is None or theirs is None:
        return ours is None and theirs is None
    return abs(Decimal(str(ours)) - theirs) <= Decimal("0.000001")


def test_every_total_of_every_period(company: Company, layer: SemanticLayer) -> None:
    wrong = []
    compared = 0
    for metric, grain, values in totals(company.published):
        length = "month" if grain == "month" else "day"
        answer = layer.query([metric], [f"metric_time__{length}"]).fetchall()
        told = {(at.date() if isinstance(at, datetime) else at): value for at, value in answer}
        compared += sum(value is not None for value in values.values())
        wrong += [(metric, at, value) for at, value in values.items() if not close(told.get(at), value)]
    assert not wrong, f"{len(wrong)} of {compared} values differ: {wrong[:3]}"
    assert compared > 1000


def test_parts_of_a_dimension(company: Company, layer: SemanticLayer) -> None:
    row = "pipeline_velocity_monthly_row"
    answer = layer.query(
        ["pipeline_velocity_by_dimension"],
        ["metric_time__month", f"{row}__dimension_value"],
        [f"{{{{ Dimension('{row}__dimension') }}}} = 'segment'"],
    ).fetchall()
    told = {(at.date() if isinstance(at, datetime) else at, part): value for at, part, value in answer}
    published = company.published.query(
        "select month_date, dimension_value, pipeline_velocity from metrics.pipeline_velocity_monthly "
        "where dimension = 'segment'"
    )
    assert len(published) > 50
    assert all(close(told[at, part], value) for at, part, value in published)


def test_a_balance_counts_at_the_end_of_a_longer_window(company: Company, layer: SemanticLayer) -> None:
    [(_, told)] = layer.query(
        ["arr"], ["metric_time__year"], ["{{ TimeDimension('metric_time', 'year') }} = '2025-01-01'"]
    ).fetchall()
    assert [(told,)] == company.published.query("select arr from metrics.arr_monthly where month_date = '2025-12-01'")


def test_what_it_does_not_know_is_named(layer: SemanticLayer) -> None:
    with pytest.raises(RevOpsError, match="nope"):
        layer.query(["nope"])
