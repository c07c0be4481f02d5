"""The suite of Intercom holds on what is plausible and finds what it says it finds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from tests.ingestion.sources.intercom_desk import NOON, Desk, part, person, talk
from tests.ingestion.sources.suite_check import faults

READ_AT = datetime(2026, 1, 2)
LATER = NOON + 10 * 86_400


def of_conversation(conversation_id: str, total: int, *parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**each, "conversation_id": conversation_id, "parts_total": total} for each in parts]


def test_planted_faults_are_found_and_nothing_else(tmp_path: Path) -> None:
    desk = Desk()
    missed = {"part_type": "conversation_sla_target_missed"}
    well = {
        "contacts": list(desk.contacts.values()),
        "conversations": list(desk.conversations.values()),
        "conversation_parts": of_conversation(
            "1", 2, part("11"), part("12", **missed, event_details={"sla_target_type": "first_reply_time"})
        ),
    }
    assert faults("intercom", well, READ_AT, tmp_path / "well") == set()
    spoilt = {
        "contacts": [person("ann", role="robot"), person("ben", NOON - 200_000)],
        "conversations": [
            talk("early", NOON - 7_200),
            talk("late", LATER, created_at=LATER),
            talk("odd", state="pending"),
            talk("praised", conversation_rating={"rating": 6}),
            *({**talk(f"{number}"), "gone": number < 30} for number in range(100)),
        ],
        "conversation_parts": [
            *of_conversation("cut", 3, part("1"), part("2")),
            *of_conversation("whole", 2, part("3", **missed), part("4", at=LATER)),
        ],
    }
    assert faults("intercom", spoilt, READ_AT, tmp_path / "spoilt") == {
        ("contacts", "Contacts are users or leads"),
        ("contacts", "No contact changed before it was created"),
        ("conversations", "No conversation changed before it was begun"),
        ("conversations", "No conversation was begun after the run that read it"),
        ("conversations", "States are those that the mapping knows"),
        ("conversations", "Ratings lie between 1 and 5"),
        ("conversations", "At most one conversation in five is deleted, once there are a hundred"),
        ("conversation_parts", "Every part of each conversation was read"),
        ("conversation_parts", "A missed target is named"),
        ("conversation_parts", "No part lies after the run that read it"),
    }
