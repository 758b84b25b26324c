"""The claims that studies judge and their rules, from the code."""

from __future__ import annotations

from spinlens.study.claims import judge_all
from tables.markdown import table


def rules() -> str:
    """Every claim with its rule and margins; a study without results has them all."""
    return table(["", "claim", "rule"], [[one.id, one.claim, one.rule] for one in judge_all({"models": {}})])
