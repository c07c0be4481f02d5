{# Every type of touchpoint with the part of the company it belongs to, in the order of a journey: of two at one instant,
the one named first comes first. #}
{% macro touchpoint_types() -%}
    {{ return([
        ('web_session', 'web'), ('goal_reached', 'web'),
        ('email_open', 'marketing'), ('email_click', 'marketing'), ('email_unsubscribe', 'marketing'),
        ('referral_registered', 'partners'),
        ('lead_created', 'marketing'), ('contact_created', 'marketing'),
        ('campaign_joined', 'marketing'), ('campaign_responded', 'marketing'),
        ('activity_call', 'sales'), ('activity_email', 'sales'), ('activity_meeting', 'sales'),
        ('activity_note', 'sales'), ('activity_task', 'sales'), ('activity_other', 'sales'),
        ('opportunity_created', 'sales'), ('opportunity_lost', 'sales'), ('opportunity_won', 'sales'),
        ('order_placed', 'sales'), ('order_cancelled', 'sales'),
        ('subscription_started', 'finance'), ('invoice_issued', 'finance'), ('payment_failed', 'finance'),
        ('invoice_overdue', 'finance'), ('invoice_paid', 'finance'), ('invoice_voided', 'finance'),
        ('credit_note_issued', 'finance'), ('refund_issued', 'finance'),
        ('conversation_started', 'support'), ('conversation_answered', 'support'),
        ('conversation_solved', 'support'), ('conversation_rated', 'support'),
        ('subscription_cancel_requested', 'finance'), ('subscription_ended', 'finance'),
    ]) }}
{%- endmacro %}
