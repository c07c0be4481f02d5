"""What must hold of partners' roles: each has its reason, one source at most, and an overlap that is told."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "marts.fct_partner_claims": [
            no_rows(
                "A registration without conflict was approved, came before the first contact and had not expired",
                "select referral_id from batch where (conflict is null or conflict = 'registered_later')"
                " and (is_not_approved or is_after_first_contact or is_expired)",
            ),
            no_rows(
                "Every registration that names a deal on record claims it",
                "select r.referral_id from canonical.referrals as r inner join canonical.opportunities as o"
                " on r.opportunity_reference = o.source_record_id left join batch as c"
                " on r.referral_id = c.referral_id and o.opportunity_id = c.opportunity_id"
                " where not r.is_deleted and c.referral_id is null",
            ),
        ],
        "marts.fct_partner_roles": [
            no_rows(
                "At most one partner sourced a deal",
                "select opportunity_id from batch where role = 'sourced' group by 1 having count(*) > 1",
            ),
            no_rows(
                "A partner sourced a deal, influenced it or was refused, and co-sold only what it was not refused",
                "select opportunity_id, partner_id from batch group by 1, 2"
                " having sum(case when role <> 'co_sold' then 1 else 0 end) <> 1"
                " or sum(case when role in ('co_sold', 'refused') then 1 else 0 end) > 1",
            ),
            no_rows(
                "Who sourced a deal registered it first, and nobody else did",
                "select opportunity_id from batch"
                " where role <> 'co_sold' and (role = 'sourced') <> (reason = 'registered_first')",
            ),
            no_rows(
                "Every claim and every partner that a deal names has a role",
                "select n.opportunity_id from ("
                " select opportunity_id from marts.fct_partner_claims union"
                " select opportunity_id from canonical.opportunities where partner_reference is not null"
                ") as n left join batch as r on n.opportunity_id = r.opportunity_id where r.opportunity_id is null",
            ),
        ],
        "marts.fct_partner_milestones": [
            no_rows(
                "Every deal that was opened or won is counted once for each, with partners or without",
                "select numbers.deals from (select"
                " (select count(created_at) + sum(case when is_won and closed_at is not null then 1 else 0 end)"
                " from marts.fct_opportunities) as deals, (select count(*) from batch) as milestones"
                ") as numbers where numbers.deals <> numbers.milestones",
            ),
        ],
        "metrics.partner_influence_monthly": [
            no_rows(
                "Deals with partners are no fewer than those sourced, or influenced, and no more than both together",
                "select month_date from batch where partnered_count < sourced_count"
                " or partnered_count < influenced_count or partnered_count > sourced_count + influenced_count"
                " or partnered_count > deal_count",
            ),
            no_rows(
                "The overlap has every deal co-sold and every one both sourced and influenced, and no other",
                "select month_date from batch where overlap_count < co_sold_count"
                " or overlap_count < sourced_count + influenced_count - partnered_count"
                " or overlap_count > co_sold_count + sourced_count + influenced_count - partnered_count",
            ),
        ],
    }
