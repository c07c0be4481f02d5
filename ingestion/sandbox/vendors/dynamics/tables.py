"""The tables of the environment: their names, columns and choices, as Dataverse's metadata tells them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

LABELS = "OData.Community.Display.V1.FormattedValue"
LOOKUP_TABLE = "Microsoft.Dynamics.CRM.lookuplogicalname"


@dataclass(frozen=True)
class Column:
    """`kind` is the metadata's AttributeType. A lookup's value is found under `_<name>_value`."""

    name: str
    kind: str
    targets: tuple[str, ...] = ()
    options: tuple[tuple[int, str], ...] = ()

    @property
    def key(self) -> str:
        return f"_{self.name}_value" if self.kind in ("Lookup", "Customer", "Owner") else self.name


@dataclass(frozen=True)
class Table:
    logical: str
    entity_set: str
    id: str
    """Name of the primary key."""
    columns: tuple[Column, ...]
    name: str | None = None
    """Name of the column people know a record by."""
    tracks_changes: bool = True

    @cached_property
    def keys(self) -> dict[str, Column]:
        """The columns by the name under which a record holds their value."""
        return {column.key: column for column in self.columns}


def _of(kind: str, names: str) -> tuple[Column, ...]:
    return tuple(Column(name, kind) for name in names.split())


def _choice(name: str, *options: str, first: int = 1, kind: str = "Picklist") -> Column:
    return Column(name, kind, options=tuple(enumerate(options, start=first)))


def _lookup(name: str, *targets: str, kind: str = "Lookup") -> Column:
    return Column(name, kind, targets or (name.removesuffix("id"),))


def _state(open_: str, *others: str) -> Column:
    return _choice("statecode", open_, *others, first=0, kind="State")


LIFE = _of("DateTime", "createdon modifiedon")
OWNED = (*LIFE, _lookup("ownerid", "systemuser", "team", kind="Owner"))
CURRENCY = _lookup("transactioncurrencyid", "transactioncurrency")
ACTIVE = (_state("Active", "Inactive"), _choice("statuscode", "Active", "Inactive", kind="Status"))
MERGE = _of("Boolean", "merged")
PARTIES = ("account", "contact", "lead", "opportunity", "campaign")
ACTIVITY_STATES = ("Open", "Completed", "Canceled", "Scheduled")

ACTIVITY = (
    *OWNED,
    *_of("String", "subject activitytypecode"),
    *_of("DateTime", "actualstart actualend scheduledstart scheduledend"),
    *_of("Integer", "actualdurationminutes scheduleddurationminutes"),
    _lookup("regardingobjectid", *PARTIES),
    _state(*ACTIVITY_STATES),
    _choice("statuscode", "Open", "Completed", "Canceled", kind="Status"),
)
DIRECTED = _of("Boolean", "directioncode")


LEAD_REASONS = Column(
    "statuscode",
    "Status",
    options=(
        *enumerate(("New", "Contacted", "Qualified", "Lost", "Cannot Contact", "No Longer Interested", "Canceled"), 1),
        (100000001, "Accepted by sales"),
    ),
)
"""The last one is the company's own: Dynamics knows no lead that sales accepted and that is not converted."""


def _activity(logical: str, more: tuple[Column, ...] = ()) -> Table:
    plural = f"{logical}s"
    return Table(logical, plural, "activityid", (Column("activityid", "Uniqueidentifier"), *ACTIVITY, *more), "subject")


def _table(
    logical: str,
    entity_set: str,
    columns: tuple[Column, ...],
    name: str | None = None,
    tracks_changes: bool = True,
) -> Table:
    key = f"{logical}id"
    return Table(logical, entity_set, key, (Column(key, "Uniqueidentifier"), *columns), name, tracks_changes)


