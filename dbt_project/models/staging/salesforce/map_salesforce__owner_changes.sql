-- Grain: one owner that an account or contact had, as far as the org tracks it.
with

{{ owner_history('salesforce') }}

{{ owner_changes('owners_known') }}
