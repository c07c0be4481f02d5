{{ config(
    materialized='incremental', schema='ledger', full_refresh=false, on_schema_change='fail',
    incremental_strategy='delete+insert', unique_key=['record_type', 'record_id'],
) }}
-- Grain: record_type × record_id. Whose each record is, and since when. Only records that are new or have changed owner
-- are written; what reads everything anew carries the rest over.
{{ owned_since(ref('account_placements'), 'account_id') }}
