-- Grain: credit_note_id. Every configured source that knows credit notes, in the contract's shape.
{{ canonical('credit_notes') }}
