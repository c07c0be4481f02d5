-- Grain: one currency whose amounts Stripe does not send in hundredths. Króna (ISK) and forint (HUF) are sent in
-- hundredths although they have none, so they are not here.
{%- set whole = [
    'BIF', 'CLP', 'DJF', 'GNF', 'JPY', 'KMF', 'KRW', 'MGA', 'PYG', 'RWF', 'VND', 'VUV', 'XAF', 'XOF', 'XPF'
] %}
{%- set thousandths = ['BHD', 'JOD', 'KWD', 'OMR', 'TND'] %}
{%- for currency_code in whole %}
select
    '{{ currency_code }}' as currency_code,
    cast(1 as decimal(4, 3)) as minor_unit
union all
{%- endfor %}
{%- for currency_code in thousandths %}
select
    '{{ currency_code }}' as currency_code,
    cast(0.001 as decimal(4, 3)) as minor_unit
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
