-- Grain: one owner that an account or contact had, as far as the environment audits it.
with

records as (
    select source_instance, 'accounts' as record_type, account_id as record_id, created_at, owner_id
    from {{ ref('stg_dynamics__accounts') }}
    union all
    select source_instance, 'contacts' as record_type, contact_id as record_id, created_at, owner_id
    from {{ ref('stg_dynamics__contacts') }}
),

changes as (
    select * from {{ ref('stg_dynamics__owner_changes') }}
),

{{ owner_history() }}

{{ owner_changes('owners_known') }}
