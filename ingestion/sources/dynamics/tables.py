"""The raw tables of Dynamics 365, and which columns of which Dataverse tables fill them."""

from __future__ import annotations

from dataclasses import replace

from ingestion.sources.dynamics.entity import (
    Columns,
    Entity,
    choice,
    common,
    configured,
    entity,
    lookup,
    merge,
    named,
    state,
    text,
    times,
    typed,
    value,
    versions,
)
from ingestion.sources.dynamics.settings import Settings
from ingestion.tables import Column


def entities(settings: Settings) -> tuple[Entity, ...]:
    """Everything read but the audit log, records before those that refer to them. Several may fill one table."""
    described = (*_people_and_currencies(), *_records(settings), *_activities(), *_processes(settings))
    return tuple(replace(one, extra=settings.custom_fields.get(one.table.name, ())) for one in described)


def _people_and_currencies() -> tuple[Entity, ...]:
    user = (
        text("systemuserid", "Id"),
        text("fullname", "Full name"),
        text("internalemailaddress", "E-mail address"),
        lookup("businessunitid", "Business unit"),
        *named("parentsystemuserid", "Manager"),
        value("isdisabled", "bool", "No longer in use"),
        *times(),
    )
    team = (
        text("teamid", "Id"),
        text("name", "Name"),
        lookup("businessunitid", "Business unit"),
        value("isdefault", "bool", "The team that all users of its business unit belong to"),
        *choice("teamtype", "0 owner, 1 access, 2 security group, 3 office group"),
        *times(),
    )
    membership = (
        text("teammembershipid", "Id"),
        text("teamid", "Team"),
        text("systemuserid", "User"),
    )
    currency = (
        text("transactioncurrencyid", "Id"),
        text("isocurrencycode", "ISO 4217 code"),
        value("exchangerate", "double", "Units for one unit of the base currency, now, to twelve places"),
        *times(),
    )
    return (
        entity("systemusers", "Users, disabled ones and applications included.", user, "whole"),
        entity("teams", "Teams of users.", team, "whole"),
        entity("teammemberships", "Who is in which team.", membership, "whole", is_optional=True),
        entity("transactioncurrencies", "Currencies.", currency, "whole"),
    )


