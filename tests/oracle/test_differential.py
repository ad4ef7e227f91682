"""A slice of the differential campaign (tests/campaigns/differential.py), so that every change meets it."""

from tests.campaigns.differential import campaign


def test_index_and_oracle_agree_on_random_expressions_at_random_clocks() -> None:
    assert campaign(expressions=3_000, seed=20_171_105) == []
