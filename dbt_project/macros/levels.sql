{#
  CTEs that bring numbers given for owners, teams or the whole company to all three levels, ending with `levels`: the
  keys, `dimension` (owner, team, total), `dimension_value` and `amount`. A team has what was given for it, else the sum
  of its owners; the company what was given for it, else the sum of its teams, so nothing counts twice.

  `given` is a CTE with the keys, `level` (owner, team, company), `owner_id`, `team_name` and `amount`.
#}
{% macro levels_of(given, keys) -%}
owner_level as (
    select {{ keys | join(', ') }}, owner_id, team_name, {{ sum_known('amount') }} as amount
    from {{ given }}
    where level = 'owner'
    group by {{ keys | join(', ') }}, owner_id, team_name
),

team_given as (
    select {{ keys | join(', ') }}, team_name, {{ sum_known('amount') }} as amount
    from {{ given }}
    where level = 'team'
    group by {{ keys | join(', ') }}, team_name
),

team_summed as (
    select {{ keys | join(', ') }}, team_name, {{ sum_known('amount') }} as amount
    from owner_level
    group by {{ keys | join(', ') }}, team_name
),

team_level as (
    select * from team_given

    union all

    select team_summed.*
    from team_summed
    left join team_given
        on
            {% for key in keys %}team_summed.{{ key }} = team_given.{{ key }} and {% endfor -%}
            team_summed.team_name = team_given.team_name
    where team_given.team_name is null
),

company_given as (
    select {{ keys | join(', ') }}, {{ sum_known('amount') }} as amount
    from {{ given }}
    where level = 'company'
    group by {{ keys | join(', ') }}
),

company_summed as (
    select {{ keys | join(', ') }}, {{ sum_known('amount') }} as amount
    from team_level
    group by {{ keys | join(', ') }}
),

levels as (
    select {{ keys | join(', ') }}, 'owner' as dimension, owner_id as dimension_value, amount from owner_level

    union all

    select {{ keys | join(', ') }}, 'team', team_name, amount from team_level

    union all

    select {{ keys | join(', ') }}, 'total', 'total', amount from company_given

    union all

    select
        {% for key in keys %}company_summed.{{ key }}, {% endfor %}
        'total',
        'total',
        company_summed.amount
    from company_summed
    left join company_given
        on {% for key in keys %}company_summed.{{ key }} = company_given.{{ key }}{{ ' and ' if not loop.last }}{% endfor %}
    where company_given.{{ keys[0] }} is null
)
{%- endmacro %}

{# The sums of rows with `owner_id` and `team_name` at the three levels, as the parts of a union. #}
{% macro summed_by_level(relation, keys, sums) -%}
    {%- for dimension, value in [('total', "'total'"), ('team', 'team_name'), ('owner', 'owner_id')] %}
    select {{ keys | join(', ') }}, '{{ dimension }}' as dimension, {{ value }} as dimension_value, {{ sums }}
    from {{ relation }}
    group by {{ keys | join(', ') }}{{ ', ' ~ value if dimension != 'total' }}
    {{ 'union all' if not loop.last }}
    {%- endfor %}
{%- endmacro %}
