"""PartnerStack's staging models against the world that the sandbox served."""

from __future__ import annotations

from decimal import Decimal

from ingestion.sandbox.facts import CURRENCY_EXPONENT, Facts
from tests.ingestion.sources.conftest import Query, second


def test_partners_are_the_world_s(canonical: Query, modelled_world: Facts) -> None:
    found = canonical("select partner_key, email, partner_type, joined_at from canonical.partners")
    assert sorted(found) == sorted(
        (row.key, row.email.lower(), row.group, second(row.joined_at)) for row in modelled_world.partners
    )


def test_a_referral_is_one_row_whether_lead_or_deal(canonical: Query, modelled_world: Facts) -> None:
    keys = {row.partner_id: row.key for row in modelled_world.partners}
    expected = {
        row.key: (keys[row.partner_id], row.status.current, second(row.registered_at))
        for row in modelled_world.referrals
    }
    found = canonical(
        "select referrals.source_record_id, partners.partner_key, referrals.status, referrals.registered_at "
        "from canonical.referrals join canonical.partners using (partner_id)"
    )
    assert {key: tuple(rest) for key, *rest in found} == expected != {}


def test_amounts_are_in_units_of_the_currency(canonical: Query, modelled_world: Facts) -> None:
    expected = {
        row.key: (Decimal(row.amount).scaleb(-CURRENCY_EXPONENT[row.currency]), row.currency)
        for row in modelled_world.referrals
        if row.deal_id is not None
    }
    found = {
        key: tuple(rest)
        for key, *rest in canonical("select source_record_id, amount, currency_code from canonical.referrals")
    }
    assert {key: found[key] for key in expected} == expected != {}


def test_commissions_are_the_world_s_rewards(canonical: Query, modelled_world: Facts) -> None:
    referrals = {row.referral_id: row.key for row in modelled_world.referrals}
    expected = {
        row.key: (
            f"partnerstack:{referrals[row.referral_id]}",
            Decimal(row.amount).scaleb(-CURRENCY_EXPONENT[row.currency]),
            row.currency,
            row.status.current,
            second(row.earned_at),
        )
        for row in modelled_world.rewards
    }
    found = canonical(
        "select source_record_id, referral_id, amount, currency_code, status, earned_at from canonical.commissions"
    )
    assert {key: tuple(rest) for key, *rest in found} == expected