def _records(settings: Settings) -> tuple[Entity, ...]:
    account = (
        text("accountid", "Id"),
        text("name", "Name"),
        text("websiteurl", "Web site"),
        *choice("industrycode", "Industry"),
        *choice("customertypecode", "Relationship: prospect, customer, competitor …"),
        value("numberofemployees", "bigint", "Employees"),
        value("revenue", "decimal", "The organisation's own yearly revenue"),
        text("address1_country", "Country as typed"),
        lookup("parentaccountid", "The account above it"),
        lookup("originatingleadid", "The lead it came from"),
        *named("territoryid", "Sales territory"),
        *common(),
        *merge(),
        *configured("segment", settings.account_segment_field, "segment"),
        *configured("region", settings.account_region_field, "sales region"),
        *configured("acquisition_channel", settings.account_acquisition_channel_field, "channel of the first touch"),
    )
    contact = (
        text("contactid", "Id"),
        text("emailaddress1", "E-mail address"),
        text("firstname", "First name"),
        text("lastname", "Last name"),
        text("jobtitle", "Job title"),
        text("telephone1", "Business phone"),
        text("mobilephone", "Mobile phone"),
        text("address1_country", "Country as typed"),
        *typed("parentcustomerid", "Organisation, or person, they belong to"),
        *choice("customertypecode", "Relationship"),
        *choice("leadsourcecode", "Where they came from"),
        value("donotbulkemail", "bool", "Wants no mailings"),
        value("donotemail", "bool", "Wants no e-mail"),
        lookup("originatingleadid", "The lead they came from"),
        *common(),
        *merge(),
    )
    lead = (
        text("leadid", "Id"),
        text("emailaddress1", "E-mail address"),
        text("firstname", "First name"),
        text("lastname", "Last name"),
        text("companyname", "Company"),
        text("jobtitle", "Job title"),
        text("address1_country", "Country as typed"),
        *choice("leadsourcecode", "Where it came from"),
        lookup("campaignid", "Campaign credited"),
        lookup("qualifyingopportunityid", "The deal it became"),
        lookup("parentaccountid", "The account it belongs to or became"),
        lookup("parentcontactid", "The contact it belongs to or became"),
        *common(),
        *merge(),
        *configured("channel", settings.lead_channel_field, "where it came from"),
        Column(
            "qualified_at",
            "timestamp",
            "Configured column: when it was qualified",
            path=(settings.lead_qualified_field,),
        ),
    )
    opportunity = _opportunity(settings)
    line = (
        text("opportunityproductid", "Id"),
        lookup("opportunityid", "The deal"),
        lookup("productid", "Product; none for a line written in"),
        text("productdescription", "Name of a line written in"),
        value("quantity", "decimal", "Units"),
        value("priceperunit", "decimal", "Price per unit, before discount"),
        value("manualdiscountamount", "decimal", "Discount on the line"),
        value("volumediscountamount", "decimal", "Volume discount per unit"),
        value("tax", "decimal", "Tax on the line"),
        value("extendedamount", "decimal", "Line total after discounts, tax included"),
        lookup("transactioncurrencyid", "Currency"),
        *times(),
    )
    product = (
        text("productid", "Id"),
        text("name", "Name"),
        *named("parentproductid", "Product family"),
        *choice("producttypecode", "1 goods, 2 charges, 3 services, 4 flat fees"),
        value("price", "decimal", "List price"),
        lookup("transactioncurrencyid", "Currency of the list price"),
        *state(),
        *times(),
        *configured("family", settings.product_family_field, "product line"),
        *configured("revenue_type", settings.product_revenue_type_field, "how its revenue behaves"),
    )
    goal = (
        text("goalid", "Id"),
        text("title", "Title"),
        *typed("goalownerid", "Whose goal it is"),
        value("goalstartdate", "timestamp", "First day"),
        value("goalenddate", "timestamp", "Last day"),
        value("targetmoney", "decimal", "Target, where it is money"),
        lookup("transactioncurrencyid", "Currency"),
        *state(),
        *times(),
    )
    connection = (
        text("connectionid", "Id"),
        *typed("record1id", "From"),
        *typed("record2id", "To"),
        *named("record2roleid", "Role of the record connected to"),
        *state(),
        *times(),
    )
    seen = versions(
        "opportunity_versions",
        "Each state in which a run found a deal: its history where nothing is audited.",
        opportunity,
    )
    return (
        entity("products", "Products.", product, "whole", is_optional=True),
        entity("leads", "Leads, those qualified, disqualified or merged away included.", lead),
        entity("accounts", "Organisations, those merged away included.", account),
        entity("contacts", "People, those merged away included.", contact),
        entity("opportunities", "Deals as they are now.", opportunity),
        Entity("opportunities", seen),
        entity("opportunityproducts", "What a deal would sell, line by line.", line),
        entity("connections", "Who has which part in what.", connection, "whole", is_optional=True),
        entity("goals", "Goals of users and teams.", goal, "whole", is_optional=True),
    )


