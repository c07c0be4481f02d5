"""What Mailchimp may plausibly hold: ids made from addresses, no events to come, few bounces."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Table → expectations. Keys, accepted values and relationships are dbt's business."""
    return {
        "members": [
            no_rows(
                "A member's id is the MD5 of the lower-case address",
                "select list_id, id from batch where id <> md5(lower(email_address))",
                severity="warning",
            ),
            no_rows(
                "Addresses contain an at sign",
                "select list_id, id from batch where email_address not like '%_@_%'",
            ),
            no_rows(
                "No member changed after the run that read it",
                "select list_id, id from batch where last_changed > _extracted_at + interval 1 day",
            ),
        ],
        "campaigns": [
            no_rows(
                "What was sent says when",
                "select id from batch where status = 'sent' and send_time is null",
            ),
            no_rows(
                "Mails sent are not negative",
                "select id from batch where emails_sent < 0",
            ),
        ],
        "sent_to": [
            no_rows(
                "At most one recipient in five of a mailing to a hundred or more bounced",
                "select campaign_id from batch group by campaign_id having count(*) >= 100 and count(*) filter "
                "(where status in ('hard', 'soft')) * 5 > count(*)",
                severity="warning",
            ),
        ],
        "email_activity": [
            no_rows(
                "No event lies after the run that read it",
                "select campaign_id, email_id, activity_key from batch where timestamp > _extracted_at + "
                "interval 1 day",
            ),
            no_rows(
                "A click says on what",
                "select campaign_id, email_id, activity_key from batch where action = 'click' and coalesce(url, "
                "'') = ''",
                severity="warning",
            ),
        ],
        "unsubscribes": [
            no_rows(
                "No event lies after the run that read it",
                "select campaign_id, email_id from batch where timestamp > _extracted_at + interval 1 day",
            ),
        ],
    }