TABLES: dict[str, Table] = {
    table.entity_set: table
    for table in (
        _table(
            "organization",
            "organizations",
            (*LIFE, *_of("String", "name"), _lookup("basecurrencyid", "transactioncurrency")),
            "name",
        ),
        _table("businessunit", "businessunits", (*LIFE, *_of("String", "name")), "name"),
        _table(
            "systemuser",
            "systemusers",
            (
                *LIFE,
                *_of("String", "fullname firstname lastname internalemailaddress domainname title"),
                *_of("Boolean", "isdisabled"),
                _lookup("businessunitid"),
                _lookup("parentsystemuserid", "systemuser"),
            ),
            "fullname",
        ),
        _table(
            "team",
            "teams",
            (*LIFE, *_of("String", "name"), _choice("teamtype", "Owner", "Access", first=0), _lookup("businessunitid")),
            "name",
        ),
        _table(
            "teammembership", "teammemberships", _of("Uniqueidentifier", "teamid systemuserid"), tracks_changes=False
        ),
        _table(
            "transactioncurrency",
            "transactioncurrencies",
            (
                *LIFE,
                *_of("String", "isocurrencycode currencyname currencysymbol"),
                *_of("Decimal", "exchangerate"),
                *_of("Integer", "currencyprecision"),
                *ACTIVE,
            ),
            "currencyname",
        ),
        _table(
            "account",
            "accounts",
            (
                *OWNED,
                *_of("String", "name websiteurl address1_country new_segment new_region new_acquisitionchannel"),
                *_of("Integer", "numberofemployees"),
                *_of("Money", "revenue"),
                _choice(
                    "industrycode",
                    *("Manufacturing", "Retail", "Healthcare", "Financial services", "Software", "Logistics"),
                    "Education",
                ),
                _choice("customertypecode", "Competitor", "Consultant", "Customer", first=1),
                _lookup("parentaccountid", "account"),
                _lookup("masterid", "account"),
                CURRENCY,
                *ACTIVE,
                *MERGE,
            ),
            "name",
        ),
        _table(
            "contact",
            "contacts",
            (
                *OWNED,
                *_of("String", "fullname firstname lastname emailaddress1 jobtitle telephone1 address1_country"),
                *_of("Boolean", "donotbulkemail"),
                _lookup("parentcustomerid", "account", "contact", kind="Customer"),
                _lookup("originatingleadid", "lead"),
                _lookup("masterid", "contact"),
                *ACTIVE,
                *MERGE,
            ),
            "fullname",
        ),
        _table(
            "lead",
            "leads",
            (
                *OWNED,
                *_of("String", "fullname subject firstname lastname emailaddress1 companyname jobtitle telephone1"),
                *_of("String", "address1_country new_channel"),
                *_of("DateTime", "new_qualifiedon"),
                _choice(
                    "leadsourcecode",
                    *("Advertisement", "Employee Referral", "External Referral", "Partner", "Public Relations"),
                    *("Seminar", "Trade Show", "Web", "Word of Mouth", "Other"),
                ),
                _state("Open", "Qualified", "Disqualified"),
                LEAD_REASONS,
                _lookup("parentaccountid", "account"),
                _lookup("parentcontactid", "contact"),
                _lookup("qualifyingopportunityid", "opportunity"),
                _lookup("campaignid"),
                _lookup("masterid", "lead"),
                *MERGE,
            ),
            "fullname",
        ),
        _table(
            "opportunity",
            "opportunities",
            (
                *OWNED,
                *_of("String", "name stepname new_partnerkey new_lossreason"),
                *_of("Money", "estimatedvalue estimatedvalue_base actualvalue"),
                *_of("Decimal", "exchangerate"),
                *_of("Integer", "closeprobability"),
                *_of("DateTime", "estimatedclosedate actualclosedate"),
                _choice("new_opportunitytype", "New business", "Existing business", "Renewal", first=100000000),
                _choice(
                    "msdyn_forecastcategory",
                    *("Pipeline", "Best case", "Committed", "Omitted", "Won", "Lost"),
                    first=100000001,
                ),
                _state("Open", "Won", "Lost"),
                _choice("statuscode", "In Progress", "On Hold", "Won", "Canceled", "Out-Sold", kind="Status"),
                _lookup("customerid", "account", "contact", kind="Customer"),
                _lookup("parentaccountid", "account"),
                _lookup("parentcontactid", "contact"),
                _lookup("campaignid"),
                _lookup("originatingleadid", "lead"),
                CURRENCY,
            ),
            "name",
        ),
        _table(
            "opportunityproduct",
            "opportunityproducts",
            (
                *LIFE,
                *_of("String", "opportunityproductname"),
                *_of("Decimal", "quantity"),
                *_of("Money", "priceperunit manualdiscountamount baseamount extendedamount"),
                *_of("Integer", "lineitemnumber"),
                _lookup("opportunityid"),
                _lookup("productid"),
                CURRENCY,
            ),
            "opportunityproductname",
        ),
        _table(
            "product",
            "products",
            (
                *LIFE,
                *_of("String", "name productnumber new_family new_revenuetype"),
                _choice("productstructure", "Product", "Product Family", "Product Bundle"),
                _state("Active", "Retired", "Draft", "Under Revision"),
                _choice("statuscode", "Active", "Draft", "Retired", kind="Status"),
            ),
            "name",
        ),
        _table(
            "processstage",
            "processstages",
            (
                *_of("String", "stagename primaryentitytypecode"),
                *_of("Integer", "stagecategory"),
                _lookup("processid", "workflow"),
            ),
            "stagename",
            tracks_changes=False,
        ),
        Table(
            "opportunitysalesprocess",
            "opportunitysalesprocesses",
            "businessprocessflowinstanceid",
            (
                Column("businessprocessflowinstanceid", "Uniqueidentifier"),
                *LIFE,
                *_of("String", "bpf_name traversedpath"),
                *_of("DateTime", "activestagestartedon completedon"),
                _lookup("bpf_opportunityid", "opportunity"),
                _lookup("activestageid", "processstage"),
                _lookup("processid", "workflow"),
                _state("Active", "Inactive"),
                _choice("statuscode", "Active", "Finished", "Aborted", kind="Status"),
            ),
            "bpf_name",
        ),
        _table("connectionrole", "connectionroles", (*LIFE, *_of("String", "name")), "name"),
        _table(
            "connection",
            "connections",
            (
                *OWNED,
                *_of("Boolean", "ismaster"),
                _lookup("record1id", *PARTIES),
                _lookup("record2id", *PARTIES),
                _lookup("record1roleid", "connectionrole"),
                _lookup("record2roleid", "connectionrole"),
                *ACTIVE,
            ),
        ),
        _table(
            "campaign",
            "campaigns",
            (
                *OWNED,
                *_of("String", "name codename"),
                *_of("DateTime", "proposedstart proposedend actualstart actualend"),
                *_of("Money", "budgetedcost totalactualcost"),
                _choice("typecode", "Advertisement", "Direct Marketing", "Event", "Co-branding", "Other"),
                _choice(
                    "statuscode",
                    *("Proposed", "Ready To Launch", "Launched", "Completed", "Canceled", "Suspended"),
                    first=0,
                    kind="Status",
                ),
                _state("Active", "Inactive"),
                CURRENCY,
            ),
            "name",
        ),
        _activity("phonecall", DIRECTED),
        _activity("email", DIRECTED),
        _activity("appointment"),
        _activity("task"),
        Table(
            "activitypointer",
            "activitypointers",
            "activityid",
            (Column("activityid", "Uniqueidentifier"), *ACTIVITY),
            "subject",
            tracks_changes=False,
        ),
        _table(
            "activityparty",
            "activityparties",
            (
                _choice(
                    "participationtypemask",
                    *("Sender", "To Recipient", "CC Recipient", "BCC Recipient", "Required attendee"),
                    *("Optional attendee", "Organizer", "Regarding", "Owner"),
                ),
                _lookup("activityid", "activitypointer"),
                _lookup("partyid", "systemuser", *PARTIES),
            ),
            tracks_changes=False,
        ),
        _table(
            "annotation",
            "annotations",
            (*OWNED, *_of("String", "subject objecttypecode"), _lookup("objectid", *PARTIES)),
            "subject",
        ),
        _table("metric", "metrics", (*LIFE, *_of("String", "name"), *_of("Boolean", "isamount")), "name"),
        _table(
            "goal",
            "goals",
            (
                *OWNED,
                *_of("String", "title"),
                *_of("DateTime", "goalstartdate goalenddate"),
                *_of("Money", "targetmoney"),
                *_of("Boolean", "isfiscalperiodgoal"),
                _lookup("goalownerid", "systemuser", "team"),
                _lookup("metricid"),
                CURRENCY,
                *ACTIVE,
            ),
            "title",
        ),
        _table(
            "audit",
            "audits",
            (
                *_of("DateTime", "createdon"),
                *_of("String", "objecttypecode changedata"),
                _choice("operation", "Create", "Update", "Delete", "Access"),
                _choice("action", "Create", "Update", "Delete", "Activate", "Deactivate"),
                _lookup("objectid", *PARTIES),
                _lookup("userid", "systemuser"),
            ),
            tracks_changes=False,
        ),
        _table(
            "stringmap",
            "stringmaps",
            (
                *_of("String", "objecttypecode attributename value"),
                *_of("Integer", "attributevalue displayorder langid"),
            ),
            tracks_changes=False,
        ),
    )
}
"""By the name of the entity set."""
BY_LOGICAL = {table.logical: table for table in TABLES.values()}
