-- Grain: month_date × cost_type × channel × record_id: what selling and marketing cost, in reporting currency, by the record
-- that tells it: operating costs, the ad spend that platforms report, and partners' commissions. A commission
-- is of the role its partner had in the deal. A part not of one channel, segment or role alone is `unknown` there.
-- `sourced` comes last in the alphabet.
with earned_roles as (
    select claims.referral_id, claims.partner_id, max(roles.role) as partner_role
    from {{ ref('fct_partner_claims') }} as claims
    inner join {{ ref('fct_partner_roles') }} as roles
        on claims.opportunity_id = roles.opportunity_id and claims.partner_id = roles.partner_id
    where claims.is_named and roles.role in ('sourced', 'influenced')
    group by 1, 2
),

costs as (
    select
        operating_cost_id as record_id,
        cost_date,
        cost_type,
        coalesce(purpose, 'acquisition') as purpose,
        coalesce(channel, 'unknown') as channel,
        coalesce(segment, 'unknown') as segment,
        'unknown' as partner_role,
        amount,
        currency_code
    from {{ ref('operating_costs') }}

    union all

    select
        commissions.commission_id,
        {{ day_of('commissions.earned_at') }},
        'partner_commission',
        'acquisition',
        'partner',
        'unknown',
        coalesce(earned_roles.partner_role, 'unknown'),
        commissions.amount,
        commissions.currency_code
    from {{ ref('commissions') }} as commissions
    left join earned_roles
        on
            commissions.referral_id = earned_roles.referral_id
            and commissions.partner_id = earned_roles.partner_id
    where
        commissions.earned_at is not null
        and commissions.amount is not null
        and coalesce(commissions.status, 'approved') <> 'declined'
),

converted as (
    select
        {{ month_of('costs.cost_date') }} as month_date,
        costs.record_id,
        costs.cost_type,
        costs.purpose,
        costs.channel,
        costs.segment,
        costs.partner_role,
        {{ convert('costs.amount', 'rates.rate') }} as cost_reporting
    from costs
    left join {{ ref('dim_exchange_rates') }} as rates
        on
            costs.currency_code = rates.currency_code
            and cast(extract(year from costs.cost_date) as bigint) = rates.rate_year

    union all

    select month_date, campaign_id, 'ad_spend', 'acquisition', channel, 'unknown', 'unknown', cost_reporting
    from {{ ref('fct_marketing_spend_daily') }}
)

select
    month_date,
    record_id,
    cost_type,
    purpose,
    channel,
    segment,
    partner_role,
    {{ sum_known('cost_reporting') }} as cost
from converted
group by 1, 2, 3, 4, 5, 6, 7
