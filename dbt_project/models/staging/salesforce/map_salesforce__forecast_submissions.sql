-- Grain: one category of one forecast as it stood from an instant on. A category includes those surer than it and what
-- is won. Orgs roll up one of two ways: cumulatively, where only OpenPipeline leaves out what is won, or each category
-- alone, which are added up here. Rollups change one by one, so each takes its last value.
with

rollups as (
    select * from {{ ref('stg_salesforce__forecast_rollups') }}
    where stated_at is not null
),

{% set kinds = ['ClosedOnly', 'CommitOnly', 'MostLikelyOnly', 'BestCaseOnly', 'PipelineOnly', 'CommitForecast',
    'BestCaseForecast', 'OpenPipeline'] %}

instants as (
    select
        {%- for kind in kinds %}
        max(case when rollup = '{{ kind }}' then amount end) as {{ kind }},
        {%- endfor %}
        source_instance,
        forecast_id,
        owner_id,
        period_id,
        stated_at,
        max(currency_code) as currency_code,
        bool_or(covers_team) as covers_team
    from rollups
    group by source_instance, forecast_id, owner_id, period_id, stated_at
),

filled as (
    select
        {%- for kind in kinds %}
        last_value({{ kind }} ignore nulls) over (
            partition by source_instance, forecast_id order by stated_at
        ) as {{ kind }},
        {%- endfor %}
        source_instance,
        forecast_id,
        owner_id,
        period_id,
        stated_at,
        currency_code,
        covers_team
    from instants
),

{% set commit = 'coalesce(ClosedOnly, 0) + CommitOnly' %}
{% set best_case = commit ~ ' + coalesce(MostLikelyOnly, 0) + BestCaseOnly' %}

categories as (
    {% for category, amount in [
        ('commit', 'coalesce(CommitForecast, ' ~ commit ~ ')'),
        ('best_case', 'coalesce(BestCaseForecast, ' ~ best_case ~ ')'),
        ('pipeline', 'coalesce(coalesce(ClosedOnly, 0) + OpenPipeline, ' ~ best_case ~ ' + PipelineOnly)'),
    ] %}
    select
        source_instance,
        forecast_id,
        owner_id,
        period_id,
        stated_at,
        currency_code,
        covers_team,
        '{{ category }}' as forecast_category,
        {{ amount }} as amount
    from filled
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    categories.source_instance,
    concat_ws(
        ':', categories.forecast_id, categories.forecast_category, cast(epoch_ms(categories.stated_at) as varchar)
    ) as source_record_id,
    {{ record_id('categories.source_instance', 'categories.owner_id') }} as owner_id,
    case when categories.covers_team then {{ record_id('categories.source_instance', 'users.user_role_id') }} end
        as team_id,
    periods.start_date as period_start_date,
    periods.end_date as period_end_date,
    categories.forecast_category,
    categories.amount,
    coalesce(categories.currency_code, organizations.currency_code) as currency_code,
    categories.stated_at as submitted_at
from categories
inner join {{ ref('stg_salesforce__periods') }} as periods
    on categories.source_instance = periods.source_instance and categories.period_id = periods.period_id
left join {{ ref('stg_salesforce__users') }} as users
    on categories.source_instance = users.source_instance and categories.owner_id = users.user_id
left join {{ ref('stg_salesforce__organizations') }} as organizations
    on categories.source_instance = organizations.source_instance
where categories.amount is not null and periods.start_date is not null and periods.end_date is not null
