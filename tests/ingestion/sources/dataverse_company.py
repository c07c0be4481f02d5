"""A small company in Dynamics, before and after its deals moved on."""

from __future__ import annotations

import json

from tests.ingestion.sources.dataverse import Dataverse, Record, guid

LABEL = "@OData.Community.Display.V1.FormattedValue"
KIND = "@Microsoft.Dynamics.CRM.lookuplogicalname"
ACCOUNT, CONTACT, COLLEAGUE, LEAD = guid("account", 1), guid("contact", 1), guid("contact", 2), guid("lead", 1)
SELLER, EURO, PRODUCT = guid("user", 1), guid("currency", 1), guid("product", 1)
WON, OPEN, GONE = guid("deal", 1), guid("deal", 2), guid("deal", 3)


def environment(has_log: bool) -> Dataverse:
    """A small company as it was when its deals had just been opened."""
    made = Dataverse()
    put = made.put
    put("transactioncurrencies", "transactioncurrencyid", {"transactioncurrencyid": EURO, "isocurrencycode": "EUR"})
    put("systemusers", "systemuserid", {"systemuserid": SELLER, "fullname": "Ana Ruiz", "_businessunitid_value": "b"})
    put(
        "teams",
        "teamid",
        {"teamid": guid("team", 1), "name": "Europe", "_businessunitid_value": "b", "isdefault": True},
    )
    owned = {"_ownerid_value": SELLER, f"_ownerid_value{KIND}": "systemuser", "_transactioncurrencyid_value": EURO}
    source = {"leadsourcecode": 8, f"leadsourcecode{LABEL}": "Web", f"statuscode{LABEL}": "Qualified"}
    put("leads", "leadid", {"leadid": LEAD, "emailaddress1": "Bo@Acme.example", "statecode": 1, **source, **owned})
    site = {"websiteurl": "https://www.acme.example/", "address1_country": "se", "_originatingleadid_value": LEAD}
    put("accounts", "accountid", {"accountid": ACCOUNT, "name": "Acme", "revenue": 1000, **site, **owned})
    merged = {"merged": True, "_masterid_value": ACCOUNT}
    put("accounts", "accountid", {"accountid": guid("account", 2), "name": "Acme AB", **merged, **owned})
    belongs = {"_parentcustomerid_value": ACCOUNT, f"_parentcustomerid_value{KIND}": "account"}
    for contact, name in ((CONTACT, "bo"), (COLLEAGUE, "mia")):
        person = {"emailaddress1": f"{name}@acme.example", "donotbulkemail": name == "mia", **belongs}
        put("contacts", "contactid", {"contactid": contact, **person, **owned})
    put("products", "productid", {"productid": PRODUCT, "name": "Setup", "producttypecode": 3, "statecode": 0})
    for number, deal in enumerate((WON, OPEN, GONE), start=1):
        about = {"_parentaccountid_value": ACCOUNT, "_parentcontactid_value": CONTACT, **owned}
        hopes = {"stepname": "1-Qualify", "estimatedvalue": 100.5 * number, "estimatedclosedate": "2026-03-31"}
        put("opportunities", "opportunityid", {"opportunityid": deal, "statecode": 0, **about, **hopes}, minutes=60)
        if has_log:
            audit(made, deal, 1, "2026-01-01T10:00:02Z", stepname=(None, "1-Qualify"), statecode=(None, "0"))
    amounts = {"quantity": 2, "priceperunit": 60, "manualdiscountamount": 19.5, "tax": 20, "extendedamount": 120.5}
    line = {"_opportunityid_value": WON, "_productid_value": PRODUCT, "_transactioncurrencyid_value": EURO, **amounts}
    put("opportunityproducts", "opportunityproductid", {"opportunityproductid": guid("line", 1), **line})
    ends = {"_record1id_value": WON, f"_record1id_value{KIND}": "opportunity", "_record2id_value": COLLEAGUE}
    role = {
        f"_record2id_value{KIND}": "contact",
        "_record2roleid_value": "r",
        f"_record2roleid_value{LABEL}": "Champion",
    }
    put("connections", "connectionid", {"connectionid": guid("connection", 1), "statecode": 0, **ends, **role})
    spell = {"goalstartdate": "2026-01-01T00:00:00Z", "goalenddate": "2026-03-31T23:59:59Z", "targetmoney": 5000}
    owner = {"_goalownerid_value": SELLER, f"_goalownerid_value{KIND}": "systemuser"}
    put("goals", "goalid", {"goalid": guid("goal", 1), "_transactioncurrencyid_value": EURO, **spell, **owner})
    about = {"_regardingobjectid_value": WON, f"_regardingobjectid_value{KIND}": "opportunity", **owned}
    call = {"directioncode": True, "actualstart": "2026-01-02T10:00:00Z", "actualdurationminutes": 15}
    put("phonecalls", "activityid", {"activityid": guid("call", 1), **call, **about})
    to_contact = {"_regardingobjectid_value": CONTACT, f"_regardingobjectid_value{KIND}": "contact", **owned}
    put("emails", "activityid", {"activityid": guid("email", 1), "directioncode": False, **to_contact})
    for place, (role, party, kind) in enumerate(
        ((9, SELLER, "systemuser"), (2, COLLEAGUE, "contact"), (1, None, None))
    ):
        took_part = {"_activityid_value": guid("call", 1), "_partyid_value": party, "participationtypemask": role}
        who = {"activitypartyid": guid("party", place), f"_partyid_value{KIND}": kind}
        put("activityparties", "activitypartyid", {**who, **took_part})
    for empty in ("appointments", "tasks", "teammemberships", "processstages", "opportunitysalesprocesses", "audits"):
        made.tables.setdefault(empty, {})
    return made


