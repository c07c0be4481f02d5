"""What Zendesk may plausibly hold: changes after creation, events on tickets, targets that can be met."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows


def suite() -> dict[str, list[gxe.Expectation]]:
    """Table → expectations. Keys, accepted values and relationships are dbt's business."""
    return {
        "tickets": [
            no_rows(
                "No ticket changed before it was opened",
                "select id from batch where updated_at < created_at",
            ),
            no_rows(
                "No ticket was opened after the run that read it",
                "select id from batch where created_at > _extracted_at + interval 1 day",
            ),
            no_rows(
                "A ticket has a requester unless it was deleted",
                "select id from batch where requester_id is null and status <> 'deleted'",
                severity="warning",
            ),
            no_rows(
                "At most one ticket in five is deleted, once there are a hundred",
                "select deleted, tickets from (select count(*) filter (where status = 'deleted') as deleted, "
                "count(*) as tickets from batch) where tickets >= 100 and deleted * 5 > tickets",
                severity="warning",
            ),
        ],
        "users": [
            no_rows(
                "Roles are those that messages are told apart by",
                "select id, role from batch where role not in ('end-user', 'agent', 'admin')",
                severity="warning",
            ),
        ],
        "ticket_events": [
            no_rows(
                "A change names the status or the agent",
                "select id from batch where event_type <> 'Comment' and status is null and assignee_id is null",
            ),
            no_rows(
                "An assignment goes to another agent than before",
                "select id from batch where status is null and assignee_id = previous_value",
                severity="warning",
            ),
            no_rows(
                "A comment says whether the requester sees it",
                "select id from batch where event_type = 'Comment' and public is null",
                severity="warning",
            ),
            no_rows(
                "No event lies after the run that read it",
                "select id from batch where created_at > _extracted_at + interval 1 day",
            ),
        ],
        "ticket_metric_events": [
            no_rows(
                "Agreed times are positive",
                "select id from batch where sla_target <= 0",
            ),
            no_rows(
                "Every clock that met or missed its target was started",
                "select ticket_id, metric, instance_id from batch where not coalesce(deleted, false) group by "
                "ticket_id, metric, instance_id having bool_or(type in ('fulfill', 'breach')) and not "
                "bool_or(type = 'activate')",
                severity="warning",
            ),
        ],
        "satisfaction_ratings": [
            no_rows(
                "Scores are those that the mapping knows",
                "select id, score from batch where not regexp_matches(score, '^(good|bad|offered|unoffered)')",
            ),
        ],
    }
