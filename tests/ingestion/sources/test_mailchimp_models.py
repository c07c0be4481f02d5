"""Mailchimp's staging models against the world that the sandbox served."""

from __future__ import annotations

from ingestion.sandbox.facts import Facts
from tests.ingestion.sources.conftest import Query, second


def test_events_are_the_world_s(canonical: Query, modelled_world: Facts) -> None:
    sent_at = {row.campaign_id: row.sent_at for row in modelled_world.email_campaigns}
    kinds = {"sent": "sent", "open": "open", "click": "click", "bounce": "bounce", "unsub": "unsubscribe"}
    expected = sorted(
        (
            f"mailchimp:{row.campaign_id}",
            row.email.lower(),
            kinds[row.action],
            second(sent_at[row.campaign_id] if row.action == "sent" else row.at),
        )
        for row in modelled_world.email_activity
    )
    found = canonical("select campaign_id, email, event_type, occurred_at from canonical.email_events")
    assert sorted(found) == expected != []


def test_members_are_the_world_s(canonical: Query, modelled_world: Facts) -> None:
    names = {list_id: name for list_id, name, _ in modelled_world.email_lists}
    expected = sorted(
        (row.list_id, names[row.list_id], row.email.lower(), row.status.current, second(row.subscribed_at))
        for row in modelled_world.audience_members
    )
    found = canonical("select audience_id, audience_name, email, status, subscribed_at from canonical.audience_members")
    assert sorted(found) == expected != []


def test_mailings_are_campaigns_of_the_channel_email(canonical: Query, modelled_world: Facts) -> None:
    found = canonical(
        "select source_record_id, channel, started_at from canonical.campaigns where source = 'mailchimp'"
    )
    assert set(found) == {(row.campaign_id, "email", second(row.sent_at)) for row in modelled_world.email_campaigns}
