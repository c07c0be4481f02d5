"""The company's own order database: a PostgreSQL schema as a team would have written it in 2016.

Two schemas, `shop` and `treasury`, with terse names, numeric status codes and money as numeric(12,2) in major units. A
row that a clerk deleted is gone, and so are its positions and returns. Positions carry no time of change: they change
with their order. `shop.clients` knows a company only since its first order, by the name and contact given with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self

import psycopg
from psycopg import sql

from ingestion.sandbox.facts import CURRENCY_EXPONENT, Facts, Order, deal_reference, unit_of, view
from ingestion.sandbox.postgres import TemporaryPostgres

NAME = "postgres_orders"
DATABASE = "orders"
READER = "revops_reader"
READER_PASSWORD = "sandbox-reader-password"

STATES = {"placed": 10, "shipped": 20, "delivered": 30, "returned": 80, "cancelled": 90}

SCHEMA = """
create schema shop;
create schema treasury;

create table shop.order_states (st smallint primary key, label varchar(20) not null);

create table shop.clients (
    cl_no integer primary key,
    cl_name varchar(200) not null,
    cl_domain varchar(200),
    ctry char(2) not null,
    contact_name varchar(200),
    contact_mail varchar(200),
    created timestamptz not null,
    last_changed timestamptz not null
);

create table shop.articles (
    art_no varchar(60) primary key,
    descr varchar(200) not null,
    grp varchar(20) not null,
    created timestamptz not null,
    last_changed timestamptz not null
);

create table shop.sales_orders (
    ord_no integer primary key,
    cl_no integer not null references shop.clients,
    ord_ts timestamptz not null,
    st smallint not null references shop.order_states,
    ccy char(3) not null,
    orderer_name varchar(200),
    orderer_mail varchar(200),
    crm_ref varchar(40),
    shipped_ts timestamptz,
    cancelled_ts timestamptz,
    last_changed timestamptz not null
);
create index on shop.sales_orders (last_changed);

create table shop.sales_order_positions (
    pos_id integer primary key,
    ord_no integer not null references shop.sales_orders,
    pos_no smallint not null,
    art_no varchar(60) not null references shop.articles,
    qty integer not null,
    unit_net numeric(12,2) not null,
    disc numeric(12,2) not null default 0,
    tax numeric(12,2) not null default 0
);
create index on shop.sales_order_positions (ord_no);

create table shop.returns (
    ret_no integer primary key,
    ord_no integer not null references shop.sales_orders,
    ret_ts timestamptz not null,
    amt numeric(12,2) not null,
    last_changed timestamptz not null
);

create table treasury.fx_fixings (
    fix_date date not null,
    ccy char(3) not null,
    usd_rate numeric(14,6) not null,
    primary key (fix_date, ccy)
);

comment on column shop.sales_orders.crm_ref is 'Number of the CRM opportunity, as the clerk typed it';
comment on column shop.sales_order_positions.disc is 'Discount on the whole position, net';
comment on column shop.sales_order_positions.tax is 'Tax on the whole position';
comment on column treasury.fx_fixings.usd_rate is 'US dollars for one unit of ccy';
"""

Row = Sequence[Any]


class OrderDatabase:
    """The order database of `facts` on a server of its own, for the length of a `with` block."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._server = TemporaryPostgres()

    def start(self) -> Self:
        """Bring the server up and load it. Raises `PostgresUnavailable`."""
        self._server.start()
        try:
            self._server.create_database(DATABASE)
            with self._server.connect(DATABASE) as connection, connection.transaction():
                connection.execute(SCHEMA)
                load(connection, self._facts)
                _create_reader(connection)
        except BaseException:
            self._server.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the server and remove its files. Harmless when not running."""
        self._server.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def admin_dsn(self) -> str:
        """The connection of the shop's own programs, which may write."""
        return self._server.dsn(database=DATABASE)

    def overlay(self) -> dict[str, str]:
        """The settings that point the source `postgres_orders` at this database, as its read-only role."""
        return overlay(self._server)


def overlay(server: TemporaryPostgres) -> dict[str, str]:
    """The connector's settings for an order database on `server`."""
    return {"dsn": server.dsn(READER, READER_PASSWORD, DATABASE)}


