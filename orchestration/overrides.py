"""Reviewers' decisions on who is who: pairs of records that are one, or are not, whatever the rules say."""

from __future__ import annotations

import csv
from pathlib import Path

from orchestration.errors import SettingsError

COLUMNS = ("left_type", "left_id", "right_type", "right_id", "decision", "reviewer", "reason")
SUBJECTS = {
    "accounts": "account",
    **dict.fromkeys(("contacts", "leads", "customers", "audience_members", "conversations", "referrals"), "person"),
}
"""Canonical table of a record → what a decision about it joins or parts."""
DECISIONS = ("same", "different")


def read_overrides(file: Path) -> list[dict[str, str]]:
    """The decisions in `file`: subject, left, right, decision. Raises SettingsError with line and remedy."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            if tuple(reader.fieldnames or ()) != COLUMNS:
                raise _wrong(file, 1, f"the columns are not {', '.join(COLUMNS)}", "Give them in this order.")
            found: dict[tuple[str, str], dict[str, str]] = {}
            for row in reader:
                decision = _decision(file, reader.line_num, row)
                pair = decision["left"], decision["right"]
                if pair in found:
                    raise _wrong(file, reader.line_num, "the pair is decided twice", "Keep the decision that stands.")
                found[pair] = decision
    except (OSError, UnicodeDecodeError):
        raise SettingsError(
            f"identity.overrides: {file} cannot be read", "Give the path of a CSV file in UTF-8, or drop the setting."
        ) from None
    return [found[pair] for pair in sorted(found)]


def _decision(file: Path, line: int, row: dict[str, str]) -> dict[str, str]:
    if None in row or None in row.values():
        raise _wrong(file, line, "it has not seven fields", "Quote fields that hold a comma.")
    row = {name: value.strip() for name, value in row.items()}
    if empty := [name for name in COLUMNS if not row[name]]:
        raise _wrong(file, line, f"{empty[0]} is empty", "A decision names both records, its reviewer and the reason.")
    if row["decision"] not in DECISIONS:
        raise _wrong(file, line, f"`{row['decision']}` is no decision", "Write same or different.")
    for side in ("left_type", "right_type"):
        if row[side] not in SUBJECTS:
            raise _wrong(file, line, f"{side} is `{row[side]}`", f"Known: {', '.join(SUBJECTS)}.")
    if SUBJECTS[row["left_type"]] != SUBJECTS[row["right_type"]]:
        raise _wrong(file, line, "it pairs an account with a person", "Pair accounts with accounts.")
    left, right = sorted(f"{row[f'{side}_type']}:{row[f'{side}_id']}" for side in ("left", "right"))
    if left == right:
        raise _wrong(file, line, "it pairs a record with itself", "Name two records.")
    return {"subject": SUBJECTS[row["left_type"]], "left": left, "right": right, "decision": row["decision"]}


def _wrong(file: Path, line: int, what: str, remedy: str) -> SettingsError:
    return SettingsError(f"identity.overrides, {file.name} line {line}: {what}", remedy)
