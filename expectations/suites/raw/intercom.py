"""What Intercom may plausibly hold: changes after creation, whole conversations, ratings from one to five."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Table → expectations. Keys, accepted values and relationships are dbt's business."""
    return {
        "contacts": [
            no_rows(
                "Contacts are users or leads",
                "select id, role from batch where role not in ('user', 'lead')",
                severity="warning",
            ),
            no_rows(
                "No contact changed before it was created",
                "select id from batch where updated_at < created_at",
                severity="warning",
            ),
        ],
        "conversations": [
            no_rows(
                "No conversation changed before it was begun",
                "select id from batch where updated_at < created_at",
            ),
            no_rows(
                "No conversation was begun after the run that read it",
                "select id from batch where created_at > _extracted_at + interval 1 day",
            ),
            no_rows(
                "States are those that the mapping knows",
                "select id, state from batch where state not in ('open', 'closed', 'snoozed')",
            ),
            no_rows(
                "Ratings lie between 1 and 5",
                "select id, rating from batch where rating not between 1 and 5",
            ),
            no_rows(
                "At most one conversation in five is deleted, once there are a hundred",
                "select deleted, conversations from (select count(*) filter (where _is_deleted) as deleted, "
                "count(*) as conversations from batch) where conversations >= 100 and deleted * 5 > conversations",
                severity="warning",
            ),
        ],
        "conversation_parts": [
            no_rows(
                "Every part of each conversation was read",
                "select conversation_id, max(parts_total) as parts, count(*) as held from batch "
                "group by conversation_id having max(parts_total) > count(*)",
                severity="warning",
            ),
            no_rows(
                "A missed target is named",
                "select id from batch where part_type = 'conversation_sla_target_missed' and sla_target_type is null",
                severity="warning",
            ),
            no_rows(
                "No part lies after the run that read it",
                "select id from batch where created_at > _extracted_at + interval 1 day",
            ),
        ],
    }
