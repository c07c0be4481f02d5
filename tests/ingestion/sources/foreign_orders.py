"""Two order databases that the project did not design, and their mappings as the connector's README documents them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo

from ingestion.sources import postgres_orders

READER, PASSWORD = "foreign_reader", "foreign-reader-password"

NORTHWIND = """
create schema northwind;
set search_path to northwind;
create table customers (
    customer_id char(5) primary key, company_name varchar(40) not null, contact_name varchar(30), city varchar(15),
    country varchar(15)
);
create table products (
    product_id smallint primary key, product_name varchar(40) not null, category_id smallint, unit_price real,
    discontinued integer not null
);
create table orders (
    order_id smallint primary key, customer_id char(5) references customers, order_date date, required_date date,
    shipped_date date, freight real, ship_country varchar(15)
);
create table order_details (
    order_id smallint not null references orders, product_id smallint not null references products,
    unit_price real not null, quantity smallint not null, discount real not null, primary key (order_id, product_id)
);
insert into customers values
    ('ALFKI', 'Alfreds Futterkiste', 'Maria Anders', 'Berlin', 'Germany'),
    ('AROUT', 'Around the Horn', 'Thomas Hardy', 'London', 'UK'),
    ('ÉPICÉ', 'Épicerie "du Port", sœurs', null, 'Brest', 'France'),
    ('ZZ', 'Shorter than its column', null, null, null);
insert into products values
    (11, 'Queso Cabrales', 4, 21, 0), (42, 'Singaporean Hokkien Fried Mee', 5, 14, 1), (72, 'Mozzarella', 4, 34.8, 0);
insert into orders values
    (10248, 'ALFKI', '1996-07-04', '1996-08-01', '1996-07-16', 32.38, 'France'),
    (10249, 'AROUT', '1996-07-05', '1996-08-16', '1996-07-10', 11.61, 'Germany'),
    (10250, 'ÉPICÉ', '1996-12-08', '1997-01-05', null, 65.83, 'Brazil'),
    (10251, 'ZZ', '1997-03-30', null, null, 0, null),
    (10252, 'ZZ', '1997-03-31', null, null, 0, null);
insert into order_details values
    (10248, 11, 14, 12, 0), (10248, 42, 9.8, 10, 0), (10248, 72, 34.8, 5, 0),
    (10249, 11, 18.6, 9, 0.15), (10249, 72, 42.4, 40, 0.05),
    (10250, 42, 7.7, 10, 0.25), (10250, 72, 16.95, 3, 0.1), (10252, 72, 2, 1, 1);
"""
"""The shapes of the public sample: keys of letters, positions with no key of their own, a discount that is a rate."""

ERP = """
create schema "ERP";
create table "ERP"."Partner" (
    "Mandant" char(3), "PartnerNr" text, "Name1" text, "Land" text, primary key ("Mandant", "PartnerNr")
);
create table "ERP"."Beleg.Kopf" (
    "Mandant" char(3), "BelegNr" text, "PartnerNr" text, "Status" smallint, "Waehrung" char(3), "BelegDatum" char(8),
    "BelegZeit" text, "StornoDatum" text, "Version" bigint not null, primary key ("Mandant", "BelegNr")
);
create table "ERP"."Beleg.Position" (
    "Mandant" char(3), "BelegNr" text, "PosNr" smallint, "ArtikelNr" text, "Menge" numeric(9, 3), "PreisCent" bigint,
    "RabattProzent" numeric(5, 2), "SteuerCent" bigint, primary key ("Mandant", "BelegNr", "PosNr")
);
insert into "ERP"."Partner" values
    ('001', '4711', 'Müller & Söhne', 'D'), ('002', '4711', 'Another 4711', 'A');
insert into "ERP"."Beleg.Kopf" values
    ('001', 'A-1', '4711', 10, 'EUR', '20240229', '235959', '00000000', 101),
    ('001', 'A:2', '4711', 30, 'EUR', '20240331', '023000', '', 102),
    ('002', 'A-1', '4711', 90, 'CHF', '20240701', '000000', '20240702', 103),
    ('002', 'A-3', '4711', 55, 'CHF', '20240702', '120000', null, 104);
