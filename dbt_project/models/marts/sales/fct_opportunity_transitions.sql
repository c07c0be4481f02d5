-- Grain: opportunity_id × occurred_at: the deal just before an instant beside the deal from it on, and what that did
-- to the open pipeline. A deal created already closed never entered the pipeline; should it open later, it is
-- reopened. An empty amount counts as nothing; an amount without a rate stays NULL.
with history as (
    select
        *,
        case when amount is null then 0 else amount_reporting end as pipeline_amount
    from {{ ref('fct_opportunity_history') }}
),

walked as (
    select
        opportunity_id,
        valid_from as occurred_at,
        coalesce(lag(state) over deal, 'none') as from_state,
        state as to_state,
        lag(stage_code) over deal as from_stage_code,
        stage_code as to_stage_code,
        lag(amount) over deal as from_amount,
        amount as to_amount,
        lag(currency_code) over deal as from_currency_code,
        currency_code as to_currency_code,
        lag(reporting_rate) over deal as from_reporting_rate,
        reporting_rate as to_reporting_rate,
        cast(lag(pipeline_amount) over deal as decimal(18, 2)) as from_amount_reporting,
        cast(pipeline_amount as decimal(18, 2)) as to_amount_reporting,
        lag(expected_close_date) over deal as from_close_date,
        expected_close_date as to_close_date,
        owner_id
    from history
    window deal as (partition by opportunity_id order by valid_from)
)

select
    opportunity_id,
    occurred_at,
    {{ month_at('occurred_at') }} as month_date,
    from_state,
    to_state,
    case
        when from_state = 'none' and to_state = 'open' then 'created'
        when from_state <> 'open' and to_state = 'open' then 'reopened'
        when from_state = 'open' and to_state <> 'open' then to_state
        when to_state <> 'open' then 'none'
        when to_amount_reporting > from_amount_reporting then 'increased'
        when to_amount_reporting < from_amount_reporting then 'decreased'
        else 'none'
    end as movement,
    from_stage_code,
    to_stage_code,
    from_amount,
    to_amount,
    from_currency_code,
    to_currency_code,
    from_reporting_rate,
    to_reporting_rate,
    from_amount_reporting,
    to_amount_reporting,
    from_close_date,
    to_close_date,
    owner_id
from walked
