-- Grain: one owner that an account or contact had, as far as the environment audits it.
with

{{ owner_history('dynamics') }}

{{ owner_changes('owners_known') }}
