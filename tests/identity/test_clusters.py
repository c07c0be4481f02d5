"""Clusters and ledger: order does not matter, what must stay apart does, ids outlive merges and splits."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from identity import Assignment, Edge, Membership, Pseudonyms, assign, join

NOW = datetime(2026, 1, 1)


def groups(found: dict[str, Membership]) -> set[frozenset[str]]:
    members: dict[str, set[str]] = {}
    for node, membership in found.items():
        members.setdefault(membership.founder, set()).add(node)
    return {frozenset(group) for group in members.values()}


def test_the_weakest_link_on_the_way_to_the_founder_is_told() -> None:
    edges = [Edge("b", "a", "same_email", 1.0), Edge("c", "b", "same_phone", 0.98), Edge("d", "c", "same_email", 1.0)]
    found = join(["a", "b", "c", "d", "e"], edges)
    assert {node: (m.founder, m.rule, m.confidence) for node, m in found.items()} == {
        "a": ("a", "same_email", 1.0),
        "b": ("a", "same_email", 1.0),
        "c": ("a", "same_phone", 0.98),
        "d": ("a", "same_phone", 0.98),
        "e": ("e", "own_record", 1.0),
    }


def test_of_equals_the_one_is_told_that_says_more_than_an_address() -> None:
    edges = [Edge("b", "a", "same_email", 1.0), Edge("c", "b", "override", 1.0), Edge("d", "c", "same_email", 1.0)]
    found = join(list("abcde"), [*edges, Edge("e", "d", "crm_merge", 1.0)])
    assert [found[node].rule for node in "abcde"] == ["same_email", "same_email", "override", "override", "crm_merge"]


def test_the_surer_evidence_wins_where_a_reviewer_parts_two_records() -> None:
    edges = [Edge("a", "x", "same_email", 1.0), Edge("b", "x", "guess", 0.99)]
    assert groups(join(["a", "b", "x"], edges, apart=[("b", "a")])) == {frozenset("ax"), frozenset("b")}


def test_what_is_apart_stays_apart_through_others() -> None:
    edges = [Edge("a", "b", "r", 1.0), Edge("c", "d", "r", 1.0), Edge("b", "c", "r", 0.9)]
    assert groups(join(list("abcd"), edges, apart=[("a", "d")])) == {frozenset("ab"), frozenset("cd")}


def test_a_guess_does_not_join_two_telephones_but_knowledge_does() -> None:
    phones = {"a": "1", "c": "2"}
    guessed = [Edge("a", "b", "alike", 0.99, True), Edge("b", "c", "alike", 0.995, True)]
    assert groups(join(list("abc"), guessed, traits=phones)) == {frozenset("bc"), frozenset("a")}
    known = [Edge("a", "b", "alike", 0.99, True), Edge("b", "c", "same_email", 1.0)]
    assert groups(join(list("abc"), known, traits=phones)) == {frozenset("bc"), frozenset("a")}
    assert groups(join(list("ac"), [Edge("a", "c", "crm_merge", 1.0)], traits=phones)) == {frozenset("ac")}


names = st.sampled_from("abcdefgh")
edge_lists = st.lists(
    st.builds(Edge, names, names, st.sampled_from(("r", "s")), st.sampled_from((1.0, 0.9, 0.8)), st.booleans())
)
pairs = st.lists(st.tuples(names, names).filter(lambda pair: pair[0] != pair[1]), max_size=4)


@given(edge_lists, pairs, st.randoms(use_true_random=False))
def test_the_order_of_the_evidence_does_not_matter_and_nothing_apart_is_joined(
    edges: list[Edge], apart: list[tuple[str, str]], random: object
) -> None:
    nodes = list("abcdefgh")
    found = join(nodes, edges, apart)
    shuffled = sorted(edges, key=lambda edge: random.random())  # type: ignore[attr-defined]
    assert groups(join(nodes, shuffled, apart)) == groups(found)
    assert all(found[left].founder != found[right].founder for left, right in apart)
    assert found.keys() == set(nodes)


def ledger(nodes: str, edges: list[Edge], before: dict[str, Assignment], day: int) -> dict[str, Assignment]:
    at = NOW + timedelta(days=day)
    return assign(list(nodes), join(list(nodes), edges), before, at, lambda node: f"id of {node}")


def test_ids_outlive_merges_and_splits_and_tell_what_they_were() -> None:
    link = [Edge("b", "a", "same_email", 1.0)]
    apart = ledger("ab", [], {}, 0)
    assert {node: line.subject_id for node, line in apart.items()} == {"a": "id of a", "b": "id of b"}
    merged = ledger("ab", link, apart, 1)
    assert (merged["b"].subject_id, merged["b"].changed_from) == ("id of a", "id of b")
    assert (merged["a"].matched_at, merged["b"].matched_at) == (NOW, NOW + timedelta(days=1))
    assert ledger("ab", link, merged, 2) == merged
    split = ledger("ab", [], merged, 3)
    assert (split["b"].subject_id, split["b"].changed_from) == ("id of b", "id of a")
    assert split["a"] == Assignment("id of a", "a", "own_record", 1.0, NOW)


def test_a_senior_record_that_turns_up_late_takes_the_id_that_is_there() -> None:
    first = ledger("b", [], {}, 0)
    later = ledger("ab", [Edge("b", "a", "same_email", 1.0)], first, 1)
    assert {line.subject_id for line in later.values()} == {"id of b"}
    assert later["b"].matched_at == NOW
    rebuilt = ledger("ab", [Edge("b", "a", "same_email", 1.0)], {}, 1)
    assert {line.subject_id for line in rebuilt.values()} == {"id of a"}


@given(st.lists(edge_lists, min_size=1, max_size=4))
def test_without_late_seniors_the_ledger_is_what_a_rebuild_would_be(history: list[list[Edge]]) -> None:
    kept: dict[str, Assignment] = {}
    for day, edges in enumerate(history):
        kept = ledger("abcdefgh", edges, kept, day)
    rebuilt = ledger("abcdefgh", history[-1], {}, 9)
    assert {node: line.subject_id for node, line in kept.items()} == {
        node: line.subject_id for node, line in rebuilt.items()
    }


def test_pseudonyms_depend_on_the_key_and_show_nothing_of_it(tmp_path: Path) -> None:
    file = tmp_path / "identity.key"
    file.write_text("ab" * 32 + "\n")
    ours, theirs = Pseudonyms.from_file(file), Pseudonyms(b"x" * 32)
    assert ours("address:ann@a.example") == Pseudonyms(bytes.fromhex("ab" * 32))("address:ann@a.example")
    assert ours("address:ann@a.example") != theirs("address:ann@a.example")
    file.write_text("secret")
    with pytest.raises(ValueError, match=r"identity\.key holds no identity key") as refused:
        Pseudonyms.from_file(file)
    assert "secret" not in str(refused.value)
