-- Grain: opportunity_id × partner_id × role. A partner sourced a deal, or influenced it, or was refused; whoever sourced
-- or influenced it co-sold it too if one's own sellers worked on it beside. Roles overlap: they are counted, not summed.
with opportunities as (
    select
        opportunities.opportunity_id,
        coalesce(accounts.surviving_account_id, opportunities.account_id) as account_id,
        opportunities.partner_reference,
        opportunities.created_at,
        case when opportunities.is_closed then opportunities.closed_at end as closed_at
    from {{ ref('opportunities') }} as opportunities
    left join {{ ref('dim_account_records') }} as accounts on opportunities.account_id = accounts.account_id
),

-- CRMs name a partner by its key or by its id in the partner system; one that is not on record keeps that name.
named as (
    select
        opportunities.opportunity_id,
        coalesce(min(partners.partner_id), opportunities.partner_reference) as partner_id,
        opportunities.created_at as present_since
    from opportunities
    left join {{ ref('partners') }} as partners
        on
            opportunities.partner_reference = partners.partner_key
            or opportunities.partner_reference = partners.source_record_id
    where opportunities.partner_reference is not null
    group by opportunities.opportunity_id, opportunities.partner_reference, opportunities.created_at
),

-- The registration that decides: the one without conflict, else one that takes part, else the earliest.
decisive as (
    select *
    from (
        select
            *,
            min(case when takes_part then registered_at end) over (
                partition by opportunity_id, partner_id
            ) as present_since,
            row_number() over (
                partition by opportunity_id, partner_id
                order by
                    case when conflict is null then 0 when takes_part then 1 else 2 end asc,
                    registered_at asc,
                    referral_id asc
            ) as preference
        from {{ ref('fct_partner_claims') }}
    ) as ranked
    where preference = 1
),

present as (
    select
        coalesce(decisive.opportunity_id, named.opportunity_id) as opportunity_id,
        coalesce(decisive.partner_id, named.partner_id) as partner_id,
        decisive.referral_id,
        decisive.registration_status,
        decisive.registered_at,
        decisive.expires_at,
        decisive.first_contact_at,
        named.opportunity_id is not null as is_named_in_crm,
        coalesce(decisive.is_not_approved, false) as is_not_approved,
        coalesce(decisive.is_after_first_contact, false) as is_after_first_contact,
        coalesce(decisive.is_expired, false) as is_expired,
        coalesce(decisive.is_contested, false) as is_contested,
        case
            when decisive.opportunity_id is null then 'not_registered'
            else coalesce(decisive.conflict, 'registered_first')
        end as reason,
        case
            when decisive.opportunity_id is not null and decisive.conflict is null then 'sourced'
            when decisive.takes_part or named.opportunity_id is not null then 'influenced'
            else 'refused'
        end as role,
        coalesce(decisive.present_since, named.present_since) as present_since
    from decisive
    full join named on decisive.opportunity_id = named.opportunity_id and decisive.partner_id = named.partner_id
),

own_activities as (
    select
        present.opportunity_id,
        present.partner_id,
        count(*) as own_activity_count
    from present
    inner join opportunities on present.opportunity_id = opportunities.opportunity_id
    inner join {{ ref('fct_seller_contacts') }} as contacts on present.opportunity_id = contacts.opportunity_id
    where
        contacts.owner_id is not null
        and contacts.occurred_at >= present.present_since
        and (opportunities.closed_at is null or contacts.occurred_at <= opportunities.closed_at)
    group by present.opportunity_id, present.partner_id
),

described as (
    select
        present.*,
        opportunities.account_id,
        coalesce(own_activities.own_activity_count, 0) as own_activity_count
    from present
    inner join opportunities on present.opportunity_id = opportunities.opportunity_id
    left join own_activities
        on present.opportunity_id = own_activities.opportunity_id and present.partner_id = own_activities.partner_id
)

{% for role, condition in [('role', 'true'), ("'co_sold'", "role <> 'refused' and own_activity_count > 0")] -%}
select
    opportunity_id,
    partner_id,
    {{ role }} as role,
    account_id,
    referral_id,
    registration_status,
    registered_at,
    expires_at,
    first_contact_at,
    present_since,
    is_named_in_crm,
    own_activity_count,
    reason,
    is_not_approved,
    is_after_first_contact,
    is_expired,
    is_contested
from described
where {{ condition }}
{{ 'union all' if not loop.last }}
{% endfor %}