def audit(made: Dataverse, deal: str, operation: int, at: str, **changes: tuple[str | None, str | None]) -> None:
    """An entry of the audit log: column = (old, new)."""
    data = [{"logicalName": name, "oldValue": old, "newValue": new} for name, (old, new) in changes.items()]
    entry: Record = {
        "auditid": guid("audit", len(made.tables.get("audits", {}))),
        "createdon": at,
        "operation": operation,
    }
    about = {"objecttypecode": "opportunity", "_objectid_value": deal}
    made.put("audits", "auditid", {**entry, **about, "changedata": json.dumps({"changedAttributes": data})})


def move_on(made: Dataverse, has_log: bool) -> None:
    """One deal is won for less, one is put off and handed to a team, one is deleted."""
    deals = made.tables["opportunities"]
    closed = {"statecode": 1, "actualvalue": 90, "actualclosedate": "2026-02-10", f"statuscode{LABEL}": "Won"}
    made.put("opportunities", "opportunityid", {**deals[WON], **closed, "modifiedon": "2026-02-10T15:00:00Z"})
    later = {"stepname": "2-Develop", "estimatedclosedate": "2026-05-31", "_ownerid_value": guid("team", 1)}
    later |= {f"_ownerid_value{KIND}": "team", "modifiedon": "2026-02-11T15:00:00Z"}
    made.put("opportunities", "opportunityid", {**deals[OPEN], **later})
    made.delete("opportunities", GONE)
    if has_log:
        value, day = (None, "90.0000000000"), (None, "02/10/2026 00:00:00")
        audit(made, WON, 2, "2026-02-10T15:00:00Z", statecode=("0", "1"), actualvalue=value, actualclosedate=day)
        audit(made, OPEN, 2, "2026-02-05T12:00:00Z", stepname=("1-Qualify", "2-Develop"))
        owner = (f"systemuser,{SELLER}", f"team,{guid('team', 1)}")
        audit(made, OPEN, 2, "2026-02-11T15:00:00Z", estimatedclosedate=("2026-03-31", "2026-05-31"), ownerid=owner)
        audit(made, GONE, 3, "2026-02-12T12:00:00Z")
