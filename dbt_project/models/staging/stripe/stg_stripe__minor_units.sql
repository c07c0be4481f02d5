-- Grain: one currency whose amounts Stripe does not send in hundredths. Króna (ISK) and forint (HUF) are sent in
-- hundredths although they have none, so they are not here.
select
    currency_code,
    cast(1 as decimal(4, 3)) as minor_unit
from (values
    ('BIF'), ('CLP'), ('DJF'), ('GNF'), ('JPY'), ('KMF'), ('KRW'), ('MGA'), ('PYG'), ('RWF'), ('VND'), ('VUV'),
    ('XAF'), ('XOF'), ('XPF')
) as whole (currency_code)
union all
select
    currency_code,
    cast(0.001 as decimal(4, 3)) as minor_unit
from (values ('BHD'), ('JOD'), ('KWD'), ('OMR'), ('TND')) as thousandths (currency_code)
