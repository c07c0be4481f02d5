"""Writes the files of a new source from `source_template/`, which mirrors the project.

NAME and TABLE in a template's path, and `$name`, `$table`, … in its text, become the source's own.
"""

from __future__ import annotations

import keyword
import re
from pathlib import Path
from string import Template

import yaml

from orchestration.errors import RevOpsError

TEMPLATES = Path(__file__).parent / "source_template"
FIRST_TABLE = {
    "crm": "accounts",
    "orders": "customers",
    "marketing": "campaigns",
    "web": "sessions",
    "partners": "partners",
    "communications": "conversations",
}
"""Domain → the canonical table that a new source of it fills first."""
STAGED = ("created_at", "updated_at", "is_deleted")
"""Columns of the contract that the staging template has too."""
REGISTRY = Path("ingestion") / "registry.py"
LAST_SPEC = '        SourceSpec("files", '


class SourceRefused(RevOpsError):
    """A source of this name cannot be made."""


def write(project: Path, name: str, domain: str, title: str = "") -> list[Path]:
    """Write the source `name` into the checkout `project`; gives the paths written, the registry last.

    Nothing is written unless everything can be. Raises `SourceRefused`.
    """
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name) or len(name) > 30:
        raise SourceRefused(
            f"`{name}` cannot be the name of a source",
            "It names a Python package and a database schema: lower-case letters, digits and single underscores, "
            "beginning with a letter, 30 at most, such as `acme_crm`.",
        )
    title = title or name.replace("_", " ").title()
    if not re.fullmatch(r"[\w .()&-]{1,50}", title):
        raise SourceRefused(f"`{title}` cannot be the title of a source", "Use up to 50 letters, digits and spaces.")
    registry = _registered(project, name, domain, title)
    files = {project / path: text for path, text in _rendered(project, name, domain, title).items()}
    if taken := [path for path in files if path.exists()]:
        raise SourceRefused(
            f"{taken[0].relative_to(project)} exists already",
            f"Choose another name, or remove what is left of a source called `{name}`.",
        )
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    (project / REGISTRY).write_text(registry, "utf-8")
    return [*(path.relative_to(project) for path in files), REGISTRY]


def _rendered(project: Path, name: str, domain: str, title: str) -> dict[Path, str]:
    table = FIRST_TABLE[domain]
    values = {
        "name": name,
        "title": title,
        "host": name.replace("_", "-"),
        "table": table,
        "constant": table.upper(),
        "columns": _map_columns(project, domain, table),
    }
    files = {}
    for template in sorted(TEMPLATES.rglob("*.tmpl")):
        path = str(template.relative_to(TEMPLATES).with_suffix("")).replace("NAME", name).replace("TABLE", table)
        files[Path(path)] = Template(template.read_text("utf-8")).substitute(values)
    return files


def _map_columns(project: Path, domain: str, table: str) -> str:
    """What a map of `table` selects beside the record's id: every column of the contract that no macro adds."""
    described = project / "dbt_project" / "models" / "intermediate" / domain / f"{table}.yml"
    model = yaml.safe_load(described.read_text("utf-8"))["models"][0]
    added = {model["config"]["meta"]["key"], "source", "source_instance", "source_record_id", "custom_fields"}
    names = [column["name"] for column in model["columns"] if column["name"] not in added]
    return ",\n".join(f"    {name}" if name in STAGED else f"    null as {name}" for name in names)


def _registered(project: Path, name: str, domain: str, title: str) -> str:
    """The registry's text with one more line, before the files that come last."""
    text = (project / REGISTRY).read_text("utf-8")
    if re.search(rf'SourceSpec\(\s*"{name}",', text):
        raise SourceRefused(f"there is a source called `{name}` already", f"Read ingestion/sources/{name}/README.md.")
    if text.count(LAST_SPEC) != 1:
        raise SourceRefused(
            f"{REGISTRY} is not as expected: no single line begins with `{LAST_SPEC.strip()}`",
            "Put the source of files last in the registry, on a line of its own.",
        )
    spec = f'        SourceSpec("{name}", "{title}", "{domain}", ("{FIRST_TABLE[domain]}",)),\n'
    return text.replace(LAST_SPEC, spec + LAST_SPEC)
