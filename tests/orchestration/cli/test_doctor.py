"""`revops doctor` tells which source answers, which does not and what to do about it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date
from pathlib import Path

from ingestion.sandbox.server import SandboxServer
from tests.ingestion.sources.answering import answering

Revops = Callable[..., tuple[int, str, str]]


def test_each_source_is_asked_and_what_is_wrong_has_a_remedy(revops: Revops, tmp_path: Path) -> None:
    with SandboxServer(date(2023, 3, 1), scale=0.01) as vendor:
        urls = vendor.base_urls
        (tmp_path / "revops.toml").write_text(
            f'[sources.zendesk]\nbase_url = "{urls["zendesk"]}"\nemail = "analyst@northwind.example"\n'
            f'api_token = "sandbox-zendesk-token"\n'
            f'[sources.hubspot]\nbase_url = "{urls["hubspot"]}"\naccess_token = "wrong-token"\n'
            "[sources.stripe]\n[sources.matomo]\nenabled = false\n"
        )
        code, printed, error = revops("doctor", "--settings", str(tmp_path / "revops.toml"))
    assert code == 1
    assert "✓ zendesk" in printed and "✗ hubspot" in printed and "· matomo" in printed
    assert "credentials of sources.hubspot" in printed
    assert "`sources.stripe.api_key` is not set" in printed and "REVOPS_SOURCES__STRIPE__API_KEY" in printed
    assert "nothing yet: run `revops refresh`" in printed
    assert "wrong-token" not in printed + error and "sandbox-zendesk-token" not in printed + error


def test_all_in_order_ends_well(revops: Revops, tmp_path: Path) -> None:
    (tmp_path / "revops.toml").write_text(
        "[sandbox]\nenabled = true\nas_of = 2023-03-01\nscale = 0.01\n[sources.partnerstack]\n[sources.mailchimp]\n"
    )
    code, printed, _ = revops("doctor")
    assert code == 0, printed
    assert "✓ partnerstack" in printed and "✓ mailchimp" in printed
    assert printed.count("(sandbox)") == 2 and "on, as of 2023-03-01" in printed


def test_a_host_that_never_answers_is_given_up_on(revops: Revops, tmp_path: Path) -> None:
    released = threading.Event()

    def answer(asked: str, number: int) -> tuple[int, dict[str, str], object]:
        if asked.startswith("/api/v2/partnerships"):
            return 200, {}, {"data": {"items": [], "has_more": False}, "status": 200}
        released.wait()
        return 500, {}, ""

    with answering(answer) as address:
        (tmp_path / "revops.toml").write_text(
            f'[sources.hubspot]\nbase_url = "{address}"\naccess_token = "pat-secret"\n'
            f'[sources.partnerstack]\nbase_url = "{address}"\npublic_key = "pk"\nsecret_key = "sk-secret"\n'
        )
        try:
            code, printed, error = revops("doctor", "--limit", "1.5")
        finally:
            released.set()
    assert (code, error) == (1, "")
    assert "✗ hubspot           no answer within 1.5 seconds" in printed
    assert "→ Check the address under sources.hubspot" in printed
    assert "✓ partnerstack      PartnerStack v2: answers, no partnership yet" in printed


def test_every_scope_that_is_missing_is_named(revops: Revops, tmp_path: Path) -> None:
    def answer(asked: str, number: int) -> tuple[int, dict[str, str], object]:
        if "account-info" in asked:
            return 200, {}, {"portalId": 7, "companyCurrency": "EUR"}
        return (403, {}, {}) if "/deals?" in asked or "owners" in asked else (200, {}, {"results": []})

    with answering(answer) as address:
        (tmp_path / "revops.toml").write_text(
            f'[sources.hubspot]\nbase_url = "{address}"\naccess_token = "pat-secret"\n'
        )
        code, printed, error = revops("doctor")
    assert code == 1 and "pat-secret" not in printed + error
    assert "✓ hubspot           HubSpot account 7, company currency EUR" in printed
    assert "✗ hubspot           may not read deals: it lacks crm.objects.deals.read" in printed
    assert "→ Grant crm.objects.owners.read to the credential of sources.hubspot." in printed
