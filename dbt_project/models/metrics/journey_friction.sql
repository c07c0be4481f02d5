-- Grain: period_ends_at × period_months × place × source_instance × dimension × dimension_value. How much more buyers wait
-- or are lost here than (a) at the same place everywhere else and (b) here in the months before; of each, only what exceeds
-- three standard errors counts, so chance is not ranked. Docs: journey.md, Friction.
--   excess days   = Σ days − waited × mean of the others        standard error: √(n·s² + n²·s'²/n')
--   excess losses = lost − resolved × loss rate of the others   standard error: √((r + r²/r')·q·(1 − q)), q pooled
--   loss_amount   = certain losses × stake + certain days × stake ÷ 365, against whichever of the two shows more
-- The rank counts one slice of each place and system, that with the greatest loss × √(loss per buyer): large, and dense.
{%- set fewest = var('friction_minimum_count') %}
{%- set sums = ['passed_count', 'lost_count', 'waited_count', 'waited_days', 'squared_days'] %}
with slices as (
    select * from {{ ref('fct_passage_slices') }}
),

compared as (
    {%- for comparison, offset in [('peers', true), ('past', false)] %}
    select
        here.*,
        {%- for column in sums %}
        coalesce(whole.{{ column }}, 0) {{ '- here.' ~ column if offset }} as other_{{ column }},
        {%- endfor %}
        '{{ comparison }}' as comparison
    from slices as here
    {{ 'inner' if offset else 'left' }} join slices as whole
        on
            here.period_ends_at = whole.period_ends_at
            and here.period_months = whole.period_months
            and here.place = whole.place
            {%- if offset %}
            and not whole.is_baseline
            and whole.source_instance = 'everywhere'
            {%- else %}
            and whole.is_baseline
            and here.source_instance = whole.source_instance
            and here.dimension = whole.dimension
            and here.dimension_value = whole.dimension_value
            {%- endif %}
    where not here.is_baseline
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

measured as (
    select
        *,
        cast(waited_days as double) as days,
        cast(waited_count as double) as n,
        cast(other_waited_count as double) as other_n,
        cast(lost_count as double) as l,
        cast(passed_count + lost_count as double) as r,
        cast(other_lost_count as double) as other_l,
        cast(other_passed_count + other_lost_count as double) as other_r,
        cast(other_waited_days as double) as other_days,
        waited_count >= {{ fewest }} and other_waited_count >= {{ fewest }} as is_time_judged,
        passed_count + lost_count >= {{ fewest }} and other_passed_count + other_lost_count >= {{ fewest }}
            as is_loss_judged
    from compared
),

spread as (
    select
        *,
        case when is_time_judged then days - n * other_days / other_n end as excess_days,
        case
            when is_time_judged
                then power(
                    n * greatest(0, (squared_days - days * days / n) / (n - 1))
                    + n * n / other_n
                    * greatest(0, (other_squared_days - other_days * other_days / other_n) / (other_n - 1)),
                    0.5
                )
        end as days_error,
        case when is_loss_judged then l - r * other_l / other_r end as excess_losses,
        case
            when is_loss_judged
                then power(
                    (r + r * r / other_r) * (l + other_l) / (r + other_r) * (1 - (l + other_l) / (r + other_r)), 0.5
                )
        end as losses_error
    from measured
),

certain as (
    select
        *,
        cast(greatest(0, coalesce(excess_days - 3 * days_error, 0)) as decimal(18, 6)) as certain_days,
        cast(greatest(0, coalesce(excess_losses - 3 * losses_error, 0)) as decimal(18, 6)) as certain_losses
    from spread
),

sides as (
    select
        period_ends_at,
        period_months,
        place,
        source_instance,
        dimension,
        dimension_value,
        max(entered_count) as entered_count,
        {%- for comparison in ['peers', 'past'] %}
        cast(max(case when comparison = '{{ comparison }}' then excess_days end) as decimal(18, 6))
            as excess_days_against_{{ comparison }},
        cast(max(case when comparison = '{{ comparison }}' then excess_losses end) as decimal(18, 6))
            as excess_losses_against_{{ comparison }},
        {%- endfor %}
        max(certain_days) as certain_days,
        max(certain_losses) as certain_losses
    from certain
    group by 1, 2, 3, 4, 5, 6
),

stakes as (
    select
        place,
        {{ divide('stake', 'stake_count', 2) }} as stake_per_passage
    from slices
    where period_months = 0 and source_instance = 'everywhere'
),

priced as (
    select
        sides.*,
        stakes.stake_per_passage,
        cast(round(sides.certain_losses * cast(stakes.stake_per_passage as decimal(19, 2)), 2) as decimal(18, 2))
            as drop_off_loss_amount,
        {{ divide('(sides.certain_days * cast(stakes.stake_per_passage as decimal(19, 2)))', '365', 2, 'decimal(30,6)',
            'decimal(20,2)') }} as delay_loss_amount
    from sides
    inner join stakes on sides.place = stakes.place
),

chosen as (
    select
        *,
        drop_off_loss_amount + delay_loss_amount as loss_amount,
        row_number() over (
            partition by period_ends_at, period_months, place, source_instance
            order by
                (drop_off_loss_amount + delay_loss_amount) * power(
                    cast(drop_off_loss_amount + delay_loss_amount as double) / entered_count, 0.5
                ) desc,
                case when dimension = 'total' then 0 else 1 end asc,
                dimension asc,
                dimension_value asc
        ) = 1
        and source_instance <> 'everywhere'
        and drop_off_loss_amount + delay_loss_amount > 0 as is_ranked
    from priced
)

select
    chosen.period_ends_at,
    chosen.period_months,
    chosen.place,
    slices.place_name,
    chosen.source_instance,
    chosen.dimension,
    chosen.dimension_value,
    slices.entered_count,
    slices.passed_count,
    slices.lost_count,
    slices.returned_count,
    slices.open_count,
    {{ ratio('slices.passed_count', '(slices.passed_count + slices.lost_count)') }} as conversion_rate,
    slices.waited_count,
    slices.waited_days,
    slices.median_days,
    slices.ninetieth_percentile_days,
    cast(coalesce(slices.lost_count * cast(chosen.stake_per_passage as decimal(19, 2)), 0) as decimal(18, 2))
        as drop_off_amount,
    chosen.excess_days_against_peers,
    chosen.excess_days_against_past,
    chosen.excess_losses_against_peers,
    chosen.excess_losses_against_past,
    chosen.certain_days,
    chosen.certain_losses,
    chosen.stake_per_passage,
    chosen.delay_loss_amount,
    chosen.drop_off_loss_amount,
    chosen.loss_amount,
    '{{ var("reporting_currency") }}' as currency_code,
    case
        when chosen.is_ranked
            then row_number() over (
                partition by chosen.period_ends_at, chosen.period_months, chosen.is_ranked
                order by chosen.loss_amount desc, chosen.place asc, chosen.source_instance asc
            )
    end as loss_rank
from chosen
inner join slices
    on
        chosen.period_ends_at = slices.period_ends_at
        and chosen.period_months = slices.period_months
        and chosen.place = slices.place
        and chosen.source_instance = slices.source_instance
        and chosen.dimension = slices.dimension
        and chosen.dimension_value = slices.dimension_value
        and not slices.is_baseline
