-- Grain: opportunity_id × valid_from: a stretch in which stage, amount, currency, expected close date and owner stood
-- still. Values that changed at the same instant make one row, so no state is shown that never existed. Amounts are
-- converted at the rate of the year the deal was created, so a pushed date never changes a deal's worth.
with opportunities as (
    select * from {{ ref('opportunities') }}
),

stages as (
    select * from {{ ref('dim_pipeline_stages') }}
),

instants as (
    select
        {%- for field in opportunity_fields() %}
        max(case when field_name = '{{ field }}' then 1 else 0 end) as {{ field }}_changed,
        max(case when field_name = '{{ field }}' then new_value end) as {{ field }},
        {%- endfor %}
        opportunity_id,
        changed_at
    from {{ ref('fct_opportunity_changes') }}
    group by opportunity_id, changed_at
),

versions as (
    select
        {%- for field in opportunity_fields() %}
        {{ field }},
        sum({{ field }}_changed) over (
            partition by opportunity_id order by changed_at rows unbounded preceding
        ) as {{ field }}_version,
        {%- endfor %}
        opportunity_id,
        changed_at
    from instants
),

filled as (
    select
        {%- for field in opportunity_fields() %}
        max({{ field }}) over (partition by opportunity_id, {{ field }}_version) as {{ field }},
        {%- endfor %}
        opportunity_id,
        changed_at as valid_from,
        lead(changed_at) over (partition by opportunity_id order by changed_at) as valid_to,
        stage_code_version
    from versions
),

located as (
    select
        filled.*,
        opportunities.source_instance,
        opportunities.pipeline_name,
        opportunities.created_at,
        opportunities.is_closed and filled.stage_code = {{ stage_now('opportunities') }} as is_closed_now,
        opportunities.is_won and filled.stage_code = {{ stage_now('opportunities') }} as is_won_now
    from filled
    inner join opportunities on filled.opportunity_id = opportunities.opportunity_id
    where filled.stage_code_version > 0
),

stated as (
    select
        located.opportunity_id,
        located.valid_from,
        located.valid_to,
        located.source_instance,
        located.pipeline_name,
        located.stage_code,
        coalesce(own.stage_name, other.stage_name, located.stage_code) as stage_name,
        coalesce(own.stage_order, other.stage_order) as stage_order,
        coalesce(
            own.is_qualified, other.is_qualified, {{ 'false' if var('pipeline_qualified_from_stages') else 'true' }}
        ) as is_in_qualified_stage,
        coalesce(own.win_probability, other.win_probability) as win_probability,
        cast(located.amount as decimal(18, 2)) as amount,
        located.currency_code,
        cast(located.expected_close_date as date) as expected_close_date,
        located.owner_id,
        cast(
            extract(year from {{ day_of('coalesce(located.created_at, located.valid_from)') }}) as bigint
        ) as rate_year,
        case
            when located.is_deleted = 'true' then 'removed'
            when coalesce(own.is_won, other.is_won, located.is_won_now, false) then 'won'
            when coalesce(own.is_closed, other.is_closed, located.is_closed_now, false) then 'lost'
            else 'open'
        end as state
    from located
    left join stages as own
        on
            located.source_instance = own.source_instance
            and located.pipeline_name = own.pipeline_name
            and located.stage_code = own.stage_code
    left join stages as other
        on
            located.source_instance = other.source_instance
            and other.pipeline_name = ''
            and located.stage_code = other.stage_code
)

select
    stated.opportunity_id,
    stated.valid_from,
    stated.valid_to,
    stated.state,
    stated.source_instance,
    stated.pipeline_name,
    stated.stage_code,
    stated.stage_name,
    stated.stage_order,
    stated.state = 'open' and stated.is_in_qualified_stage as is_qualified,
    stated.win_probability,
    stated.amount,
    stated.currency_code,
    rates.rate as reporting_rate,
    {{ convert('stated.amount', 'rates.rate') }} as amount_reporting,
    stated.expected_close_date,
    stated.owner_id
from stated
left join {{ ref('dim_exchange_rates') }} as rates
    on stated.currency_code = rates.currency_code and stated.rate_year = rates.rate_year
