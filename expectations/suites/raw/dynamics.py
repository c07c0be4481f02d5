"""What Dynamics may plausibly hold: times in order, states that fit their dates, an audit log that can be read."""

from __future__ import annotations

import great_expectations.expectations as gxe

from expectations.suites.rules import no_rows

RECORDS = {
    "accounts": "accountid",
    "contacts": "contactid",
    "leads": "leadid",
    "opportunities": "opportunityid",
    "opportunityproducts": "opportunityproductid",
    "phonecalls": "activityid",
    "emails": "activityid",
    "appointments": "activityid",
    "tasks": "activityid",
}
OWNED = ("accounts", "contacts", "leads", "opportunities", "phonecalls", "emails", "appointments", "tasks")


def changes(condition: str) -> str:
    """A CTE `changes`: every column that an entry of the audit log says was changed, of those that meet `condition`."""
    shape = """'{"changedAttributes": [{"logicalName": "VARCHAR", "newValue": "VARCHAR"}]}'"""
    return (
        "with changes as (select auditid, createdon, operation, "
        f"unnest(from_json(changedata, {shape}).changedattributes) as change "
        f"from batch where {condition} and json_valid(changedata)) "
    )


def suite() -> dict[str, list[gxe.Expectation]]:
    """Table → expectations. Keys, accepted values and relationships are dbt's business."""
    found: dict[str, list[gxe.Expectation]] = {name: _times(key) for name, key in RECORDS.items()}
    for name in OWNED:
        found[name].append(
            no_rows(
                "Every record has an owner",
                f"select {RECORDS[name]} from batch where not _is_deleted and ownerid is null",
                severity="warning",
            )
        )
    for name, key in (("accounts", "accountid"), ("contacts", "contactid"), ("leads", "leadid")):
        found[name].append(
            no_rows(
                "Whatever was merged away names its survivor",
                f"select {key} from batch where merged and (masterid is null or masterid = {key})",
            )
        )
    found["accounts"].append(
        no_rows(
            "Head counts and revenues are not negative",
            "select accountid from batch where numberofemployees < 0 or revenue < 0",
            severity="warning",
        )
    )
    found["opportunities"] += _deals()
    found["leads"].append(
        no_rows(
            "At most a fifth of the qualified leads, once there are twenty, became nothing",
            "select count(*) as leads from batch where statecode = 1 and not _is_deleted having count(*) >= 20 "
            "and count(*) < 5 * count(*) filter (coalesce(qualifyingopportunityid, parentaccountid, parentcontactid) "
            "is null)",
            severity="warning",
        )
    )
    found["transactioncurrencies"] = [
        no_rows(
            "Currencies are three letters and have a rate",
            "select transactioncurrencyid from batch where not _is_deleted and (exchangerate <= 0 "
            "or not coalesce(regexp_full_match(upper(isocurrencycode), '[A-Z]{3}'), false))",
        )
    ]
    found["goals"] = [
        no_rows("Goals end after they begin", "select goalid from batch where goalenddate < goalstartdate")
    ]
    found["audits"] = _audits()
    return found


def _times(key: str) -> list[gxe.Expectation]:
    return [
        no_rows(
            "No record was created before Dynamics was, or after the run",
            f"select {key} from batch where createdon < timestamp '2003-01-01' "
            "or createdon > greatest(_extracted_at, modifiedon) + interval 1 day",
        ),
        no_rows(
            "No record changed before it was made",
            f"select {key} from batch where modifiedon < createdon - interval 1 minute",
            severity="warning",
        ),
    ]


def _deals() -> list[gxe.Expectation]:
    return [
        no_rows(
            "A deal is open, won or lost",
            "select opportunityid from batch where statecode is null or statecode not in (0, 1, 2)",
        ),
        no_rows(
            "A closed deal has the date of it",
            "select opportunityid from batch where statecode in (1, 2) and actualclosedate is null",
            severity="warning",
        ),
        no_rows(
            "Amounts are not negative",
            "select opportunityid from batch where estimatedvalue < 0 or actualvalue < 0",
            severity="warning",
        ),
        no_rows(
            "An amount has a currency",
            "select opportunityid from batch where coalesce(estimatedvalue, actualvalue, 0) <> 0 "
            "and transactioncurrencyid is null",
        ),
        no_rows(
            "Close dates lie within twenty years of the deal's creation",
            "select opportunityid from batch where abs(date_diff('day', createdon, "
            "cast(coalesce(actualclosedate, estimatedclosedate) as timestamp))) > 7305",
            severity="warning",
        ),
        no_rows(
            "At most a fifth of the living deals belong to nobody",
            "select count(*) as deals from batch where not _is_deleted having count(*) >= 20 "
            "and count(*) < 5 * count(*) filter (coalesce(parentaccountid, parentcontactid, customerid) is null)",
            severity="warning",
        ),
    ]


def _audits() -> list[gxe.Expectation]:
    return [
        no_rows(
            "What the audit log says of changes is JSON",
            "select auditid from batch where changedata <> '' and not json_valid(changedata)",
        ),
        no_rows(
            "Amounts and days in the audit log can be read",
            changes("objecttypecode = 'opportunity'")
            + "select auditid, change.logicalname, change.newvalue from changes where change.newvalue <> '' and ("
            "(change.logicalname in ('estimatedvalue', 'actualvalue') "
            "and try_cast(change.newvalue as decimal(18, 2)) is null) "
            "or (change.logicalname in ('estimatedclosedate', 'actualclosedate') "
            "and try_cast(change.newvalue as date) is null and try_strptime(change.newvalue, "
            "['%m/%d/%Y %H:%M:%S', '%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y']) is null))",
        ),
        no_rows(
            "Owners in the audit log are users or teams",
            changes("true") + "select auditid, change.newvalue from changes where change.logicalname = 'ownerid' "
            "and change.newvalue <> '' "
            "and not regexp_full_match(change.newvalue, '(systemuser|team),[0-9A-Fa-f-]{36}')",
        ),
        no_rows(
            "No entry of the audit log is older than Dynamics or newer than the run",
            "select auditid from batch where createdon < timestamp '2003-01-01' "
            "or createdon > _extracted_at + interval 1 day",
        ),
    ]