insert into "ERP"."Beleg.Position" values
    ('001', 'A-1', 1, 'X/1', 3, 1999, 10, 1026), ('001', 'A-1', 2, 'X/2', 0.5, 5, null, null),
    ('001', 'A:2', 1, 'X/1', 1, 100000001, 0.5, 0),
    ('002', 'A-1', 1, 'X/1', 2, 250, 33.33, 0), ('002', 'A-3', 1, 'X/2', 7, 1, 0, 0);
"""
"""As an ERP of the nineties has it: case and dots in names, keys by company, dates as text, cents, numbered states."""


def mapping(database: str) -> dict[str, Any]:
    """The settings that the README gives for a database, read from it, so that what is documented is what is tested."""
    readme = (Path(postgres_orders.__file__).parent / "README.md").read_text()
    (section,) = [part for part in readme.split("\n### ") if part.startswith(database)]
    written = section.split("```toml\n", 1)[1].split("```", 1)[0]
    return tomllib.loads(written)["sources"]["postgres_orders"]  # type: ignore[no-any-return]


def reader(dsn: str) -> str:
    """The reading role's way to the database that `dsn` names."""
    return conninfo.make_conninfo(dsn, user=READER, password=PASSWORD)


def create(connection: psycopg.Connection) -> None:
    """Both databases as two schemas, and a role that may only read them."""
    with connection.transaction():
        connection.execute(f"create role {READER} login password '{PASSWORD}'")
        for statements, schema in ((NORTHWIND, "northwind"), (ERP, '"ERP"')):
            connection.execute(statements)
            connection.execute("reset search_path")
            connection.execute(f"grant usage on schema {schema} to {READER}")
            connection.execute(f"grant select on all tables in schema {schema} to {READER}")
        # What a session takes over from its role must not change what is read.
        connection.execute(f"alter role {READER} set timezone = 'Europe/Berlin'")
        connection.execute(f"alter role {READER} set datestyle = 'German, DMY'")


def drop(connection: psycopg.Connection) -> None:
    """Take back what `create` made."""
    connection.execute(f'drop schema northwind, "ERP" cascade; drop role {READER}')


def change(connection: psycopg.Connection) -> None:
    """A day's work: a new order, a changed one, a position struck, an order deleted; by the ERP with its versions."""
    with connection.transaction():
        for statement in (
            "insert into northwind.orders values (10253, 'ALFKI', '1997-05-05', null, null, 1, null)",
            "insert into northwind.order_details values (10253, 11, 21, 2, 0.2)",
            "update northwind.orders set shipped_date = '1996-12-12' where order_id = 10250",
            "update northwind.order_details set quantity = 11 where order_id = 10250 and product_id = 42",
            "delete from northwind.order_details where order_id = 10249 and product_id = 11",
            "delete from northwind.order_details where order_id = 10252",
            "delete from northwind.orders where order_id = 10252",
            """insert into "ERP"."Beleg.Kopf" values
                ('002', 'A-4', '4711', 10, 'CHF', '20240801', '080000', null, 105)""",
            """insert into "ERP"."Beleg.Position" values ('002', 'A-4', 1, 'X/1', 1, 12345, 12.5, 0)""",
            """update "ERP"."Beleg.Kopf" set "Status" = 30, "Version" = 106
                where ("Mandant", "BelegNr") = ('001', 'A-1')""",
            """update "ERP"."Beleg.Position" set "Menge" = 4
                where ("Mandant", "BelegNr", "PosNr") = ('001', 'A-1', 1)""",
            """delete from "ERP"."Beleg.Position" where ("Mandant", "BelegNr") = ('001', 'A:2')""",
            """delete from "ERP"."Beleg.Kopf" where ("Mandant", "BelegNr") = ('001', 'A:2')""",
        ):
            connection.execute(statement)
