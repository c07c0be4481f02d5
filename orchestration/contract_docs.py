"""Writes docs/contract.md from the canonical models' own YAML: `make docs`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from ingestion.registry import filled_by
from orchestration.settings import PROJECT

DOMAINS = ("crm", "orders", "marketing", "web", "partners", "communications", "finance")
INTRODUCTION = """# The canonical contract

The waist of the warehouse: above it nobody knows vendors, below it nobody knows metrics. Every connector, and every
file mapping, fills these tables in schema `canonical`; identity, marts and metrics read nothing else.

- **Keys.** A table's key is `source_instance`, a colon, and the vendor's own id. References to another canonical
  table hold that table's key, of the same instance. References across systems (a bill naming a deal of the CRM) are
  called `…_reference` and hold the other vendor's bare id, as someone typed it in.
- **Every table** also has `source` (the connector), `source_instance` (which configured instance of it) and
  `source_record_id` (the vendor's id).
- **Times** are UTC timestamps without a zone. **Money** is an exact decimal in the transaction's currency.
- **Required** columns are never NULL; a record that lacks one is quarantined or refused, never guessed.
- dbt enforces names and types as model contracts. Columns may be added within a version; one that is renamed,
  removed or retyped is a new major version, announced in CHANGELOG.md under "Contract".

This page is generated from `dbt_project/models/intermediate/` by `make docs`; a test keeps it true.
"""


def contract_tables(domain: str) -> list[dict[str, Any]]:
    """The models of one domain, in alphabetical order, as their YAML describes them."""
    folder = PROJECT / "dbt_project" / "models" / "intermediate" / domain
    return [yaml.safe_load(path.read_text())["models"][0] for path in sorted(folder.glob("*.yml"))]


def render() -> str:
    """The whole page as Markdown."""
    parts = [INTRODUCTION, "## Tables\n"]
    for domain in DOMAINS:
        names = ", ".join(f"[{table['name']}](#{table['name']})" for table in contract_tables(domain))
        parts.append(f"- **{domain}**: {names}")
    for domain in DOMAINS:
        parts.append(f"\n# {domain}\n")
        for table in contract_tables(domain):
            parts.append(_table(table))
    return "\n".join(parts).rstrip() + "\n"


def _table(table: dict[str, Any]) -> str:
    meta = table["config"]["meta"]
    lines = [
        f"## {table['name']}\n",
        table["description"],
        "",
        f"Filled by: {', '.join(filled_by(table['name']))}.",
        "",
    ]
    lines += ["| column | type | required | meaning |", "|---|---|---|---|"]
    for column in table["columns"]:
        if column["name"] in ("source", "source_instance", "source_record_id"):
            continue
        references = column.get("config", {}).get("meta", {}).get("references")
        meaning = column["description"] + (f" → [{references}](#{references})" if references else "")
        for test in column.get("data_tests", []):
            if isinstance(test, dict) and "accepted_values" in test:
                values = test["accepted_values"]["arguments"]["values"]
                meaning += ". One of " + ", ".join(f"`{value}`" for value in values)
        name = f"**{column['name']}**" if column["name"] == meta["key"] else column["name"]
        required = "yes" if column.get("constraints") else ""
        lines.append(f"| {name} | {column['data_type']} | {required} | {meaning} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    page = PROJECT / "docs" / "contract.md"
    page.parent.mkdir(exist_ok=True)
    Path(page).write_text(render())


if __name__ == "__main__":
    main()
