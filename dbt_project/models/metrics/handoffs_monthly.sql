-- Grain: month_date in which handoffs became due × handoff × source_instance × team_name (of whom they were assigned to,
-- else of who holds them now). Times are those of the handoffs completed; what is still open counts in its own column and,
-- once over the time, as breached.
with handoffs as (
    select * from {{ ref('fct_handoffs') }}
),

totals as (
    select
        month_date,
        handoff,
        source_instance,
        team_name,
        count(*) as handoff_count,
        {%- for state in ['completed', 'open', 'lost'] %}
        cast(sum(case when state = '{{ state }}' then 1 else 0 end) as bigint) as {{ state }}_count,
        {%- endfor %}
        {%- for routing in ['routed', 'rerouted', 'wrong_team', 'unassigned'] %}
        cast(sum(case when routing = '{{ routing }}' then 1 else 0 end) as bigint) as {{ routing }}_count,
        {%- endfor %}
        count(routing) as routing_count,
        cast(sum(case when is_breached then 1 else 0 end) as bigint) as breached_count,
        count(is_breached) as judged_count,
        {%- for part in ['systems_', 'human_', ''] %}
        {%- for clock in ['business', 'calendar'] %}
        {%- for name, share in [('median', 0.5), ('ninetieth_percentile', 0.9)] %}
        {{ percentile(share, "case when state = 'completed' then " ~ part ~ clock ~ "_seconds end") }}
            as {{ name }}_{{ part }}{{ clock }}_seconds,
        {%- endfor %}
        {%- endfor %}
        {%- endfor %}
        sum(case when state <> 'completed' then business_seconds end) as waiting_business_seconds
    from handoffs
    group by 1, 2, 3, 4
)

select
    totals.month_date,
    months.is_complete,
    totals.handoff,
    totals.source_instance,
    totals.team_name,
    totals.handoff_count,
    totals.completed_count,
    totals.open_count,
    totals.lost_count,
    totals.routing_count,
    totals.routed_count,
    totals.rerouted_count,
    totals.wrong_team_count,
    totals.unassigned_count,
    totals.wrong_team_count + totals.unassigned_count as misrouted_count,
    {{ ratio('(totals.wrong_team_count + totals.unassigned_count)', 'totals.routing_count') }} as misrouted_rate,
    totals.breached_count,
    totals.judged_count,
    {{ ratio('totals.breached_count', 'totals.judged_count') }} as breach_rate,
    {%- for part in ['systems_', 'human_', ''] %}
    {%- for clock in ['business', 'calendar'] %}
    {%- for name in ['median', 'ninetieth_percentile'] %}
    {{ divide('totals.' ~ name ~ '_' ~ part ~ clock ~ '_seconds', '60', 6, 'decimal(26,6)', 'decimal(20,6)') }}
        as {{ name }}_{{ part }}{{ clock }}_minutes,
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
    cast(floor(totals.waiting_business_seconds / 60) as bigint) as waiting_business_minutes
from totals
inner join {{ ref('dim_months') }} as months on totals.month_date = months.month_date
