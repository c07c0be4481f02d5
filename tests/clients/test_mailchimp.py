"""Mailchimp's own client steps through the sandbox and sees the records that the raw tables hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ingestion.sandbox.server import SandboxServer


@pytest.fixture(scope="module")
def client(sdk: Callable[[str], Any], served: SandboxServer) -> Any:
    access = served.overlay()["mailchimp"]
    client = sdk("mailchimp_marketing").Client({"api_key": access["api_key"]})
    for name in ("lists", "campaigns", "reports", "ping"):
        # The client builds its address from the data centre in the key; this is the one place to say another.
        getattr(client, name).api_client.host = f"{access['base_url']}/3.0"
    client.ping.api_client.server = ""
    return client


def every(call: Callable[..., dict[str, Any]], rows: str, *path: str) -> Iterator[dict[str, Any]]:
    """All rows of a list, by steps of what was received."""
    offset = 0
    while page := call(*path, count=1000, offset=offset)[rows]:
        yield from page
        offset += len(page)


def test_audiences_and_their_members(client: Any, raw: Callable[[str], Any]) -> None:
    audiences = [one["id"] for one in every(client.lists.get_all_lists, "lists")]
    assert sorted(audiences) == raw("mailchimp").column("lists", "id")
    members = [
        (audience, one["id"])
        for audience in audiences
        for one in every(client.lists.get_list_members_info, "members", audience)
    ]
    assert sorted(members) == raw("mailchimp").query("select list_id, id from raw.members order by all")
    assert len(members) > 3


def test_campaigns_and_what_recipients_did(client: Any, raw: Callable[[str], Any]) -> None:
    held = raw("mailchimp")
    campaigns = [one["id"] for one in every(client.campaigns.list, "campaigns")]
    assert sorted(campaigns) == held.column("campaigns", "id")
    sent = held.query("select campaign_id, email_id from raw.sent_to order by all")
    chosen = [campaign for (campaign,) in held.query("select distinct campaign_id from raw.sent_to order by 1 limit 3")]
    assert chosen
    for campaign in chosen:
        recipients = [one["email_id"] for one in every(client.reports.get_campaign_recipients, "sent_to", campaign)]
        assert sorted(recipients) == [email for name, email in sent if name == campaign]
        opened = {
            (one["email_id"], step["action"], step["timestamp"][:19].replace("T", " "))
            for one in every(client.reports.get_email_activity_for_campaign, "emails", campaign)
            for step in one["activity"]
        }
        assert opened == set(
            held.query(
                "select email_id, action, strftime(timestamp, '%Y-%m-%d %H:%M:%S') from raw.email_activity "
                f"where campaign_id = '{campaign}'"
            )
        )
