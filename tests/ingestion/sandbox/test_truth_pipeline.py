"""Pipeline by day and its waterfalls, against numbers worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime

from ingestion.sandbox.facts import Deal, ExchangeRate, Facts, History
from ingestion.sandbox.truth import (
    WaterfallRow,
    pipeline_by_day,
    pipeline_waterfall,
    pipeline_waterfall_by_close_month,
)

AS_OF = datetime(2023, 4, 30, 23, 59, 59, tzinfo=UTC)


def at(month: int, day: int, hour: int = 12) -> datetime:
    return datetime(2023, month, day, hour, tzinfo=UTC)


def deal(created: datetime, amount: int, closes: date, currency: str = "USD", stage: str = "qualifiedtobuy") -> Deal:
    return Deal(
        deal_id=1, name="Deal", company_id=1, person_ids=[], created_at=created, deal_type="newbusiness",
        currency=History(created, currency), amount=History(created, amount), stage=History(created, stage),
        close_date=History(created, closes), owner=History(created, 1), updated_at=created,
    )  # fmt: skip


def company(*deals: Deal) -> Facts:
    facts = Facts(seed=0, scale=1, starts_on=date(2023, 1, 1), as_of=AS_OF, deals=list(deals))
    facts.exchange_rates = [
        ExchangeRate(date(2023, 1, 1), "EUR", "1.100000"), ExchangeRate(date(2023, 1, 1), "JPY", "0.007350"),
    ]  # fmt: skip
    return facts


def months(rows: list[WaterfallRow]) -> dict[int, dict[str, str]]:
    """The non-zero parts of each month that has any."""
    assert all(row.imbalance() == 0 for row in rows)
    result = {}
    for row in rows:
        parts = {name: str(value) for name, value in vars(row).items() if name != "month" and value}
        if parts:
            result[row.month.month] = parts
    return result


def test_an_open_deal_has_a_row_every_day_until_it_closes() -> None:
    one = deal(at(2, 27), 100_000, date(2023, 3, 10), "EUR")
    one.stage.set(at(3, 1), "contractsent")
    one.stage.set(at(3, 3), "closedwon")
    rows = list(pipeline_by_day(company(one)))
    assert [(str(r.day), r.stage, str(r.weighted_amount_reporting)) for r in rows] == [
        ("2023-02-27", "qualifiedtobuy", "440.00"),
        ("2023-02-28", "qualifiedtobuy", "440.00"),
        ("2023-03-01", "contractsent", "990.00"),
        ("2023-03-02", "contractsent", "990.00"),
    ]
    assert str(rows[0].amount) == "1000.00" and str(rows[0].amount_reporting) == "1100.00"


def test_an_unclosed_deal_lasts_until_now_and_yen_have_no_cents() -> None:
    rows = list(pipeline_by_day(company(deal(at(4, 28), 100_001, date(2023, 5, 10), "JPY"))))
    assert [r.day.day for r in rows] == [28, 29, 30]
    assert str(rows[0].amount) == "100001" and str(rows[0].amount_reporting) == "735.01"


def test_a_day_is_seen_at_its_end() -> None:
    one = deal(at(3, 1, 9), 100, date(2023, 3, 10))
    one.stage.set(at(3, 1, 17), "closedlost")
    assert list(pipeline_by_day(company(one))) == []


def test_archived_deals_drop_out() -> None:
    one = deal(at(3, 1), 50_000, date(2023, 3, 20))
    one.archived_at = at(3, 4)
    assert [r.day.day for r in pipeline_by_day(company(one))] == [1, 2, 3]
    assert months(pipeline_waterfall(company(one))) == {3: {"created": "500.00", "removed": "500.00"}}


def test_total_waterfall_follows_every_event() -> None:
    one = deal(at(1, 10), 100_000, date(2023, 2, 20))
    one.amount.set(at(1, 20), 120_000)
    one.amount.set(at(2, 5), 90_000)
    one.stage.set(at(2, 20), "closedlost")
    one.stage.set(at(3, 15), "presentationscheduled")
    one.amount.set(at(3, 15), 95_000)
    one.stage.set(at(4, 2), "closedwon")
    assert months(pipeline_waterfall(company(one))) == {
        1: {"created": "1000.00", "increased": "200.00", "closing": "1200.00"},
        2: {"opening": "1200.00", "decreased": "300.00", "lost": "900.00"},
        3: {"reopened": "950.00", "closing": "950.00"},
        4: {"opening": "950.00", "won": "950.00"},
    }


def test_created_and_won_in_one_month_shows_in_both() -> None:
    one = deal(at(3, 2), 70_000, date(2023, 3, 30))
    one.stage.set(at(3, 9), "closedwon")
    assert months(pipeline_waterfall(company(one))) == {3: {"created": "700.00", "won": "700.00"}}


def test_a_deal_created_closed_never_enters_unless_reopened() -> None:
    closed, reopened = (deal(at(1, 5), 10_000, date(2023, 1, 5), stage="closedwon") for _ in range(2))
    reopened.stage.set(at(2, 5), "qualifiedtobuy")
    assert months(pipeline_waterfall(company(closed))) == {}
    assert months(pipeline_waterfall(company(reopened)))[2] == {"reopened": "100.00", "closing": "100.00"}


def test_currency_and_amount_changed_together_are_one_event() -> None:
    one = deal(at(1, 5), 100_000, date(2023, 6, 1))
    one.currency.set(at(2, 5), "EUR")
    one.amount.set(at(2, 5), 80_000)
    assert months(pipeline_waterfall(company(one)))[2] == {
        "opening": "1000.00", "decreased": "120.00", "closing": "880.00",
    }  # fmt: skip


def test_an_event_at_midnight_on_the_first_belongs_to_the_new_month() -> None:
    one = deal(at(1, 5), 10_000, date(2023, 6, 1))
    one.stage.set(at(2, 1, 0), "closedlost")
    assert months(pipeline_waterfall(company(one))) == {
        1: {"created": "100.00", "closing": "100.00"}, 2: {"opening": "100.00", "lost": "100.00"},
    }  # fmt: skip


def test_pushed_deals_move_out_of_the_month_and_into_the_next() -> None:
    pushed = deal(at(1, 10), 100_000, date(2023, 2, 15))
    pushed.close_date.set(at(2, 14), date(2023, 3, 15))
    pushed.amount.set(at(2, 14), 110_000)
    pulled = deal(at(1, 12), 50_000, date(2023, 4, 15))
    pulled.close_date.set(at(3, 20), date(2023, 3, 28))
    pulled.stage.set(at(3, 28), "closedwon")
    same_month = deal(at(3, 2), 30_000, date(2023, 3, 9))
    same_month.close_date.set(at(3, 8), date(2023, 3, 30))
    assert months(pipeline_waterfall_by_close_month(company(pushed, pulled, same_month))) == {
        2: {"opening": "1000.00", "moved_out": "1000.00"},
        3: {"opening": "1100.00", "created": "300.00", "moved_in": "500.00", "won": "500.00", "closing": "1400.00"},
    }


def test_a_deal_won_before_the_month_it_was_due_in_is_not_of_this_month() -> None:
    early = deal(at(1, 10), 100_000, date(2023, 4, 15))
    early.stage.set(at(2, 3), "closedwon")
    early.close_date.set(at(2, 3), date(2023, 2, 3))
    assert months(pipeline_waterfall_by_close_month(company(early))) == {}
    assert months(pipeline_waterfall(company(early)))[2] == {"opening": "1000.00", "won": "1000.00"}
