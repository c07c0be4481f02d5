"""Data-driven attribution: what share of conversions would be lost without a channel.

A buyer's path is a first-order Markov chain from START over channels to CONVERSION or to NULL. Removing a channel sends
whoever would have come to it to NULL; its removal effect is the share of conversions lost with it. (Anderl, Becker, von
Wangenheim and Schumann 2016, "Mapping the customer journey", section 3.)

Solved exactly. With the transitions between channels as Q and those to CONVERSION as r, the conversion probabilities
from each channel are h = (I − Q)⁻¹ r. A path from the start meets channel j with probability
f_j = g_j ÷ N_jj, where g = s (I − Q)⁻¹ counts the expected visits and N_jj = (I − Q)⁻¹_jj those from j itself. What is
lost without j is what passes through it: f_j h_j. One sparse factorisation serves all channels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from scipy.sparse import csc_matrix, identity  # type: ignore[import-untyped]
from scipy.sparse.linalg import SuperLU, splu  # type: ignore[import-untyped]

START = "(start)"
CONVERSION = "(conversion)"
NULL = "(null)"
BLOCK = 256
"""Right-hand sides solved at once: bounds memory at states × BLOCK numbers."""
DENSE = 6000
"""Up to so many channels a dense inverse fits in memory."""


@dataclass(frozen=True)
class RemovalEffects:
    """`effects[i]` is the share of conversions that would be lost without `channels[i]`, from 0 to 1."""

    channels: list[str]
    effects: np.ndarray
    conversion_probability: float


def removal_effects(source: list[str], target: list[str], count: np.ndarray) -> RemovalEffects:
    """Solve the chain whose transitions were counted: `count[i]` times from `source[i]` to `target[i]`.

    Each pair may occur several times. Raises ValueError where a channel is left by nobody although someone came to it:
    then it is not known where its visitors went.
    """
    if not source:
        return RemovalEffects([], np.zeros(0), 0.0)
    names = sorted({*source, *target} - {START, CONVERSION, NULL})
    position = {name: index for index, name in enumerate(names)}
    size = len(names)
    rows = np.array([size if name == START else position.get(name, -1) for name in source])
    columns = np.array([{CONVERSION: size, NULL: size + 1}.get(name, position.get(name, -1)) for name in target])
    weights = np.asarray(count, dtype=float)
    left = np.bincount(rows, weights, size + 1)
    if stranded := [name for name, index in position.items() if left[index] == 0]:
        raise ValueError(f"nobody left {', '.join(stranded[:3])}: every path ends in {CONVERSION} or {NULL}")
    if left[size] == 0:
        return RemovalEffects(names, np.zeros(size), 0.0)
    shares = weights / left[rows]
    between = (rows < size) & (columns < size)
    transitions = csc_matrix((shares[between], (rows[between], columns[between])), (size, size))
    converts = np.bincount(rows[columns == size], shares[columns == size], size + 1)
    begins = np.bincount(columns[(rows == size) & (columns < size)], shares[(rows == size) & (columns < size)], size)
    if size == 0:
        return RemovalEffects(names, np.zeros(0), float(converts[size]))
    matrix = csc_matrix(identity(size) - transitions)
    solved = splu(matrix)
    conversion = solved.solve(converts[:size])
    visits = solved.solve(begins, "T")
    returns = _inverse_diagonal(matrix, solved)
    probability = float(converts[size] + begins @ conversion)
    lost = visits / returns * conversion
    effects = np.clip(lost / probability, 0, 1) if probability > 0 else np.zeros(size)
    return RemovalEffects(names, effects, probability)


def _inverse_diagonal(matrix: csc_matrix, solved: SuperLU) -> np.ndarray:
    """The diagonal of the inverse of `matrix`, given its factors: at once where these are dense, else in blocks."""
    size = matrix.shape[0]
    if size <= DENSE and solved.nnz * 8 > size * size:
        return np.diag(np.linalg.inv(matrix.toarray()))
    diagonal = np.empty(size)
    for first in range(0, size, BLOCK):
        last = min(first + BLOCK, size)
        unit = np.zeros((size, last - first))
        unit[np.arange(first, last), np.arange(last - first)] = 1
        diagonal[first:last] = solved.solve(unit)[np.arange(first, last), np.arange(last - first)]
    return diagonal


def removal_effects_of(transitions: pa.Table) -> pa.Table:
    """`removal_effects` for each conversion_type of a table with from_state, to_state and transition_count."""
    kinds: list[str] = []
    channels: list[str] = []
    effects: list[np.ndarray] = []
    probabilities: list[float] = []
    for kind in transitions["conversion_type"].unique().to_pylist():
        chain = transitions.filter(pc.equal(transitions["conversion_type"], kind))
        found = removal_effects(
            chain["from_state"].to_pylist(), chain["to_state"].to_pylist(), chain["transition_count"].to_numpy()
        )
        kinds += [kind] * len(found.channels)
        channels += found.channels
        effects.append(found.effects)
        probabilities += [found.conversion_probability] * len(found.channels)
    return pa.table(
        {
            "conversion_type": pa.array(kinds, pa.string()),
            "channel": pa.array(channels, pa.string()),
            "removal_effect": pa.array(np.concatenate(effects) if effects else np.zeros(0), pa.float64()),
            "conversion_probability": pa.array(probabilities, pa.float64()),
        }
    )
