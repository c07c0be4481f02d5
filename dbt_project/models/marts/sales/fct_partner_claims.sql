-- Grain: opportunity_id × referral_id: which deals a partner's registration claims, and what speaks against its having
-- sourced them. A registration that names a deal claims that one alone; any other claims every deal of its account that
-- was open then or was opened since. `partner_first_contact` says with whom the first contact counts.
{%- set scope = var('partner_first_contact') %}
with opportunities as (
    select
        opportunities.opportunity_id,
        opportunities.source_record_id,
        coalesce(accounts.surviving_account_id, opportunities.account_id) as account_id,
        opportunities.created_at,
        case when opportunities.is_closed then opportunities.closed_at end as closed_at,
        opportunities.is_deleted
    from {{ ref('opportunities') }} as opportunities
    left join {{ ref('dim_account_records') }} as accounts on opportunities.account_id = accounts.account_id
),

registrations as (
    select
        referrals.referral_id,
        referrals.partner_id,
        referrals.opportunity_reference,
        recorded.account_id,
        referrals.status,
        referrals.registered_at,
        referrals.registered_at + interval '{{ var("partner_registration_days") }}' day as expires_at
    from {{ ref('referrals') }} as referrals
    left join {{ ref('bridge_account_records') }} as recorded
        on referrals.referral_id = recorded.record_id and recorded.record_type = 'referrals'
    where not referrals.is_deleted
),

claims as (
    select
        registrations.*,
        opportunities.opportunity_id,
        opportunities.created_at,
        opportunities.closed_at,
        opportunities.account_id as opportunity_account_id,
        true as is_named
    from registrations
    inner join opportunities on registrations.opportunity_reference = opportunities.source_record_id

    union all

    select
        registrations.*,
        opportunities.opportunity_id,
        opportunities.created_at,
        opportunities.closed_at,
        opportunities.account_id,
        false
    from registrations
    inner join opportunities on registrations.account_id = opportunities.account_id
    where
        registrations.opportunity_reference is null
        and (opportunities.closed_at is null or opportunities.closed_at >= registrations.registered_at)
),

contacts as (
    select
        activities.opportunity_id,
        coalesce(
            named.surviving_account_id, opportunities.account_id, of_contacts.account_id, of_leads.account_id
        ) as account_id,
        activities.occurred_at
    from {{ ref('fct_seller_contacts') }} as activities
    left join {{ ref('dim_account_records') }} as named on activities.account_id = named.account_id
    left join opportunities on activities.opportunity_id = opportunities.opportunity_id
    left join {{ ref('bridge_account_records') }} as of_contacts
        on activities.contact_id = of_contacts.record_id and of_contacts.record_type = 'contacts'
    left join {{ ref('bridge_account_records') }} as of_leads
        on activities.lead_id = of_leads.record_id and of_leads.record_type = 'leads'

    union all

    select opportunity_id, account_id, created_at
    from opportunities
    where not is_deleted
),

first_contacts as (
    select {{ scope }}_id as subject_id, min(occurred_at) as occurred_at
    from contacts
    where {{ scope }}_id is not null
    group by 1
),

-- What two partners claim at once: registrations of one account, or of one deal, whose windows overlap.
contested as (
    select distinct ours.opportunity_id, ours.referral_id
    from claims as ours
    inner join registrations as theirs
        on
            ours.partner_id <> theirs.partner_id
            and (ours.account_id = theirs.account_id or ours.opportunity_reference = theirs.opportunity_reference)
            and ours.registered_at < theirs.expires_at
            and theirs.registered_at < ours.expires_at
),

judged as (
    select
        claims.*,
        -- A deal is not opened without contact, whoever else was not spoken to.
        case
            when first_contacts.occurred_at < claims.created_at then first_contacts.occurred_at
            else claims.created_at
        end as first_contact_at,
        coalesce(claims.status in ('approved', 'closed_won', 'closed_lost'), false) as is_approved,
        coalesce(claims.created_at >= claims.expires_at, false) as is_expired,
        contested.referral_id is not null as is_contested
    from claims
    left join first_contacts
        on claims.{{ 'opportunity_account_id' if scope == 'account' else 'opportunity_id' }} = first_contacts.subject_id
    left join contested
        on claims.opportunity_id = contested.opportunity_id and claims.referral_id = contested.referral_id
),

compared as (
    select
        *,
        coalesce(first_contact_at <= registered_at, false) as is_after_first_contact,
        row_number() over (
            partition by opportunity_id
            order by
                case
                    when is_approved and not is_expired and coalesce(first_contact_at > registered_at, true) then 0
                    else 1
                end asc,
                registered_at asc,
                referral_id asc
        ) as position
    from judged
)

select
    opportunity_id,
    referral_id,
    partner_id,
    opportunity_account_id as account_id,
    is_named,
    status as registration_status,
    registered_at,
    expires_at,
    first_contact_at,
    not is_approved as is_not_approved,
    is_after_first_contact,
    is_expired,
    is_contested,
    case
        when not is_approved then 'not_approved'
        when is_after_first_contact then 'after_first_contact'
        when is_expired then 'expired'
        when position > 1 then 'registered_later'
    end as conflict,
    -- What was declined, came after the close, or ran out before a deal it does not name takes no part in the deal.
    coalesce(status, 'unknown') <> 'declined'
    and coalesce(registered_at <= closed_at, true)
    and (is_named or not is_expired) as takes_part
from compared
