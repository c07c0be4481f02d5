"""`revops doctor` tells which source answers, which does not and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from ingestion.sandbox.server import SandboxServer

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
