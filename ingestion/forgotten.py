"""People who asked to be forgotten: what is about them in a record, and the record without them.

The list knows nobody. It holds hashes, keyed with a secret beside it, of each address, of what vendors derive from an
address (Mailchimp's id of a member is its MD5), of the words of the name and of the keys of the person's raw records.
An address becomes the same pseudonym wherever it stands, so that references still meet and money keeps its customer.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.compute as pc

from ingestion.errors import IngestionError

GONE = "forgotten"
"""What stands where something personal stood."""
_ADDRESS = re.compile(r"[\w.!#$*+~^'-]+@[\w-]+(?:\.[\w-]+)+")
_TOKEN = re.compile(
    r"[\w.!#$*+~^'%-]+(?:@|%40)[\w-]+(?:\.[\w-]+)+|(?<![0-9a-f])(?:[0-9a-f]{32}|[0-9a-f]{64})(?![0-9a-f])",
    re.IGNORECASE,
)
_PERHAPS = "@|%40|[0-9a-fA-F]{32}"
_WORD = re.compile(r"[^\W\d_]{3,}")
_PERSONAL = re.compile(
    r"(first|last|middle|full|given|family|sur|nick|maiden|display|requester|author|sender|contact|customer|billing"
    r"|shipping|user|buyer|payer|recipient|person|lead)_?names?|login|.*(phone|mobile|fax).*|address(_?\d)?|.*line_?[123]"
    r"|.*street|.*(zip|postal_?code|postcode)|(ip|client_?ip|ip_?address|browser_?ip)|user_?agent|job_?title"
    r"|(linkedin|twitter|facebook|avatar|photo|image)(_?url)?"
    r"|body(_?(text|html))?|(html|plain)_?body|subject|description|notes?|message|comments?|text|content|snippet",
    re.IGNORECASE,
)
_BIRTH = re.compile(r".*birth.*", re.IGNORECASE)
_OF_OTHERS = re.compile(
    r"_?(owner|assignee|agent|manager|created_?by|updated_?by|b?cc|line_?items?|items|lines|products?|price|plan).*",
    re.IGNORECASE,
)
"""Below these names stand a colleague who works on the record, people copied in, or goods; not whom it is about."""


def normalised(address: str) -> str:
    """The spelling of an address by which it is known."""
    return address.strip().lower()


def derived(address: str) -> tuple[str, ...]:
    """What vendors and this warehouse make of an address, given in its normalised spelling."""
    return hashlib.md5(address.encode()).hexdigest(), hashlib.sha256(address.encode()).hexdigest()


@dataclass
class Forgotten:
    """The list, with its key; `spoken` recognises more in plain text, while a person is being forgotten."""

    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    tokens: dict[str, str] = field(default_factory=dict)
    words: set[str] = field(default_factory=set)
    records: dict[str, set[str]] = field(default_factory=dict)
    spoken: re.Pattern[str] | None = None
    also: Mapping[str, str] = field(default_factory=dict)
    """Whole values, such as ids of a person, and what becomes of them."""
    _digests: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, home: Path) -> Forgotten:
        """The list kept under `home`, or an empty one. Raises IngestionError where it cannot be applied."""
        file, key = home / "forgotten" / "list.json", home / "forgotten" / "key"
        if not file.exists():
            return cls(key.read_bytes()) if key.exists() else cls()
        if not key.exists():
            raise IngestionError(
                f"people asked to be forgotten, and the key to recognise them, {key}, is gone",
                "Restore it from a backup: without it they would be loaded again.",
            )
        kept = json.loads(file.read_text("utf-8"))
        records = {table: set(hashes) for table, hashes in kept["records"].items()}
        return cls(key.read_bytes(), kept["tokens"], set(kept["words"]), records)

    def write(self, home: Path) -> None:
        """Keep the list under `home`, for its owner's eyes only."""
        folder = home / "forgotten"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = {
            "tokens": dict(sorted(self.tokens.items())),
            "words": sorted(self.words),
            "records": {table: sorted(hashes) for table, hashes in sorted(self.records.items())},
        }
        for name, content in (("key", self.key), ("list.json", json.dumps(kept, indent=1).encode())):
            beside = folder / f".{name}.new"
            beside.unlink(missing_ok=True)
            with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                stream.write(content)
            beside.replace(folder / name)

    def __bool__(self) -> bool:
        return bool(self.tokens)

    # ── the list ─────────────────────────────────────────────────────────────────────────────────────────────────

    def digest(self, kind: str, text: str) -> str:
        """The keyed hash of `text`; hashes of different kinds do not compare."""
        known = self._digests.get((kind, text))
        if known is None:
            if len(self._digests) > 200_000:
                self._digests.clear()
            known = hmac.new(self.key, f"{kind}\0{text}".encode(), hashlib.sha256).hexdigest()[:32]
            self._digests[kind, text] = known
        return known

    def pseudonym(self, address: str) -> str:
        """The address that stands for a normalised one from now on."""
        return f"{self.digest('pseudonym', address)[:20]}@forgotten.invalid"

    def add(self, addresses: Iterable[str], names: Iterable[str]) -> None:
        """Put a person with these normalised addresses and names on the list."""
        for address in addresses:
            instead = self.pseudonym(address)
            for token, stands in zip((address, *derived(address)), (instead, *derived(instead)), strict=True):
                self.tokens[self.digest("token", token)] = stands
        self.words |= {self.digest("word", word.lower()) for name in names for word in _WORD.findall(name)}

    def add_record(self, table: str, key: Sequence[Any]) -> None:
        """Put a raw record on the list: `dataset.table` and the values of its key."""
        self.records.setdefault(table, set()).add(self._of_key(key))

    def _of_key(self, key: Sequence[Any]) -> str:
        return self.digest("record", "\0".join(str(part) for part in key))

    # ── what is about them ───────────────────────────────────────────────────────────────────────────────────────

    def row(self, row: Mapping[str, Any], is_own: bool = False) -> tuple[dict[str, Any], bool]:
        """`row` without the people on the list, and whether it is about one of them.

        Of a person's own record everything personal goes; elsewhere only what says who it is.
        """
        parsed = {name: _parsed(value) for name, value in row.items()}
        is_own = is_own or self._is_own(parsed)
        clean: dict[str, Any] = {}
        for name, value in parsed.items():
            instead = self._without(name, value, is_own)
            if instead == value:
                clean[name] = row[name]
            elif isinstance(row[name], str) and not isinstance(value, str):
                clean[name] = json.dumps(instead, separators=(",", ":"), ensure_ascii=False)
            else:
                clean[name] = instead
        return clean, is_own

    def record(self, table: str, key: Sequence[Any], record: Mapping[str, Any]) -> dict[str, Any]:
        """A vendor's record of `dataset.table` without the people on the list."""
        return self.row(record, self.is_listed(table, key))[0]

    def is_listed(self, table: str, key: Sequence[Any]) -> bool:
        """Whether this raw record is one of a forgotten person's."""
        return table in self.records and self._of_key(key) in self.records[table]

    def page(self, table: str, key: Sequence[str], page: pa.Table) -> tuple[pa.Table, int]:
        """A columnar page without the people on the list, and how many of its rows changed."""
        texts = [name for name in page.column_names if pa.types.is_string(page.schema.field(name).type)]
        perhaps = pa.repeat(pa.scalar(table in self.records), page.num_rows)
        for name in texts:
            perhaps = pc.or_(perhaps, pc.fill_null(pc.match_substring_regex(page.column(name), _PERHAPS), False))
        changed: dict[int, dict[str, Any]] = {}
        for index in pc.indices_nonzero(perhaps).to_pylist():
            whole = {name: column[0].as_py() for name, column in zip(page.column_names, page.slice(index, 1).columns)}
            row = {name: whole[name] for name in texts}
            clean = self.record(table, [whole.get(name) for name in key], row)
            if clean != row:
                changed[index] = clean
        if changed:
            for name in texts:
                values = page.column(name).to_pylist()
                for index, clean in changed.items():
                    values[index] = clean[name]
                place = page.column_names.index(name)
                page = page.set_column(place, page.schema.field(name), pa.array(values, pa.string()))
        return page, len(changed)

    def text(self, text: str) -> str:
        """`text` with each listed address, or what derives from one, replaced; with all that `spoken` knows, gone."""
        found = _TOKEN.sub(self._instead, text)
        return self.spoken.sub(GONE, found) if self.spoken else found

    def line(self, line: str) -> str:
        """A line or record that could not be read as one, without the people on the list."""
        row = _parsed(line)
        if not isinstance(row, str):
            return json.dumps(self._without("", row, self._is_own(row)), separators=(",", ":"), ensure_ascii=False)
        clean = self.text(line)
        return _WORD.sub(self._word, clean) if clean != line else clean

    def _instead(self, match: re.Match[str]) -> str:
        token = unquote(match[0]).lower()
        if "@" not in token:
            return self.tokens.get(self.digest("token", token), match[0])
        replaced = _ADDRESS.sub(lambda found: self._address(found[0]), token)
        return match[0] if replaced == token else replaced

    def _address(self, spelt: str) -> str:
        for candidate in (spelt, spelt.strip("'.-")):
            if instead := self.tokens.get(self.digest("token", candidate)):
                return spelt.replace(candidate, instead)
        return spelt

    def _is_own(self, value: Any, name: str = "") -> bool:
        if _OF_OTHERS.fullmatch(name):
            return False
        if isinstance(value, Mapping):
            return any(self._is_own(inner, str(key)) for key, inner in value.items())
        if isinstance(value, list):
            return any(self._is_own(inner, name) for inner in value)
        return isinstance(value, str) and (
            value in self.also or ("@" in value and self.digest("token", normalised(value)) in self.tokens)
        )

    def _without(self, name: str, value: Any, is_own: bool) -> Any:
        is_own = is_own and not _OF_OTHERS.fullmatch(name)
        if isinstance(value, Mapping):
            return {self.text(str(key)): self._without(str(key), inner, is_own) for key, inner in value.items()}
        if isinstance(value, list):
            return [self._without(name, inner, is_own) for inner in value]
        if is_own and value not in (None, "") and _BIRTH.fullmatch(name):
            return None
        if not isinstance(value, str) or not value:
            return value
        if value in self.also:
            return self.also[value]
        if is_own and _PERSONAL.fullmatch(name):
            return GONE
        clean = self.text(value)
        return _WORD.sub(self._word, clean) if is_own and "@" not in clean else clean

    def _word(self, match: re.Match[str]) -> str:
        return GONE if self.digest("word", match[0].lower()) in self.words else match[0]


def _parsed(value: Any) -> Any:
    """The content of a JSON text, or the value itself."""
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value