def _opportunity(settings: Settings) -> Columns:
    return (
        text("opportunityid", "Id"),
        text("name", "Name"),
        *typed("customerid", "The buyer"),
        lookup("parentaccountid", "The buying organisation"),
        lookup("parentcontactid", "The main contact"),
        lookup("originatingleadid", "The lead it came from"),
        lookup("campaignid", "Campaign credited"),
        text("stepname", "Phase of the sales pipeline"),
        value("estimatedvalue", "decimal", "Amount expected"),
        value("actualvalue", "decimal", "Amount won"),
        value("estimatedclosedate", "date", "When it is expected to close"),
        value("actualclosedate", "date", "When it was won or lost"),
        value("closeprobability", "bigint", "Chance in percent as the seller sees it"),
        *choice("msdyn_forecastcategory", "100000001 pipeline … 100000006 lost"),
        *common(),
        *configured("opportunity_type", settings.opportunity_type_field, "kind of sale"),
        *configured("partner", settings.opportunity_partner_field, "the partner's key"),
        *configured("loss_reason", settings.opportunity_loss_reason_field, "why it was lost"),
    )


def _activities() -> tuple[Entity, ...]:
    common = (
        text("activityid", "Id"),
        text("subject", "Subject"),
        *typed("regardingobjectid", "What it is about"),
        *typed("ownerid", "Owner"),
        value("scheduledstart", "timestamp", "Planned beginning"),
        value("scheduledend", "timestamp", "Planned end, or due"),
        value("actualstart", "timestamp", "Beginning"),
        value("actualend", "timestamp", "End"),
        value("actualdurationminutes", "bigint", "Length in minutes"),
        *state(),
        *times(),
    )
    direction = value("directioncode", "bool", "True when we began it")
    sent = value("senton", "timestamp", "When it was sent")
    party = (
        text("activitypartyid", "Id"),
        lookup("activityid", "The activity"),
        *typed("partyid", "Who; none for an address that belongs to no record"),
        *choice("participationtypemask", "1 sender, 2 to, 5 required attendee, 7 organizer, 9 owner …"),
    )
    planned = value("scheduleddurationminutes", "bigint", "Planned length in minutes")
    return (
        entity("phonecalls", "Calls, without their notes.", (*common, direction)),
        entity("emails", "E-mails, without their text.", (*common, direction, sent)),
        entity("appointments", "Meetings, without their notes.", (*common, planned)),
        entity("tasks", "Tasks.", common),
        entity("activityparties", "Who takes part in an activity, and as what.", party, is_optional=True),
    )


def _processes(settings: Settings) -> tuple[Entity, ...]:
    instance = (
        text("businessprocessflowinstanceid", "Id of a deal's run through the process"),
        value("modifiedon", "timestamp", "When this state began"),
        value("createdon", "timestamp", "When the run began"),
        lookup("opportunityid", "The deal"),
        lookup("bpf_opportunityid", "The deal, in a process of the company's own"),
        *named("activestageid", "Stage now"),
        value("activestagestartedon", "timestamp", "When the stage began"),
        text("traversedpath", "Stages visited, ids separated by commas"),
    )
    stage = (
        text("processstageid", "Id"),
        text("stagename", "Name"),
        value("stagecategory", "bigint", "0 qualify, 1 develop, 2 propose, 3 close …"),
        lookup("processid", "The process"),
    )
    seen = versions("process_versions", "Each state in which a run found a deal's way through its process.", instance)
    return (
        entity("processstages", "Stages of business process flows.", stage, "whole", is_optional=True),
        *(Entity(flow, seen, "changed", is_optional=True) for flow in settings.process_flows),
    )


_ENTRY = (
    text("auditid", "Id of the entry"),
    value("createdon", "timestamp", "When the change was made (UTC)"),
    value("operation", "bigint", "1 create, 2 update, 3 delete"),
    *choice("action", "What was done: 12 merge, 13 assign, 24 qualify, 44 win, 45 lose …"),
    text("objecttypecode", "Logical name of the record's table"),
    lookup("objectid", "The record"),
    lookup("userid", "Who did it"),
    text("changedata", "JSON: {changedAttributes: [{logicalName, oldValue, newValue}]}"),
)
AUDITS = replace(
    entity(
        "audits",
        "Audit log: changes of deals, leads and processes, owners of accounts and contacts.",
        _ENTRY,
        "changed",
    ),
    cursor="createdon",
)
