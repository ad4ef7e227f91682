"""Renders docs/limits.md from domain/limits.py: `python -m tests.house.limits_table > docs/limits.md`."""

from domain.limits import LIMITS

_HEAD = """# Limits

Every bound that a caller can meet. They are one table in the code (`domain/limits.py`); this page is
rendered from it by `make fix`. A request that passes one changes nothing, and the refusal names the field,
the limit and the remedy.

| limit | value | what it bounds | beyond it |
|---|---|---|---|
"""


def rendered() -> str:
    """The page."""
    return _HEAD + "".join(f"| {one.name} | {one.maximum} | {one.what} | {one.beyond} |\n" for one in LIMITS)


if __name__ == "__main__":
    print(rendered(), end="")
