"""The first screen of a page as data: title, the answer in one sentence, what stands behind it, a few numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from spinlens.report.tables import MISSING, estimate
from spinlens.statistics.estimate import Estimate, as_entry

_ZERO = re.compile(r"^[-−](?=0\.?0*\()")


@dataclass(frozen=True)
class Fact:
    """A number with its name, and what to hold it against."""

    name: str
    value: str
    note: str = ""


@dataclass(frozen=True)
class Answer:
    """What a page says first: with `short`, at most four `sentences`; `words` explains theirs in small print.

    `setting` is a line on what was studied, and with what errors, `outlook` one on what more of it would tell.
    """

    title: str
    short: str
    sentences: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    words: str = ""
    setting: str = ""
    outlook: str = ""


def said(found: Estimate | Mapping[str, Any] | None) -> str:
    """A number with its error in the last digits, without the sign of nothing; a dash where it is unknown.

    >>> said(Estimate(-0.0002, 0.003)), said(Estimate(-0.124, 0.004)), said(None)
    ('0.000(3)', '−0.124(4)', '–')
    """
    entry = as_entry(found) if isinstance(found, Estimate) else found
    return _ZERO.sub("", estimate(entry)) if entry else MISSING


def small(found: Estimate | None) -> str:
    """A small number as 5.1(5)·10^{−5}, others as `said`.

    >>> small(Estimate(0.000051, 0.000005)), small(Estimate(0.0063, 0.0001))
    ('5.1(5)·10^{−5}', '0.00630(10)')
    """
    if found is None or not 0 < found.value < 1e-3:
        return said(found)
    power = int(f"{found.value:e}".split("e")[1])
    scale = float(f"1e{-power}")
    return f"{said(Estimate(found.value * scale, found.error * scale))}·10^{{−{-power}}}"
