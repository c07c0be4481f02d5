"""Names for people that tell nothing of them to whoever lacks the key."""

from __future__ import annotations

import hmac
from hashlib import sha256
from pathlib import Path

FEWEST_DIGITS = 64
"""Of a key in hexadecimal: 256 bits."""


class Pseudonyms:
    """A keyed hash (HMAC-SHA-256, cut to 128 bits). The same key gives the same names."""

    def __init__(self, key: bytes) -> None:
        if len(key) * 2 < FEWEST_DIGITS:
            raise ValueError("the identity key is shorter than 256 bits")
        self._key = key

    @classmethod
    def from_file(cls, path: Path) -> Pseudonyms:
        """Read the key, in hexadecimal. Raises ValueError, which never quotes it, where the file holds none."""
        try:
            return cls(bytes.fromhex(path.read_text("ascii").strip()))
        except (OSError, ValueError):
            raise ValueError(f"{path.name} holds no identity key of 256 bits") from None

    def __call__(self, node: str) -> str:
        return hmac.new(self._key, node.encode(), sha256).hexdigest()[:32]
