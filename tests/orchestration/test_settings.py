"""Every mistake in the settings is named, with what to do about it."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from orchestration.errors import SettingsError
from orchestration.settings import load_settings


def settings_file(folder: Path, text: str) -> Path:
    path = folder / "revops.toml"
    path.write_text(text)
    return path


def test_the_environment_overrides_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = settings_file(
        tmp_path, '[company]\nreporting_currency = "EUR"\n[sources.hubspot]\naccess_token = "from-file"\n'
    )
    monkeypatch.setenv("REVOPS_SOURCES__HUBSPOT__ACCESS_TOKEN", "from-environment")
    config = load_settings(file)
    assert config.settings.company.reporting_currency == "EUR"
    settings = config.instance("hubspot").connect()
    token = settings.access_token  # type: ignore[attr-defined]
    assert isinstance(token, SecretStr)
    assert token.get_secret_value() == "from-environment"
    assert "from-environment" not in repr(settings)


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("[compny]\nname = 'x'\n", "`compny` is not a setting", "Did you mean `company`?"),
        ("[company]\nfiscal_year_start_mont = 1\n", "company.fiscal_year_start_mont", "`fiscal_year_start_month`"),
        (
            "[policies]\nhealth_silent_days = [120, 60]\n",
            "from where on to watch",
            "REVOPS_POLICIES__HEALTH_SILENT_DAYS",
        ),
        ("[policies]\nhealth_overdue_days = [0, 30]\n", "policies.health_overdue_days", "REVOPS_POLICIES__HEALTH"),
        ("[sandbox]\nas_of = 2020-01-01\n", "sandbox.as_of", "REVOPS_SANDBOX__AS_OF"),
        ("[sandbox]\nmix = { salesforce = 10 }\n", "must add up to 100", "REVOPS_SANDBOX__MIX"),
        ('[company]\ntime_zone = "Mars/Olympus"\n', "IANA name of a time zone", "REVOPS_COMPANY__TIME_ZONE"),
        ("[company]\nfiscal_year_start_month = 13\n", "company.fiscal_year_start_month", "REVOPS_COMPANY__FISCAL_YEAR"),
        ("[sources.hubspt]\n", "no connector called `hubspt`", "Did you mean `hubspot`?"),
        ("[sources.Big]\ntype = 'hubspot'\n", "`Big` cannot name a source", "lower-case"),
        ("[sources.stripe]\ntype = 'hubspot'\n", "named like a connector of another kind", "type"),
        ("[company\n", "not valid TOML", "Mend that line"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, text: str, message: str, remedy: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(settings_file(tmp_path, text))
    assert message in str(caught.value)
    assert remedy in caught.value.remedy


def test_a_missing_credential_names_its_setting_and_variable(tmp_path: Path) -> None:
    config = load_settings(settings_file(tmp_path, "[sources.hubspot]\n"))
    with pytest.raises(SettingsError) as caught:
        config.instance("hubspot").connect()
    assert "sources.hubspot.access_token" in str(caught.value)
    assert "REVOPS_SOURCES__HUBSPOT__ACCESS_TOKEN" in caught.value.remedy


def test_an_unknown_setting_of_a_source_is_refused_without_showing_its_value(tmp_path: Path) -> None:
    config = load_settings(settings_file(tmp_path, '[sources.hubspot]\naccess_tokn = "very-secret"\n'))
    with pytest.raises(SettingsError) as caught:
        config.instance("hubspot").connect({"access_token": "x"})
    assert "sources.hubspot.access_tokn" in str(caught.value)
    assert "very-secret" not in str(caught.value) + caught.value.remedy


def test_the_sandbox_never_answers_for_a_source_with_its_own_address(tmp_path: Path) -> None:
    config = load_settings(
        settings_file(tmp_path, '[sources.hubspot]\nbase_url = "https://crm.example"\naccess_token = "mine"\n')
    )
    settings = config.instance("hubspot").connect({"base_url": "http://127.0.0.1:1", "access_token": "sandbox"})
    assert str(settings.base_url).startswith("https://crm.example")  # type: ignore[attr-defined]
    assert settings.access_token.get_secret_value() == "mine"  # type: ignore[attr-defined]


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"nowhere\.toml does not exist"):
        load_settings(tmp_path / "nowhere.toml")


def test_the_sandbox_speaks_of_its_own_day(tmp_path: Path) -> None:
    config = load_settings(settings_file(tmp_path, "[sandbox]\nenabled = true\nas_of = 2026-03-31\n"))
    assert config.sandbox_as_of == date(2026, 3, 31)
    assert config.as_of == datetime(2026, 3, 31, 23, 59, 59)


def test_two_instances_of_one_connector_keep_their_own_names(tmp_path: Path) -> None:
    text = '[sources.hubspot]\n[sources.hubspot_emea]\ntype = "hubspot"\nenabled = false\n'
    config = load_settings(settings_file(tmp_path, text))
    assert [(item.name, item.spec.name, item.is_enabled) for item in config.instances] == [
        ("hubspot", "hubspot", True),
        ("hubspot_emea", "hubspot", False),
    ]
