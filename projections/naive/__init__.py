"""The oracle: docs/language.md as the plainest code, so that the fast index has something to be compared with.

Everything is remembered as plain rows and every question scans them all. Nothing here is shared with the fast code: sets,
dicts, ints, `Fraction`s, and calendar arithmetic that asks `zoneinfo` about one instant at a time. When the two disagree,
docs/language.md decides; where it does not say, a docstring here says what was decided.
"""

from projections.naive.ledger import NaiveLedger
from projections.naive.times import start_of_day

__all__ = ["NaiveLedger", "start_of_day"]