def load(connection: psycopg.Connection, facts: Facts) -> None:
    """Fill the empty tables of `SCHEMA` from what `facts` has of this shop."""
    facts = view(facts, "postgres_orders")
    orders = [order for order in facts.orders if order.deleted_at is None]
    for table, rows in (
        ("shop.order_states", [(code, label) for label, code in STATES.items()]),
        ("shop.clients", _clients(facts)),
        ("shop.articles", _articles(facts)),
        ("shop.sales_orders", _orders(facts, orders)),
        ("shop.sales_order_positions", _positions(orders)),
        ("shop.returns", _returns(orders)),
        ("treasury.fx_fixings", [(rate.day, rate.currency, rate.rate) for rate in facts.exchange_rates]),
    ):
        target = sql.SQL("copy {} from stdin").format(sql.Identifier(*table.split(".")))
        with connection.cursor() as cursor, cursor.copy(target) as copy:
            for row in rows:
                copy.write_row(row)
    connection.execute("analyze")


def _create_reader(connection: psycopg.Connection) -> None:
    role = sql.Identifier(READER)
    for statement in (
        "create role {role} login password {password}",
        "alter role {role} set default_transaction_read_only = on",
        "revoke create on schema public from public",
        "grant usage on schema shop, treasury to {role}",
        "grant select on all tables in schema shop, treasury to {role}",
    ):
        connection.execute(sql.SQL(statement).format(role=role, password=sql.Literal(READER_PASSWORD)))


def _major(amount: int, currency: str) -> str:
    """An amount in minor units as a decimal of the major unit."""
    exponent = CURRENCY_EXPONENT[currency]
    digits = f"{abs(amount):0{exponent + 1}d}"
    text = f"{digits[:-exponent]}.{digits[-exponent:]}" if exponent else digits
    return f"-{text}" if amount < 0 else text


def _clients(facts: Facts) -> Iterable[Row]:
    companies = {company.company_id: company for company in facts.companies}
    people = {person.person_id: person for person in facts.people}
    first: dict[int, Order] = {}
    for order in facts.orders:
        known = first.setdefault(order.company_id, order)
        if order.ordered_at < known.ordered_at:
            first[order.company_id] = order
    for company_id, order in first.items():
        company, contact = companies[company_id], people[order.person_id]
        yield (
            company_id,
            company.name,
            company.domain,
            company.country,
            f"{contact.first_name} {contact.last_name}",
            contact.email,
            order.ordered_at,
            max(order.ordered_at, company.updated_at),
        )


def _articles(facts: Facts) -> Iterable[Row]:
    sold = {line.product_id for order in facts.orders for line in order.lines}
    for product in facts.products:
        if product.product_id in sold or product.family == "hardware":
            yield product.product_id, product.name, product.family, product.created_at, product.created_at


def _orders(facts: Facts, orders: Iterable[Order]) -> Iterable[Row]:
    people = {person.person_id: person for person in facts.people}
    units = unit_of(facts)
    for order in orders:
        person = people[order.person_id]
        yield (
            order.order_id,
            order.company_id,
            order.ordered_at,
            STATES[order.status.current],
            order.currency,
            f"{person.first_name} {person.last_name}",
            person.email,
            deal_reference(units, order.company_id, order.deal_id) if order.deal_id is not None else None,
            _when(order, "shipped"),
            _when(order, "cancelled"),
            order.updated_at,
        )


def _when(order: Order, status: str) -> datetime | None:
    return next((at for at, value in order.status if value == status), None)


def _positions(orders: Iterable[Order]) -> Iterable[Row]:
    for order in orders:
        for number, line in enumerate(order.lines, start=1):
            yield (
                line.order_line_id,
                order.order_id,
                number,
                line.product_id,
                line.quantity,
                _major(line.unit_amount, order.currency),
                _major(line.discount_amount, order.currency),
                _major(line.tax_amount, order.currency),
            )


def _returns(orders: Iterable[Order]) -> Iterable[Row]:
    for order in orders:
        if order.refunded_at is not None:
            refunded = _major(order.refunded_amount, order.currency)
            yield order.order_id, order.order_id, order.refunded_at, refunded, order.refunded_at
