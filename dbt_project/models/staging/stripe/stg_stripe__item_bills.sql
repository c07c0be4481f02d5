-- Grain: one bill's line for a subscription item, with whether the bill was voided and whether that was a pause.
select
    lines.*,
    invoices.created_at,
    invoices.status = 'void' as is_void,
    -- A paused contract's bills are voided as soon as they are made. One voided later, or because the contract
    -- ended, was a debt given up.
    invoices.status = 'void'
    and invoices.voided_at < invoices.issued_at + interval 1 day
    and (subscriptions.ended_at is null or invoices.voided_at < subscriptions.ended_at) as is_paused
from {{ ref('stg_stripe__invoice_lines') }} as lines
inner join {{ ref('stg_stripe__invoices') }} as invoices
    on lines.source_instance = invoices.source_instance and lines.invoice_id = invoices.invoice_id
inner join {{ ref('stg_stripe__subscriptions') }} as subscriptions
    on
        lines.source_instance = subscriptions.source_instance
        and lines.subscription_id = subscriptions.subscription_id
-- The incomplete ones never began: the first bill was not paid.
where
    lines.subscription_item_id is not null
    and subscriptions.stripe_status not in ('incomplete', 'incomplete_expired')
