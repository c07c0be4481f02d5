"""The reviewers' file and the identity key: what is accepted, what is refused and how that is said."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from orchestration.errors import SettingsError
from orchestration.keys import make_key
from orchestration.overrides import COLUMNS, read_overrides

HEADER = ",".join(COLUMNS) + "\n"
SAME = "leads,l:2,contacts,c:1,same,Ann,one human\n"


def test_decisions_are_read_whatever_their_order(tmp_path: Path) -> None:
    file = tmp_path / "identity.csv"
    file.write_text(HEADER + SAME + 'accounts,a,accounts,b,different,Bob,"subsidiary, own books"\n')
    assert read_overrides(file) == [
        {"subject": "account", "left": "accounts:a", "right": "accounts:b", "decision": "different"},
        {"subject": "person", "left": "contacts:c:1", "right": "leads:l:2", "decision": "same"},
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,b\n", "line 1: the columns are not left_type"),
        (HEADER + "leads,l,contacts,c,same,Ann\n", "line 2: it has not seven fields"),
        (HEADER + SAME + "leads,l,contacts,c,same,Ann, \n", "line 3: reason is empty"),
        (HEADER + "leads,l,contacts,c,maybe,Ann,why\n", "line 2: `maybe` is no decision"),
        (HEADER + "visits,l,contacts,c,same,Ann,why\n", "line 2: left_type is `visits`"),
        (HEADER + "accounts,l,contacts,c,same,Ann,why\n", "line 2: it pairs an account with a person"),
        (HEADER + "contacts,c,contacts,c,same,Ann,why\n", "line 2: it pairs a record with itself"),
        (HEADER + SAME + "contacts,c:1,leads,l:2,different,Bob,no\n", "line 3: the pair is decided twice"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "identity.csv"
    file.write_text(text)
    with pytest.raises(SettingsError, match=message):
        read_overrides(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_overrides(tmp_path / "none.csv")


def test_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "home" / "identity.key"
    make_key(file)
    first = file.read_text()
    make_key(file)
    assert file.read_text() == first
    assert len(bytes.fromhex(first.strip())) == 32
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
