"""The physical lines of a text file as Arrow batches: numbered, decoded, none lost, none ever a Python object.

Only a block that holds bytes which are not text is looked at line by line, to find out which lines those are.
"""

from __future__ import annotations

import bz2
import codecs
import gzip
import lzma
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc

BLOCK_BYTES = 1 << 23
SCHEMA = pa.schema([("line_no", pa.int64()), ("line", pa.large_string()), ("is_broken", pa.bool_())])
_OPENERS: dict[str, Callable[[Path], IO[bytes]]] = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}  # type: ignore[dict-item]


def open_bytes(path: Path) -> IO[bytes]:
    """`path` for reading, decompressed where its name says so."""
    return _OPENERS.get(path.suffix.lower(), lambda plain: plain.open("rb"))(path)


def read_lines(path: Path, encoding: str) -> pa.RecordBatchReader:
    """Each line of `path`: its number from 1, its text without line end, whether its bytes are not of `encoding`.

    A broken line's text has a replacement mark for each byte that is no text. A byte-order mark is dropped; what
    follows the last line end is a line only if it is not empty.
    """
    return pa.RecordBatchReader.from_batches(SCHEMA, _batches(path, encoding))


def _batches(path: Path, encoding: str) -> Iterator[pa.RecordBatch]:
    number, rest = 1, b""
    for block in _utf8_blocks(path, encoding):
        block = rest + block
        cut = block.rfind(b"\n")
        if cut < 0:
            rest = block
            continue
        rest = block[cut + 1 :]
        batch = _split(block[:cut], number)
        number += batch.num_rows
        yield batch
    if rest:
        yield _split(rest, number)


def _utf8_blocks(path: Path, encoding: str) -> Iterator[bytes]:
    """The file in UTF-8. What cannot be decoded is kept as bytes that are not UTF-8, so that its line is found out."""
    is_utf8 = codecs.lookup(encoding).name in ("utf-8", "utf-8-sig", "ascii")
    decoder = None if is_utf8 else codecs.getincrementaldecoder(encoding)("surrogateescape")
    with open_bytes(path) as file:
        is_first = True
        while block := file.read(BLOCK_BYTES):
            if decoder is not None:
                block = decoder.decode(block).encode("utf-8", "surrogateescape")
            if is_first:
                block, is_first = block.removeprefix(codecs.BOM_UTF8), False
            yield block
        if decoder is not None and (tail := decoder.decode(b"", final=True)):
            yield tail.encode("utf-8", "surrogateescape")


def _split(block: bytes, first: int) -> pa.RecordBatch:
    lines = pc.list_flatten(pc.split_pattern(pa.array([block], pa.large_binary()), b"\n"))
    try:
        text = lines.cast(pa.large_string())
        broken = pa.repeat(pa.scalar(False), len(lines))
    except pa.ArrowInvalid:
        pairs = [_decode(line) for line in lines.to_pylist()]
        text = pa.array([line for line, _ in pairs], pa.large_string())
        broken = pa.array([is_broken for _, is_broken in pairs], pa.bool_())
    text = pc.utf8_rtrim(text, "\r")
    return pa.record_batch([pa.array(range(first, first + len(lines)), pa.int64()), text, broken], schema=SCHEMA)


def _decode(line: bytes) -> tuple[str, bool]:
    try:
        return line.decode("utf-8"), False
    except UnicodeDecodeError:
        return line.decode("utf-8", "replace"), True
