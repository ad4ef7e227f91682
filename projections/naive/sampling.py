"""The hash that a sample is drawn by."""

import hashlib
from decimal import Decimal
from fractions import Fraction
from typing import Final

WORD: Final = 2**64


def sampled(ordinal: int, percent: Decimal, salt: str) -> bool:
    """Whether the profile's hash is below that share of all hashes."""
    seed = int.from_bytes(hashlib.blake2b(salt.encode(), digest_size=8).digest(), "little")
    return splitmix64(ordinal ^ seed) < Fraction(percent) / 100 * WORD // 1


def splitmix64(x: int) -> int:
    """The finaliser of SplitMix64 after one step, on 64-bit words."""
    z = (x + 0x9E3779B97F4A7C15) % WORD
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 % WORD
    z = (z ^ z >> 27) * 0x94D049BB133111EB % WORD
    return z ^ z >> 31
