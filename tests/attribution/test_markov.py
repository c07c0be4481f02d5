"""Removal effects against a chain small enough to solve by hand, and against removing channels one by one."""

from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution import markov
from attribution.markov import CONVERSION, NULL, START, RemovalEffects, removal_effects

Path = tuple[tuple[str, ...], bool]


def effects_of(paths: list[Path]) -> RemovalEffects:
    steps: Counter[tuple[str, str]] = Counter()
    for channels, converted in paths:
        steps.update(pairwise([START, *channels, CONVERSION if converted else NULL]))
    return removal_effects([a for a, _ in steps], [b for _, b in steps], np.array(list(steps.values())))


def test_a_chain_solved_by_hand() -> None:
    """Three paths: a→b converts, a does not, b converts. From the start a 2/3, b 1/3; a goes to b half the time.

    P = 2/3 · 1/2 + 1/3 = 2/3. Without a only the direct 1/3 is left: half is lost. Without b nothing converts.
    """
    found = effects_of([(("a", "b"), True), (("a",), False), (("b",), True)])
    assert found.channels == ["a", "b"]
    assert found.conversion_probability == pytest.approx(2 / 3)
    assert found.effects == pytest.approx([0.5, 1.0])


def conversion_without(paths: list[Path], removed: str) -> float:
    """The chain's conversion probability where `removed` leads to NULL, by repeated steps until nothing moves."""
    counts: dict[str, Counter[str]] = {}
    for channels, converted in paths:
        for before, after in pairwise([START, *channels, CONVERSION if converted else NULL]):
            counts.setdefault(before, Counter())[after] += 1
    mass, converted_mass = {START: 1.0}, 0.0
    for _ in range(3000):
        if sum(mass.values()) < 1e-13:
            break
        following: dict[str, float] = {}
        for state, share in mass.items():
            for after, count in counts[state].items():
                moved = share * count / counts[state].total()
                if after == CONVERSION:
                    converted_mass += moved
                elif after not in (NULL, removed):
                    following[after] = following.get(after, 0.0) + moved
        mass = following
    return converted_mass


paths_of_some = st.lists(
    st.tuples(st.lists(st.sampled_from("abcd"), min_size=1, max_size=5).map(tuple), st.booleans()),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(paths_of_some)
def test_equals_removing_each_channel(paths: list[Path]) -> None:
    found = effects_of(paths)
    whole = conversion_without(paths, "nothing")
    assert found.conversion_probability == pytest.approx(whole, abs=1e-6)
    for channel, effect in zip(found.channels, found.effects, strict=True):
        lost = 1 - conversion_without(paths, channel) / whole if whole > 1e-12 else 0.0
        assert effect == pytest.approx(lost, abs=1e-5)


def test_no_path_and_no_conversion_have_no_effects() -> None:
    assert removal_effects([], [], np.array([])).channels == []
    assert list(effects_of([(("a",), False)]).effects) == [0.0]


def test_a_channel_nobody_leaves_is_refused() -> None:
    with pytest.raises(ValueError, match="nobody left a"):
        removal_effects([START], ["a"], np.array([1]))


@pytest.mark.parametrize("dense", [0, 6000])
def test_many_paths_both_ways(monkeypatch: pytest.MonkeyPatch, dense: int) -> None:
    """Both ways to the diagonal give effects of which a sample equals removing the channel."""
    monkeypatch.setattr(markov, "DENSE", dense)
    rng = random.Random(7)
    paths = [(tuple(str(rng.randrange(40)) for _ in range(rng.randint(1, 12))), rng.random() < 0.2) for _ in range(500)]
    found = effects_of(paths)
    assert len(found.channels) == 40
    assert found.effects.min() > 0 and found.effects.max() < 1
    whole = conversion_without(paths, "nothing")
    assert found.effects[0] == pytest.approx(1 - conversion_without(paths, found.channels[0]) / whole, abs=1e-9)
