"""What end-to-end tests share: the real command line in processes of its own, and one published sandbox company."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingestion.sandbox.facts import Facts, crm_id
from ingestion.sandbox.world import simulate
from orchestration.offline import QUIET
from orchestration.settings import PROJECT

COMMAND = Path(sys.executable).with_name("revops")
AS_OF = date(2026, 6, 30)
LATER = date(2026, 7, 10)
SEED = 7
SCALE = 0.1
MARGIN = Decimal("0.75")
VENDORS = (
    "hubspot",
    "salesforce",
    "dynamics",
    "stripe",
    "postgres_orders",
    "shopify",
    "google_ads",
    "linkedin_ads",
    "mailchimp",
    "matomo",
    "ga4",
    "partnerstack",
    "zendesk",
    "intercom",
    "ledger",
)
LEDGER = (PROJECT / "revops.toml").read_text().partition("[sources.ledger]\n")[2].partition("\n\n")[0]
"""How the default settings map the company's ledger."""
QUIRKS_OF_A_SMALL_COMPANY = {"raw_ga4.events", "marts.dim_people"}
"""Tables a warning is fair about at this scale: days without a visit, and few people beside the shared inboxes."""

Rows = list[tuple[Any, ...]]


def naive(moment: datetime) -> datetime:
    """As the warehouse keeps it: UTC, without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class Outcome:
    """How one run of the command line ended."""

    code: int
    printed: str
    """Standard output and standard error together."""


class Home:
    """One warehouse home, and the `revops` command pointed at it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = folder / "revops.toml"
        self.path = folder / "warehouse"
        self.outcomes: list[Outcome] = []
        folder.mkdir(parents=True, exist_ok=True)

    def configure(self, text: str) -> None:
        """Write the settings file."""
        self.settings.write_text(text)

    def simulate(self, as_of: date, *sources: str, defects: tuple[str, ...] = ()) -> None:
        """Settings that read `sources` of the sandbox company as of a day."""
        planted = ", ".join(f'"{name}"' for name in defects)
        self.configure(
            f"[sandbox]\nenabled = true\nas_of = {as_of}\nseed = {SEED}\nscale = {SCALE}\ndefects = [{planted}]\n"
            f"[company]\ngross_margin = {MARGIN}\n"
            "[publish]\nkeep_versions = 9\n"
            + "".join(f"[sources.{name}]\n{LEDGER if name == 'ledger' else ''}\n" for name in sources)
        )

    def environment(self) -> dict[str, str]:
        """A user's shell: nothing of ours but the warehouse's home, and a wide page without colours."""
        kept = {name: value for name, value in os.environ.items() if name not in QUIET and name != "RUNTIME__LOG_LEVEL"}
        return {**kept, "REVOPS_HOME": str(self.path), "COLUMNS": "200", "NO_COLOR": "1"}

    @contextmanager
    def started(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """The command, running; killed with this block if it is still there."""
        with subprocess.Popen(
            [COMMAND, *arguments],
            cwd=self.folder,
            env=self.environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def revops(self, *arguments: str) -> Outcome:
        """Run `revops` with `arguments` to its end."""
        with self.started(*arguments) as process:
            printed, _ = process.communicate(timeout=900)
        outcome = Outcome(process.returncode, printed)
        self.outcomes.append(outcome)
        return outcome

    def refresh(self, *arguments: str) -> Outcome:
        """Run `revops refresh` with this home's settings."""
        return self.revops("refresh", "--settings", str(self.settings), *arguments)

    def published(self) -> Published:
        """What readers have now. Stays what it is when a later version is published."""
        return Published((self.path / "serving" / "revops.duckdb").resolve(strict=True))


@dataclass(frozen=True)
class Published:
    """One published database."""

    database: Path

    def query(self, sql: str, *parameters: Any) -> Rows:
        with duckdb.connect(str(self.database), read_only=True) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def warehouse(self, sql: str) -> Rows:
        """Ask the warehouse this version was published from, which holds what readers do not get."""
        with duckdb.connect(str(self.database.with_name("warehouse.duckdb")), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def tables(self, *schemas: str) -> list[str]:
        """`schema.table` of every table, or of those in `schemas`."""
        found = self.query("select schema_name, table_name from duckdb_tables() order by all")
        return [f"{schema}.{table}" for schema, table in found if not schemas or schema in schemas]

    @cached_property
    def accounts(self) -> dict[str, str]:
        """Account record → the organisation that stands for it; test_identity holds that against the truth."""
        return dict(self.query("select account_id, surviving_account_id from marts.dim_account_records"))

    @cached_property
    def customers(self) -> dict[str, str]:
        """Billing customer → its organisation, or itself where none is known."""
        return dict(self.query("select customer_id, coalesce(account_id, customer_id) from marts.dim_customers"))

    def account_of_customer(self, customer_id: str) -> str:
        """The organisation of a customer at Stripe."""
        return self.customers[f"stripe:{customer_id}"]

    def account_of_company(self, crm: str, company_id: int) -> str:
        """The organisation of a company of the world in one of its CRMs."""
        account_id = f"{crm}:{crm_id(crm, 'account', company_id)}"
        return self.accounts.get(account_id, account_id)

    def differences(self, other: Published) -> dict[str, tuple[Rows, Rows]]:
        """By table of marts and metrics: up to three rows that only this one has, and that only `other` has."""
        assert self.tables("marts", "metrics") == other.tables("marts", "metrics")
        found: dict[str, tuple[Rows, Rows]] = {}
        with duckdb.connect() as connection:
            connection.execute(
                f"attach '{self.database}' as ours (read_only); attach '{other.database}' as theirs (read_only)"
            )
            for table in self.tables("marts", "metrics"):
                only = [
                    connection.execute(f"from {a}.{table} except all from {b}.{table} limit 3").fetchall()
                    for a, b in (("ours", "theirs"), ("theirs", "ours"))
                ]
                if any(only):
                    found[table] = (only[0], only[1])
        return found

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the file's bytes."""
        return hashlib.sha256(self.database.read_bytes()).hexdigest()


CONTACTS = (
    "id,mail,first,last,phone,Nickname\n"
    "p1,Olga.Petrova@first.example,Olga,Petrova,+49 30 5550 1234,Olga P\n"
    "p2,boris@first.example,Boris,Ivanov,,ask olga.petrova@first.example\n"
)
TERMS = (
    "id,item,customer,since,until,price,currency\n"
    "t1,i1,c1,2025-01-01,2025-07-01,100.00,USD\nt2,i1,c1,2025-07-01,,120.00,USD\nt3,i2,c2,2025-03-01,,80.50,USD\n"
)
ACCOUNTS = "id,name,employees\n" + "".join(f"a{number},Account {number},{number}\n" for number in range(1, 41))
CUSTOMERS = "id,name,mail\nc1,First,olga.petrova@first.example\nc2,Second,\nc3,Third,\n"
EXPORTS = """
[sources.exports]
type = "files"
path = "exports"

[[sources.exports.tables]]
table = "accounts"
files = "accounts.csv"
columns = { source_record_id = "id", name = "name", employee_count = "employees" }

[[sources.exports.tables]]
table = "customers"
files = "customers.csv"
columns = { source_record_id = "id", name = "name", email = "mail" }

[[sources.exports.tables]]
table = "contacts"
files = "contacts.csv"
[sources.exports.tables.columns]
source_record_id = "id"
email = "mail"
first_name = "first"
last_name = "last"
phone = "phone"
job_title = "Nickname"

[[sources.exports.tables]]
table = "subscription_item_terms"
files = "terms.csv"
[sources.exports.tables.columns]
source_record_id = "id"
subscription_id = "item"
subscription_item_id = "item"
customer_id = "customer"
valid_from = "since"
valid_to = "until"
unit_amount = "price"
currency_code = "currency"
revenue_type = { constant = "recurring" }
billing_interval = { constant = "month" }
billing_interval_count = { constant = "1" }
quantity = { constant = "1" }
"""


class ExportHome(Home):
    """A home whose only source is a folder with three small exports: a refresh with nothing to simulate."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.exports = folder / "exports"
        self.exports.mkdir()
        self.restore()

    def restore(self) -> None:
        """Good settings and good exports, but for one malformed account in forty-one."""
        self.configure(EXPORTS)
        self.export("accounts.csv", ACCOUNTS + "a41,Account 41,many\n")
        self.export("customers.csv", CUSTOMERS)
        self.export("contacts.csv", CONTACTS)
        self.export("terms.csv", TERMS)

    def export(self, name: str, text: str) -> None:
        """Write one export anew."""
        (self.exports / name).write_text(text)


@pytest.fixture(scope="session")
def home_at(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Home]:
    """A new, empty home with a name for its folder."""
    return lambda name: Home(tmp_path_factory.mktemp(name))


@dataclass(frozen=True)
class Company:
    """The sandbox company, published as of a day by one run."""

    home: Home
    outcome: Outcome
    published: Published
    facts: Facts


@pytest.fixture(scope="session")
def company(home_at: Callable[[str], Home]) -> Company:
    """The company as of AS_OF, all sources on, published by a first run."""
    home = home_at("company")
    home.simulate(AS_OF, *VENDORS)
    outcome = home.refresh()
    assert outcome.code == 0, outcome.printed
    return Company(home, outcome, home.published(), simulate(AS_OF, SEED, SCALE))


@pytest.fixture(scope="session")
def company_again(company: Company) -> Company:
    """The same day refreshed once more, after a run that was killed while it built."""
    database = company.home.path / "candidate" / "warehouse.duckdb"
    with company.home.started("refresh", "--settings", str(company.home.settings)) as process:
        assert process.stdout
        for line in process.stdout:
            if line.startswith("Build"):
                break
        assert process.poll() is None and database.exists()
        process.kill()
    assert database.exists() and company.home.published() == company.published
    outcome = company.home.refresh()
    assert outcome.code == 0, outcome.printed
    return Company(company.home, outcome, company.home.published(), company.facts)


@pytest.fixture(scope="session")
def company_later(company_again: Company) -> Company:
    """The company as of LATER, refreshed incrementally."""
    home = company_again.home
    home.simulate(LATER, *VENDORS)
    outcome = home.refresh()
    assert outcome.code == 0, outcome.printed
    return Company(home, outcome, home.published(), simulate(LATER, SEED, SCALE))


@pytest.fixture(scope="module", params=["company", "company_later"])
def known(request: pytest.FixtureRequest) -> Company:
    """The company on either day: first loaded as a whole, later brought up to date."""
    company = request.getfixturevalue(request.param)
    assert isinstance(company, Company)
    return company


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> ExportHome:
    """Small exports, published once."""
    home = ExportHome(tmp_path_factory.mktemp("exports"))
    outcome = home.refresh()
    assert outcome.code == 0, outcome.printed
    return home
