"""Who asked to be forgotten is recognised by hashes alone, and nothing of them is left in a record."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pytest

from ingestion.errors import IngestionError
from ingestion.forgotten import GONE, Forgotten

OLGA = "olga@acme.example"


@pytest.fixture
def forgotten(tmp_path: Path) -> Forgotten:
    """The list as the next refresh reads it."""
    listed = Forgotten()
    listed.add([OLGA], ["Olga", "Petrova"])
    listed.add_record("raw_crm.contacts", [7])
    listed.write(tmp_path)
    return Forgotten.read(tmp_path)


def test_of_her_own_record_everything_personal_goes_however_deep(forgotten: Forgotten) -> None:
    record = {
        "id": 7,
        "amount": "12.50",
        "properties": {
            "email": " OLGA@acme.example ",
            "firstname": "Olga",
            "mobile_phone": "+49 30 1234567",
            "mailingStreet": "Elm Street 5",
            "date_of_birth": "1980-02-03",
            "favourite greeting": "dear petrova, hello",
            "company": "Acme",
            "owner": {"name": "Sam Seller", "email": "sam@us.example"},
        },
        "line_items": [{"name": "Platform", "description": "One seat"}],
    }
    clean = forgotten.record("raw_crm.people", [8], record)
    properties = clean["properties"]
    assert properties == {
        "email": " " + forgotten.pseudonym(OLGA) + " ",
        "firstname": GONE,
        "mobile_phone": GONE,
        "mailingStreet": GONE,
        "date_of_birth": None,
        "favourite greeting": f"dear {GONE}, hello",
        "company": "Acme",
        "owner": {"name": "Sam Seller", "email": "sam@us.example"},
    }
    assert {name: clean[name] for name in ("id", "amount", "line_items")} == {
        name: record[name] for name in ("id", "amount", "line_items")
    }


def test_a_record_on_the_list_is_hers_after_the_address_was_taken_out_of_it(forgotten: Forgotten) -> None:
    record = {"id": 7, "first_name": "Olga", "note": "Olga moved"}
    assert forgotten.record("raw_crm.contacts", [7], record) == {"id": 7, "first_name": GONE, "note": GONE}
    assert forgotten.record("raw_crm.contacts", [8], record) == record
    assert forgotten.record("raw_crm.deals", [7], record) == record


@pytest.mark.parametrize("field", ["cc", "owner_email", "assignee_email"], ids=["copied in", "a seller", "an agent"])
def test_a_record_that_only_mentions_her_loses_the_address(forgotten: Forgotten, field: str) -> None:
    record = {"subject": "Offer", "name": "Boris", field: OLGA, "body": f"ask {OLGA.upper()}."}
    clean = forgotten.record("raw_crm.emails", [1], record)
    pseudonym = forgotten.pseudonym(OLGA)
    assert clean == {"subject": "Offer", "name": "Boris", field: pseudonym, "body": f"ask {pseudonym}."}


def test_what_a_vendor_makes_of_an_address_becomes_what_it_makes_of_the_pseudonym(forgotten: Forgotten) -> None:
    md5 = hashlib.md5(OLGA.encode()).hexdigest()
    instead = hashlib.md5(forgotten.pseudonym(OLGA).encode()).hexdigest()
    assert forgotten.text(f"list:{md5}") == f"list:{instead}"
    assert forgotten.text(f"https://us.example/?mail=olga%40acme.example&x={md5}") == (
        f"https://us.example/?mail={forgotten.pseudonym(OLGA)}&x={instead}"
    )


@pytest.mark.parametrize("address", ["olga@acme.example.org", "anolga@acme.example", "olga@acme2.example"])
def test_people_with_similar_addresses_stay(forgotten: Forgotten, address: str) -> None:
    record = {"email": address, "first_name": "Olga", "last_name": "Petrova"}
    assert forgotten.record("raw_crm.contacts", [9], record) == record


def test_a_columnar_page_keeps_its_types_and_counts_what_changed(forgotten: Forgotten) -> None:
    page = pa.table(
        {
            "id": pa.array([1, 2, 3, 7]),
            "email": [OLGA, "boris@acme.example", None, None],
            "last_name": ["Petrova", "Petrova", None, "Petrova"],
            "_record": [json.dumps({"email": OLGA, "city": "Bonn"}), "{}", None, None],
        }
    )
    clean, changed = forgotten.page("raw_crm.contacts", ("id",), page)
    assert changed == 2 and clean.schema == page.schema
    assert clean.column("last_name").to_pylist() == [GONE, "Petrova", None, GONE]
    assert json.loads(clean.column("_record")[0].as_py()) == {"email": forgotten.pseudonym(OLGA), "city": "Bonn"}


def test_the_list_is_the_owners_alone_and_names_nobody(forgotten: Forgotten, tmp_path: Path) -> None:
    files = {file.name: file for file in (tmp_path / "forgotten").iterdir()}
    assert set(files) == {"key", "list.json"}
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in files.values())
    kept = files["list.json"].read_text()
    derived = [OLGA, "olga", "petrova", hashlib.md5(OLGA.encode()).hexdigest()]
    assert not any(word in kept.lower() for word in derived)
    other = Forgotten()
    assert other.digest("token", OLGA) != forgotten.digest("token", OLGA)


def test_a_list_without_its_key_is_refused_rather_than_ignored(forgotten: Forgotten, tmp_path: Path) -> None:
    (tmp_path / "forgotten" / "key").unlink()
    with pytest.raises(IngestionError, match="key to recognise them"):
        Forgotten.read(tmp_path)
