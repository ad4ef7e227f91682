"""A slice of the differential campaign (tests/campaigns/differential.py), so that every change meets it."""

from tests.campaigns.differential import campaign


def test_oracle_index_and_sql_agree_on_random_expressions_at_random_clocks() -> None:
    outcome = campaign(expressions=3_000, seed=20_171_105)
    assert outcome.differences == []
    assert (outcome.expressions, outcome.sql_checked) == (3_000, 750)
