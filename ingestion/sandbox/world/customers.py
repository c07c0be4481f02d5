"""Records in the billing system, entered by people who do not look at the CRM."""

from __future__ import annotations

from ingestion.sandbox.facts import UNIT_CRM, BillingCustomer, Company, crm_id
from ingestion.sandbox.world.engine import World
from ingestion.sandbox.world.names import FIRM_FIRST, FIRM_SUFFIX, latin, misspelt

CRM_KEYS = {
    "hubspot": "hubspot_company_id",
    "salesforce": "salesforce_account_id",
    "dynamics": "dynamics_account_id",
}
"""Under which name sellers of a unit note their CRM's record on the customer."""


def of_company(world: World, company: Company, currency: str, key: object) -> BillingCustomer:
    """The billing record to use; a new one if there is none in this currency, and now and then by mistake."""
    rng = world.rng("billing customer", company.company_id, key)
    known = [c for c in world.company_customers[company.company_id] if c.currency == currency and c.deleted_at is None]
    if known and rng.random() < 0.8:
        return known[0]
    people = [p for p in world.company_people[company.company_id] if p.archived_at is None]
    person = rng.choice(people or world.company_people[company.company_id])
    name = rng.choices(
        (
            company.name,
            latin(f"{person.first_name} {person.last_name}"),
            misspelt(rng, company.name),
            company.name.upper(),
        ),
        (70, 12, 10, 8),
    )[0]
    email = rng.choices((person.email, person.email.upper(), f"billing@{company.domain}"), (68, 7, 25))[0]
    holding = world.rng("holding", company.company_id, key)
    is_subsidiary = holding.random() < 0.04
    if is_subsidiary:
        name = f"{holding.choice(FIRM_FIRST)} Holding {FIRM_SUFFIX.get(company.country, 'SA')}"
        email = f"accounts@{name.lower().replace(' ', '-').replace('.', '')}-{company.company_id}.example"
    crm = UNIT_CRM[company.business_unit]
    record = {CRM_KEYS[crm]: crm_id(crm, "account", company.company_id)}
    metadata = record if rng.random() < 0.82 else {}
    if rng.random() < 0.3:
        metadata["segment"] = company.segment
    customer = BillingCustomer(
        customer_id=world.code("cus_"),
        company_id=company.company_id,
        person_id=person.person_id,
        name=name,
        email=email,
        currency=currency,
        country=company.country,
        created_at=world.now,
        metadata=metadata,
        updated_at=world.now,
        is_subsidiary=is_subsidiary,
    )
    world.customers[customer.customer_id] = customer
    world.company_customers[company.company_id].append(customer)
    world.facts.billing_customers.append(customer)
    return customer


def delete(world: World, customer_id: str) -> None:
    """Accounting tidies up a customer without contract."""
    customer = world.customers[customer_id]
    is_active = any(
        run.subscription.customer_id == customer_id and run.subscription.ended_at is None
        for run in world.company_runs[customer.company_id]
    )
    if not is_active:
        customer.deleted_at = customer.updated_at = world.now
