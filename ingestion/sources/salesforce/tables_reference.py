"""What other records refer to: the org, currencies, stages, roles, users, products."""

from __future__ import annotations

from ingestion.sources.salesforce.settings import Settings
from ingestion.sources.salesforce.sobject import CREATED, SObject, changing, whole
from ingestion.tables import Column


def reference(settings: Settings) -> tuple[SObject, ...]:
    return (
        whole(
            "Organization",
            "organization",
            "One row: the org itself.",
            (
                ("Name", "text", "Name"),
                ("OrganizationType", "text", "Edition"),
                ("IsSandbox", "bool", "A sandbox of another org"),
                ("TimeZoneSidKey", "text", "Time zone"),
                ("FiscalYearStartMonth", "bigint", "Month in which the fiscal year begins"),
                ("DefaultCurrencyIsoCode", "text", "Currency of records that name none, where Salesforce tells it"),
            ),
            more=(
                Column("configured_currency_code", "text", "The setting `currency_code`", path="configuredCurrency"),
            ),
        ),
        whole(
            "CurrencyType",
            "currency_types",
            "Currencies of the org with the rate that holds where no dated one does.",
            (
                ("IsoCode", "text", "ISO 4217"),
                ("ConversionRate", "double", "Units for one unit of the corporate currency"),
                ("DecimalPlaces", "bigint", "Digits after the point"),
                ("IsActive", "bool", "Offered to users"),
                ("IsCorporate", "bool", "The corporate currency"),
            ),
        ),
        whole(
            "DatedConversionRate",
            "dated_conversion_rates",
            "Exchange rates by date (advanced currency management). An opportunity takes the one of its close date.",
            (
                ("IsoCode", "text", "ISO 4217"),
                ("StartDate", "date", "First day the rate holds"),
                ("NextStartDate", "date", "First day it no longer holds"),
                ("ConversionRate", "double", "Units for one unit of the corporate currency"),
            ),
        ),
        whole(
            "OpportunityStage",
            "opportunity_stages",
            "Stages of opportunities as configured now, those out of use included.",
            (
                ("ApiName", "text", "What StageName holds"),
                ("MasterLabel", "text", "Name people see"),
                ("IsActive", "bool", "In use"),
                ("SortOrder", "bigint", "Position"),
                ("IsClosed", "bool", "Ends an opportunity"),
                ("IsWon", "bool", "Ends it won"),
                ("DefaultProbability", "decimal", "Chance to win in percent"),
                ("ForecastCategory", "text", "Forecast category"),
            ),
            is_optional=False,
        ),
        whole(
            "UserRole",
            "user_roles",
            "The role hierarchy.",
            (("Name", "text", "Name"), ("ParentRoleId", "text", "The role above")),
            is_optional=False,
        ),
        whole(
            "Group",
            "groups",
            "Queues, which own leads until someone takes them, and public groups.",
            (
                ("Name", "text", "Name"),
                ("DeveloperName", "text", "Name in the API"),
                ("Type", "text", "Queue or Regular (a public group)"),
            ),
            conditions=("Type IN ('Queue','Regular')",),
        ),
        changing(
            "User",
            "users",
            "Users. They are never deleted, only made inactive.",
            (
                ("Name", "text", "Full name"),
                ("Email", "text", "E-mail address"),
                ("UserType", "text", "Standard, or another kind of licence"),
                ("IsActive", "bool", "May log in"),
                ("UserRoleId", "text", "Role"),
                ("ManagerId", "text", "Manager"),
                CREATED,
            ),
            can_delete=False,
        ),
        changing(
            "Product2",
            "products",
            "Products.",
            (
                ("Name", "text", "Name"),
                ("ProductCode", "text", "Code"),
                ("Family", "text", "Product family"),
                ("IsActive", "bool", "Offered"),
                CREATED,
            ),
            roles={"revenue_type": (settings.product_revenue_type_field, "text", "Custom field: revenue type")},
            own=settings.custom_fields.get("Product2", ()),
            is_optional=True,
        ),
    )
