"""What must hold of people and their timeline: nothing lost on the way, nobody invented, nothing that names anyone."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "marts.fct_touchpoints": [
            no_rows(
                "Every touchpoint belongs to a known person, or to an account where nobody is named",
                "select t.touchpoint_id from batch as t left join marts.dim_people as p on t.person_id = p.person_id"
                " where p.person_id is null and (t.person_id is not null or t.account_id is null)",
            ),
            no_rows(
                "The touchpoints of a person are numbered in order from 1 without a gap, and those of an account too",
                "select owners.owner_id from ("
                "select person_id as owner_id, person_sequence_number as number from batch union all"
                " select account_id, account_sequence_number from batch"
                ") as owners where owners.owner_id is not null group by owners.owner_id"
                " having min(owners.number) <> 1 or max(owners.number) <> count(*)"
                " or count(distinct owners.number) <> count(*)",
            ),
            no_rows(
                "The timeline holds every touchpoint of its three parts, once",
                "select parts.touchpoints from ("
                " select (select count(*) from marts.fct_marketing_touchpoints)"
                " + (select count(*) from marts.fct_sales_touchpoints)"
                " + (select count(*) from marts.fct_customer_touchpoints) as touchpoints"
                ") as parts where parts.touchpoints <> (select count(*) from batch)",
            ),
            no_rows(
                "Nothing happens after the last instant the data speaks of, except meetings and calls planned ahead",
                "select touchpoint_id from batch where touchpoint_type not like 'activity_%'"
                " and occurred_at >= (select max(snapshot_end_at) from marts.dim_dates)",
                "warning",
            ),
            no_rows(
                "No identifier on the timeline is an e-mail address",
                "select touchpoint_id from batch"
                " where person_id like '%@%' or account_id like '%@%' or channel like '%@%'",
            ),
        ],
        "marts.dim_people": [
            no_rows(
                "Fewer than a tenth of all people are shared inboxes",
                "select shares.shared from (select sum(case when is_shared_inbox then 1 else 0 end) as shared,"
                " count(*) as people from batch) as shares where shares.shared * 10 > shares.people",
                "warning",
            ),
            no_rows(
                "A person's account is one that survived its merges",
                "select p.person_id from batch as p"
                " inner join marts.dim_account_records as a on p.account_id = a.account_id"
                " where a.surviving_account_id <> a.account_id",
            ),
        ],
    }
