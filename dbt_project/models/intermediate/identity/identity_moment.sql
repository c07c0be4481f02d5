-- Grain: one row, the instant of this refresh: what every ledger writes down is dated by it.
select {{ as_of() }} as known_at
