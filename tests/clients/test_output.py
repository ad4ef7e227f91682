"""Tables: whole in a pipe, and on a terminal the last texts cut so that a row stays a line."""

import io
import sys

import pytest

from clients.cli.output import print_table


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def _printed(out: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setenv("TERM", "dumb")  # 80 columns, no colours
    print_table(("profile", "reason", "count", "note"), [("p" * 20, "r" * 40, 7, "n" * 60), ("q", "short", 8, "")])
    return out.getvalue().splitlines()


def test_a_table_is_cut_on_a_terminal_only_and_in_its_last_texts_only(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _printed(io.StringIO(), monkeypatch)
    assert "r" * 40 in whole[1]
    assert "n" * 60 in whole[1]
    cut = _printed(_Terminal(), monkeypatch)
    assert len(cut) == 3
    assert cut[1].rstrip() == f"{'p' * 20}  {'r' * 28}…  7      {'n' * 19}…"
