-- Grain: opportunity_id × dimension, `total` included: what each number about deals is broken down by. Each deal has
-- exactly one value of a dimension, so every dimension adds up to the total. Values are those of today; deals deleted
-- since keep theirs. The product is the deal's own or that of its largest line. The partner role
-- is `sourced` where any partner sourced the deal, else `influenced`, else `none`.
with opportunities as (
    select * from {{ ref('opportunities') }}
),

largest_lines as (
    select opportunity_id, product_id
    from (
        select
            opportunity_id,
            product_id,
            row_number() over (
                partition by opportunity_id order by total_amount desc, opportunity_line_item_id asc
            ) as position
        from {{ ref('opportunity_line_items') }}
        where product_id is not null and total_amount is not null
    ) as ranked
    where position = 1
),

-- `sourced` comes last in the alphabet.
partner_roles as (
    select opportunity_id, max(role) as partner_role
    from {{ ref('fct_partner_roles') }}
    where role in ('sourced', 'influenced')
    group by 1
),

described as (
    select
        opportunities.opportunity_id,
        'total' as total,
        coalesce(survivors.segment, 'unknown') as segment,
        coalesce(survivors.region, 'unknown') as region,
        coalesce(survivors.industry, 'unknown') as industry,
        coalesce(survivors.acquisition_channel, 'unknown') as acquisition_channel,
        coalesce(opportunities.owner_id, 'unknown') as owner,
        coalesce(owners.team_name, 'unknown') as team,
        coalesce(products.name, 'unknown') as product,
        coalesce(partner_roles.partner_role, 'none') as partner_role,
        coalesce(opportunities.opportunity_type, 'unknown') as opportunity_type
    from opportunities
    left join {{ ref('dim_account_records') }} as accounts on opportunities.account_id = accounts.account_id
    left join {{ ref('dim_account_records') }} as survivors on accounts.surviving_account_id = survivors.account_id
    left join {{ ref('dim_owners') }} as owners on opportunities.owner_id = owners.owner_id
    left join largest_lines on opportunities.opportunity_id = largest_lines.opportunity_id
    left join {{ ref('products') }} as products
        on coalesce(opportunities.product_id, largest_lines.product_id) = products.product_id
    left join partner_roles on opportunities.opportunity_id = partner_roles.opportunity_id
)

{% for dimension in ['total'] + opportunity_dimensions() -%}
select
    opportunity_id,
    '{{ dimension }}' as dimension,
    {{ dimension }} as dimension_value
from described
{{ 'union all' if not loop.last }}
{% endfor %}
