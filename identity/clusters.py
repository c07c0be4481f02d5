"""Clusters of nodes: the surest evidence first, and nothing that would join what must stay apart."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Edge:
    """Evidence that two nodes are one."""

    left: str
    right: str
    rule: str
    confidence: float
    is_guess: bool = False
    """Scored rather than known: it must not join clusters that tell different things of themselves."""


@dataclass(frozen=True)
class Membership:
    """Where a node belongs, and by what."""

    founder: str
    """The node its cluster is named after."""
    rule: str
    """The weakest evidence on the way to the founder; of the founder itself, its own best evidence."""
    confidence: float


ALONE = "own_record"
"""The rule of a node that nothing joins to another."""
PLAIN = "same_email"
"""Of rules that are equally sure, the one that needs no telling beside another."""


def join(
    nodes: Sequence[str],
    edges: Iterable[Edge],
    apart: Iterable[tuple[str, str]] = (),
    traits: Mapping[str, str] | None = None,
) -> dict[str, Membership]:
    """The cluster of every node. `nodes` stand in order of seniority: the first one of a cluster is its founder.

    Edges are taken by falling confidence, and by name among equals, so that the result does not depend on their
    order. An edge is passed over where it would join a pair that is `apart`, and a guess where both clusters have a
    trait (a telephone number) and share none. Edges to unknown nodes count for nothing. Takes time in proportion to
    nodes and edges, up to the logarithms of sorting and of joining sets, smaller into larger.
    """
    rank = {node: place for place, node in enumerate(nodes)}
    parent = {node: node for node in nodes}
    members = dict.fromkeys(nodes, 1)
    known = {node: {trait} for node, trait in (traits or {}).items() if node in rank}
    enemies: dict[str, set[str]] = defaultdict(set)
    for left, right in apart:
        if left in rank and right in rank:
            enemies[left].add(right)
            enemies[right].add(left)

    def root(node: str) -> str:
        while parent[node] != node:
            parent[node] = node = parent[parent[node]]
        return node

    accepted: dict[str, list[Edge]] = defaultdict(list)
    usable = (edge for edge in edges if edge.left in rank and edge.right in rank and edge.left != edge.right)
    for edge in sorted(usable, key=lambda e: (-e.confidence, e.left, e.right, e.rule)):
        small, large = sorted((root(edge.left), root(edge.right)), key=lambda node: members[node])
        if small == large or any(root(other) == large for other in enemies[small]):
            continue
        ours, theirs = known.get(small), known.get(large)
        if edge.is_guess and ours and theirs and ours.isdisjoint(theirs):
            continue
        parent[small] = large
        members[large] += members[small]
        enemies[large] |= enemies.pop(small)
        if ours:
            known[large] = theirs | ours if theirs else ours
        accepted[edge.left].append(edge)
        accepted[edge.right].append(edge)
    founders: dict[str, str] = {}
    for node in nodes:
        founders.setdefault(root(node), node)
    found: dict[str, Membership] = {}
    for founder in founders.values():
        found |= _memberships(founder, accepted)
    return found


def _memberships(founder: str, accepted: Mapping[str, list[Edge]]) -> dict[str, Membership]:
    """Walk the tree of accepted edges from `founder` outwards, keeping the weakest edge of each way.

    Among equals it is the last one, but a plain one only if all are: who is one with a person because a reviewer said
    so is told so, whatever their own addresses tie to them.
    """
    own = accepted.get(founder)
    found = {founder: Membership(founder, own[0].rule, own[0].confidence) if own else Membership(founder, ALONE, 1.0)}
    waiting = deque([founder])
    while waiting:
        node = waiting.popleft()
        so_far = found[node]
        for edge in accepted.get(node, ()):
            other = edge.right if edge.left == node else edge.left
            if other in found:
                continue
            step = Membership(founder, edge.rule, edge.confidence)
            found[other] = step if node == founder else min(step, so_far, key=_telling)
            waiting.append(other)
    return found


def _telling(membership: Membership) -> tuple[float, bool]:
    return membership.confidence, membership.rule == PLAIN
