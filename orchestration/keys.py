"""The secret key from which people's ids are made: one for each warehouse, made once, never shown."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def make_key(file: Path) -> None:
    """Write a new key of 256 bits to `file`, for its owner alone, unless there is one.

    Whoever holds it can tell whether a known person is behind an id; without it the ids of a rebuilt warehouse differ.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as key:
        key.write(secrets.token_hex(32) + "\n")
