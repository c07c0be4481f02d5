{# The stages of the journey in order, each with its step: retained and expanded are two faces of one step. #}
{% macro journey_steps() -%}
    {{ return({
        'visitor': 1, 'engaged': 2, 'lead': 3, 'marketing_qualified': 4, 'sales_qualified': 5, 'opportunity': 6,
        'customer': 7, 'onboarded': 8, 'retained': 9, 'expanded': 9, 'churned': 10
    }) }}
{%- endmacro %}

{# The stages of who buys, as an SQL list. #}
{% macro customer_stages() -%}
    ('customer', 'onboarded', 'retained', 'expanded')
{%- endmacro %}

{% macro journey_step(stage) -%}
    case {{ stage }}
        {%- for name, step in journey_steps().items() %}
        when '{{ name }}' then {{ step }}
        {%- endfor %}
    end
{%- endmacro %}

{#
    The CTEs `entries` and `stays` that turn evidence into stages. `evidence` is a CTE with subject_id, stage,
    occurred_at and is_inherited; its stage may also be `lost`: the last open deal ended and none was won.

    - A subject only moves on: evidence of a stage it has reached or passed is no event.
    - Two things lead back. `churned` ends being a customer. `lost` leads a buyer back to `lead`, a former customer to
      `churned`; it is nothing to a customer. From `lead` one is qualified anew; out of `churned` leads only a deal, or
      buying again.
    - Nobody is onboarded, retained, expanded or churned who is not a customer, unless that is inherited.
    - What happens at one instant happens in the order of the stages, so that evidence is never taken for a skip.
#}
{% macro journey_stays(evidence) %}
places as (
    select
        subject_id,
        stage,
        occurred_at,
        max(case when is_inherited then 1 else 0 end) as inherited,
        case stage
            {%- for name in ['visitor', 'engaged', 'lead', 'marketing_qualified', 'sales_qualified', 'opportunity',
                'lost', 'customer', 'onboarded', 'retained', 'expanded', 'churned'] %}
            when '{{ name }}' then {{ loop.index }}
            {%- endfor %}
        end as place
    from {{ evidence }}
    where occurred_at < {{ known_until() }}
    group by 1, 2, 3
),

phases as (
    select
        *,
        coalesce(sum(case when stage = 'churned' then 1 else 0 end) over (
            partition by subject_id order by occurred_at, place rows between unbounded preceding and 1 preceding
        ), 0) as phase
    from places
),

bought as (
    select
        *,
        sum(case when stage = 'customer' or inherited = 1 then 1 else 0 end) over (
            partition by subject_id, phase order by occurred_at, place rows unbounded preceding
        ) > 0 as is_customer
    from phases
),

credible as (
    select
        subject_id,
        occurred_at,
        place,
        case when stage <> 'lost' then stage when phase > 0 then 'churned' else 'lead' end as stage,
        case when stage = 'churned' or (stage = 'lost' and phase > 0) then 5 when stage = 'lost' then 3 else place end
            as reached,
        case when stage in ('lost', 'churned') then 1 else 0 end as leads_back
    from bought
    where
        (stage = 'lost' and not is_customer)
        or (stage in ('onboarded', 'retained', 'expanded', 'churned') and is_customer)
        or stage in ('visitor', 'engaged', 'lead', 'marketing_qualified', 'sales_qualified', 'opportunity', 'customer')
),

rounds as (
    select
        *,
        sum(leads_back) over (
            partition by subject_id order by occurred_at, place rows unbounded preceding
        ) as round_number
    from credible
),

moves as (
    select
        *,
        max(reached) over (
            partition by subject_id, round_number
            order by occurred_at, place
            rows between unbounded preceding and 1 preceding
        ) as reached_before
    from rounds
),

arrivals as (
    select
        *,
        lag(stage) over (partition by subject_id order by occurred_at, place) as came_from
    from moves
    where reached_before is null or reached > reached_before
),

entries as (
    select subject_id, stage, occurred_at as entered_at, place
    from arrivals
    where came_from is null or came_from <> stage
),

stays as (
    select
        subject_id,
        row_number() over subject as stay_number,
        lag(stage) over subject as previous_stage,
        stage,
        entered_at,
        lead(entered_at) over subject as exited_at,
        lead(stage) over subject as next_stage,
        row_number() over (partition by subject_id, stage order by entered_at, place) > 1 as is_return
    from entries
    window subject as (partition by subject_id order by entered_at, place)
)
{% endmacro %}
