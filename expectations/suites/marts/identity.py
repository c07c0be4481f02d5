"""What must hold of who is who: every record that names somebody has one owner, and nobody owns too much."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Expectations by `schema.table`; all of them hold on empty tables."""
    return {
        "canonical.bridge_identity_records": [
            no_rows(
                "Every record with an address belongs to a person, unless it is a test",
                "select r.node from canonical.identity_records as r left join batch as b"
                " on r.record_id = b.record_id and r.record_type = b.record_type"
                " where r.address is not null and not r.is_test_record and b.record_id is null",
            ),
            no_rows(
                "No test record belongs to anybody",
                "select b.record_id from batch as b inner join canonical.identity_records as r"
                " on r.record_id = b.record_id and r.record_type = b.record_type where r.is_test_record",
            ),
            no_rows(
                "No shared inbox glues two people together",
                "select person_id from batch group by 1"
                " having count(distinct case when is_shared_inbox and rule = 'same_email' then email end) > 0"
                " and count(distinct case when not is_shared_inbox then email end) > 1",
            ),
            no_rows(
                "Nobody has more than ten addresses",
                "select person_id from batch group by 1 having count(distinct email) > 10",
                "warning",
            ),
            no_rows(
                "Most CRM contacts say who they are by an address or a telephone number",
                "select shares.known from (select count(b.record_id) as known, count(*) as contacts"
                " from canonical.contacts as c left join batch as b"
                " on c.contact_id = b.record_id and b.record_type = 'contacts') as shares"
                " where shares.known * 10 < shares.contacts * 9",
                "warning",
            ),
        ],
        "canonical.bridge_account_records": [
            no_rows(
                "Every CRM account belongs to an organisation",
                "select a.account_id from canonical.accounts as a left join batch as b"
                " on a.account_id = b.record_id and b.record_type = 'accounts' where b.record_id is null",
            ),
            no_rows(
                "An organisation is named after one of its own accounts",
                "select b.account_id from batch as b left join batch as own on b.account_id = own.record_id"
                " and own.record_type = 'accounts' and own.account_id = b.account_id where own.record_id is null",
            ),
            no_rows(
                "No organisation has more than fifty CRM accounts",
                "select account_id from batch where record_type = 'accounts' group by 1 having count(*) > 50",
                "warning",
            ),
            no_rows(
                "Most billing and order customers are tied to an organisation",
                "select shares.known from (select count(b.record_id) as known, count(*) as customers"
                " from canonical.customers as c left join batch as b"
                " on c.customer_id = b.record_id and b.record_type = 'customers') as shares"
                " where shares.known * 10 < shares.customers * 7 and exists (select 1 from canonical.accounts)",
                "warning",
            ),
        ],
    }
