"""How a CRM names the records of the world, so that vendors, references between systems and tests agree.

HubSpot uses the world's numbers. Salesforce and Dynamics have ids of their own, decided by kind and number.
"""

from __future__ import annotations

from uuid import UUID, uuid5

SALESFORCE_PREFIXES = {
    "account": "001",
    "contact": "003",
    "user": "005",
    "opportunity": "006",
    "opportunity_line": "00k",
    "lead": "00Q",
    "task": "00T",
    "event": "00U",
    "note": "002",
    "campaign": "701",
    "campaign_member": "00v",
    "forecast": "0J9",
    "forecast_submission": "0JT",
    "forecast_submission_item": "0JU",
    "forecasting_type": "0Db",
    "quota": "0J3",
    "product": "01t",
    "pricebook": "01s",
    "pricebook_entry": "01u",
    "period": "026",
    "role": "00E",
    "organization": "00D",
    "opportunity_history": "008",
    "field_history": "017",
    "account_history": "017",
    "contact_history": "017",
    "lead_history": "017",
    "opportunity_contact_role": "00K",
    "stage": "01J",
    "currency": "01L",
    "dated_rate": "04w",
}
"""The first three characters of an id, by kind of record."""

_SALESFORCE_POD = "5g00"
_BASE_62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_CHECKSUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
_DYNAMICS = UUID("6f0c2c55-8d9b-4c4e-9a55-0d5f0a3b7c11")


def salesforce_id(kind: str, number: int) -> str:
    """The 18-character id: prefix, pod, number in base 62, and three characters that tell the letters' case."""
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 62)
        digits = _BASE_62[digit] + digits
    plain = f"{SALESFORCE_PREFIXES[kind]}{_SALESFORCE_POD}{digits:0>8}"
    chunks = (plain[at : at + 5] for at in (0, 5, 10))
    return plain + "".join(_CHECKSUM[sum(letter.isupper() << bit for bit, letter in enumerate(c))] for c in chunks)


def dynamics_id(kind: str, number: int | str) -> str:
    """The GUID, in lower case."""
    return str(uuid5(_DYNAMICS, f"{kind}:{number}"))


def crm_id(crm: str, kind: str, number: int) -> str:
    """The id of a record in `hubspot`, `salesforce` or `dynamics`; kinds are the keys of `SALESFORCE_PREFIXES`."""
    if crm == "salesforce":
        return salesforce_id(kind, number)
    if crm == "dynamics":
        return dynamics_id(kind, number)
    return str(number)
