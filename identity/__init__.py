"""Who is who: joins records into people and organisations by their evidence, and gives each an id that lasts."""

from identity.clusters import Edge, Membership, join
from identity.ledger import Assignment, assign
from identity.pseudonyms import Pseudonyms
from identity.scoring import rescore
from identity.tables import next_ledger, read_ledger, scores_before

__all__ = [
    "Assignment",
    "Edge",
    "Membership",
    "Pseudonyms",
    "assign",
    "join",
    "next_ledger",
    "read_ledger",
    "rescore",
    "scores_before",
]
