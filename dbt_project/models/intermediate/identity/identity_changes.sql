{{ config(materialized='incremental', schema='ledger', full_refresh=false, on_schema_change='fail') }}
-- Grain: subject × changed_at × from_id × to_id. When people and organisations were merged or split, and by what. Grows with
-- each refresh and is carried over when everything is read anew; what a later change undoes stays on record.
with lines as (
    select 'person' as subject, node, subject_id, changed_from, rule, matched_at from {{ ref('person_assignments') }}
    union all
    select 'account', node, subject_id, changed_from, rule, matched_at from {{ ref('account_assignments') }}
),

remaining as (
    select distinct subject, subject_id from lines
),

changes as (
    select
        lines.subject,
        lines.matched_at as changed_at,
        case when remaining.subject_id is null then 'merge' else 'split' end as change,
        lines.changed_from as from_id,
        lines.subject_id as to_id,
        min(lines.rule) as rule,
        count(*) as record_count
    from lines
    left join remaining on lines.subject = remaining.subject and lines.changed_from = remaining.subject_id
    where lines.changed_from is not null
    group by 1, 2, 3, 4, 5
)

select
    changes.subject,
    changes.changed_at,
    changes.change,
    changes.from_id,
    changes.to_id,
    changes.rule,
    changes.record_count
from changes
{% if is_incremental() %}
left join {{ this }} as told
    on
        changes.subject = told.subject
        and changes.changed_at = told.changed_at
        and changes.from_id = told.from_id
        and changes.to_id = told.to_id
where told.subject is null
{% endif %}
