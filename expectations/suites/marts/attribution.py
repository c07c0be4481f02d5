"""Conservation laws of attribution: every conversion is credited once, whatever the model, and nothing is lost."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import UNRATED, known_sum, never, no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "marts.fct_conversions": [
            never(
                "Every conversion has a value in reporting currency" + UNRATED,
                "value_reporting is null",
                "conversion_id, month_date",
                "warning",
            ),
        ],
        "marts.fct_conversion_paths": [
            no_rows(
                "Every conversion has a path, numbered from 1 without a gap",
                "select c.conversion_id from marts.fct_conversions as c left join ("
                " select conversion_type, conversion_id, count(*) as touches, min(position) as first,"
                " max(position) as last, count(distinct position) as positions, min(touch_count) as said from batch"
                " group by 1, 2"
                ") as p on c.conversion_type = p.conversion_type and c.conversion_id = p.conversion_id"
                " where p.touches is null or p.first <> 1 or p.last <> p.touches or p.positions <> p.touches"
                " or p.said <> p.touches",
            ),
        ],
        "marts.fct_attribution_credits": [
            no_rows(
                "The credits of a conversion add up to exactly 1 under each of the eight models",
                "select c.conversion_id from marts.fct_conversions as c left join ("
                " select conversion_type, conversion_id, attribution_model, sum(credit) as credit from batch"
                " group by 1, 2, 3"
                ") as m on c.conversion_type = m.conversion_type and c.conversion_id = m.conversion_id"
                " group by c.conversion_type, c.conversion_id"
                " having sum(case when m.credit = 1 then 1 else 0 end) <> 8 or count(*) <> 8",
            ),
            no_rows(
                "No touch earns less than nothing",
                "select conversion_id, touch_id from batch where credit < 0",
            ),
            no_rows(
                "Under each model the amounts credited add up to the value of all conversions, to the cent",
                "select m.conversion_type, m.attribution_model from ("
                f" select conversion_type, attribution_model, {known_sum('credited_amount')} as amount from batch"
                " group by 1, 2) as m inner join ("
                f" select conversion_type, {known_sum('value_reporting')} as amount from marts.fct_conversions"
                " group by 1) as c on m.conversion_type = c.conversion_type where m.amount is distinct from c.amount",
            ),
        ],
        "marts.fct_channel_transitions": [
            no_rows(
                "Whoever came to a channel left it, and every path that began ended",
                "select flows.conversion_type from ("
                " select conversion_type, to_state as state, transition_count as flow from batch"
                " where to_state not in ('(conversion)', '(null)')"
                " union all select conversion_type, from_state, -transition_count from batch"
                " where from_state <> '(start)'"
                ") as flows group by flows.conversion_type, flows.state having sum(flows.flow) <> 0",
            ),
        ],
        "marts.fct_removal_effects": [
            never(
                "Without a channel at most all conversions are lost, and none is won",
                "removal_effect < 0 or removal_effect > 1 or conversion_probability < 0 or conversion_probability > 1",
                "channel, conversion_type",
            ),
        ],
        "metrics.attribution_monthly": [
            no_rows(
                "Channels, and campaigns, add up to the total of each model",
                "select month_date from (select month_date, attribution_model, conversion_type,"
                " sum(case when dimension = 'total' then credited_conversions else 0 end) as total,"
                " sum(case when dimension = 'channel' then credited_conversions else 0 end) as channels,"
                " sum(case when dimension = 'campaign' then credited_conversions else 0 end) as campaigns"
                " from batch group by 1, 2, 3) as sums where total <> channels or total <> campaigns",
            ),
        ],
        "metrics.marketing_return_monthly": [
            no_rows(
                "The spend of channels, and of campaigns, adds up to that of the month, as do leads",
                "select d.month_date from (select month_date, dimension, sum(lead_count) as leads,"
                f" {known_sum('spend')} as spend from batch group by 1, 2) as d left join batch as t"
                " on d.month_date = t.month_date and t.dimension = 'total'"
                " where d.spend is distinct from t.spend or d.leads is distinct from t.lead_count",
            ),
            no_rows(
                "The spend of a month is what its days and campaigns add up to",
                "select t.month_date from batch as t left join ("
                f" select month_date, {known_sum('cost_reporting')} as spend from marts.fct_marketing_spend_daily"
                " group by 1) as s on t.month_date = s.month_date where t.dimension = 'total'"
                " and t.spend is distinct from case when s.month_date is null then 0 else s.spend end",
            ),
        ],
    }
