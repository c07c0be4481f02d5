"""docs/contract.md says what the models say."""

from __future__ import annotations

from orchestration.contract_docs import DOMAINS, contract_tables, render
from orchestration.settings import PROJECT


def test_the_page_is_what_the_models_say() -> None:
    assert (PROJECT / "docs" / "contract.md").read_text() == render(), "run `make docs`"


def test_every_table_has_its_key_and_domain_and_says_what_its_columns_mean() -> None:
    for domain in DOMAINS:
        tables = contract_tables(domain)
        assert tables
        for table in tables:
            assert table["columns"][0]["name"] == table["config"]["meta"]["key"]
            assert table["config"]["meta"]["domain"] == domain
            assert all(column["description"] for column in table["columns"])
