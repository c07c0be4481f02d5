"""Two HubSpot portals at once, whose records bear the same ids: apart to the last mart, and added up in the metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date
from typing import Any

import duckdb
import pytest
import yaml

from ingestion.loader import SourceLoad
from ingestion.registry import REGISTRY
from ingestion.sandbox.facts import CURRENCY_EXPONENT, Deal, Facts, Person
from ingestion.sandbox.server import SandboxServer
from ingestion.sandbox.world import BEFORE_ACQUISITIONS, simulate
from orchestration import modeling
from orchestration.keys import make_key
from orchestration.settings import load_settings

AS_OF = date(2024, 3, 31)
EMEA, US = "hubspot_emea", "hubspot_us"
MARTS = (
    "dim_account_records",
    "dim_owners",
    "identity_people",
    "fct_opportunities",
    "fct_pipeline_daily",
    "win_rate_monthly",
)
CLOSED = ("closedwon", "closedlost")
Query = Callable[[str], list[tuple[Any, ...]]]


def contacts(facts: Facts) -> list[Person]:
    """Whom the portal has as a living contact."""
    return [person for person in facts.people if person.contact_created_at and not person.archived_at]


@pytest.fixture(scope="module")
def portals() -> dict[str, Facts]:
    """Two companies that are strangers to each other, but for one person whom both know."""
    portals = {
        instance: simulate(AS_OF, seed=seed, scale=0.05, mix=BEFORE_ACQUISITIONS)
        for instance, seed in ((EMEA, 10), (US, 12))
    }
    ours, theirs = (contacts(facts)[0] for facts in portals.values())
    theirs.email = ours.email.upper()
    return portals


@pytest.fixture(scope="module")
def query(portals: dict[str, Facts], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Query]:
    """Both portals loaded, and of the marts those that sell, with all that dbt tests of them."""
    folder = tmp_path_factory.mktemp("portals")
    database, settings = folder / "warehouse.duckdb", folder / "revops.toml"
    spec = REGISTRY["hubspot"]
    for instance, facts in portals.items():
        with SandboxServer(AS_OF, facts=facts, window_scale=0.001) as sandbox:
            own = spec.connector.Settings(name=instance, **sandbox.overlay()["hubspot"])
            run = SourceLoad(spec, own, database, folder / "dlt")
            run.extract()
            run.store()
    settings.write_text(
        f"[sandbox]\nenabled = true\nas_of = {AS_OF}\n"
        + "".join(f'[sources.{instance}]\ntype = "hubspot"\n' for instance in portals)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REVOPS_HOME", str(folder))
        config = load_settings(settings)
        make_key(config.identity_key_file)
        nodes = modeling.build(config, database, select=" ".join(f"+{mart}" for mart in MARTS))
    assert [(node.name, node.message) for node in nodes if not node.is_ok] == []
    with duckdb.connect(str(database), read_only=True) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


def month(deal: Deal) -> date:
    return deal.stage.changed_at.astimezone(UTC).date().replace(day=1)


def living(facts: Facts) -> list[Deal]:
    return [deal for deal in facts.deals if not deal.archived_at]


def test_the_same_id_in_two_portals_is_two_records(query: Query, portals: dict[str, Facts]) -> None:
    emea, us = ({company.company_id for company in facts.companies} for facts in portals.values())
    assert emea & us, "the portals count from the same number"
    for mart, key, records in (
        ("dim_account_records", "account_id", {i: [c.company_id for c in f.companies] for i, f in portals.items()}),
        ("dim_owners", "owner_id", {i: [o.owner_id for o in f.owners] for i, f in portals.items()}),
        ("fct_opportunities", "opportunity_id", {i: [d.deal_id for d in living(f)] for i, f in portals.items()}),
    ):
        assert sorted(query(f"select {key}, source_instance from marts.{mart}")) == sorted(
            (f"{instance}:{record}", instance) for instance, ids in records.items() for record in ids
        )


def test_an_account_is_the_one_of_its_own_portal(query: Query, portals: dict[str, Facts]) -> None:
    names = dict(query("select account_id, name from marts.dim_account_records where not is_deleted"))
    assert names == {
        f"{instance}:{company.company_id}": company.name
        for instance, facts in portals.items()
        for company in facts.companies
        if not company.archived_at
    }
    deals = query("select opportunity_id, account_id, owner_id from marts.fct_opportunities")
    assert set(deals) == {
        (f"{instance}:{deal.deal_id}", f"{instance}:{deal.company_id}", f"{instance}:{deal.owner.current}")
        for instance, facts in portals.items()
        for deal in living(facts)
    }


def test_nothing_of_one_refers_to_the_other(query: Query) -> None:
    checked = set()
    built = {table for (table,) in query("select table_name from duckdb_tables() where schema_name = 'canonical'")}
    for path in (modeling.DBT_PROJECT / "models" / "intermediate").rglob("*.yml"):
        for model in yaml.safe_load(path.read_text())["models"]:
            columns = [
                one["name"] for one in model["columns"] if one.get("config", {}).get("meta", {}).get("references")
            ]
            if model["name"] not in built or "source_instance" not in {one["name"] for one in model["columns"]}:
                continue
            for column in columns:
                rows = query(
                    f"select source_instance, count(*), count(*) filter (not starts_with({column}, source_instance || "
                    f"':')) from canonical.{model['name']} where {column} is not null group by 1"
                )
                assert [row for row in rows if row[2]] == [], f"{model['name']}.{column}"
                checked |= {(model["name"], column, instance) for instance, *_ in rows}
    for instance in (EMEA, US):
        assert {
            ("opportunities", "account_id", instance),
            ("opportunities", "owner_id", instance),
            ("opportunity_changes", "opportunity_id", instance),
            ("contacts", "account_id", instance),
            ("owners", "team_id", instance),
        } <= checked


def test_a_person_in_both_is_one_person(query: Query, portals: dict[str, Facts]) -> None:
    emails = {i: {person.email.strip().lower() for person in contacts(facts)} for i, facts in portals.items()}
    assert emails[EMEA] & emails[US]
    found = query(
        "select email, list_sort(list(distinct split_part(record_id, ':', 1))), count(distinct person_id) "
        "from canonical.bridge_identity_records group by 1"
    )
    assert {email: sources for email, sources, _ in found if email in emails[EMEA] & emails[US]} == {
        email: [EMEA, US] for email in emails[EMEA] & emails[US]
    }
    assert {people for *_, people in found} == {1}
    assert len(found) >= len(emails[EMEA] | emails[US])
    people = query("select distinct person_id from canonical.bridge_identity_records")
    assert sorted(query("select person_id from canonical.identity_people")) == sorted(people)


def test_metrics_add_up_to_both(query: Query, portals: dict[str, Facts]) -> None:
    deals = [deal for facts in portals.values() for deal in living(facts)]
    won = Counter(month(deal) for deal in deals if deal.stage.current == "closedwon")
    closed = Counter(month(deal) for deal in deals if deal.stage.current in CLOSED)
    rates = query("select month_date, won_count, closed_count from metrics.win_rate_monthly where closed_count > 0")
    assert {day: (wins, all_) for day, wins, all_ in rates} == {day: (won[day], all_) for day, all_ in closed.items()}
    assert all(any(deal.stage.current == "closedwon" for deal in living(facts)) for facts in portals.values()), (
        "both portals won something"
    )

    amounts: Counter[str | None] = Counter()
    for deal in deals:
        amounts[deal.currency.current] += deal.amount.current
    found = query("select currency_code, sum(amount) from marts.fct_opportunities group by 1")
    assert {code: amount * 10 ** CURRENCY_EXPONENT[code] for code, amount in found} == amounts

    open_now = {
        f"{instance}:{deal.deal_id}"
        for instance, facts in portals.items()
        for deal in living(facts)
        if deal.stage.current not in CLOSED
    }
    pipeline = query(f"select opportunity_id, stage_code from marts.fct_pipeline_daily where date_day = date '{AS_OF}'")
    assert len(pipeline) == len(open_now) and {deal for deal, _ in pipeline} == open_now
    assert {deal.split(":")[0] for deal in open_now} == {EMEA, US}
