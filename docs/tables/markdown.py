"""Committed data in, Markdown out."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from spinlens import Estimate
from spinlens.plot.style import INSTRUMENTS

ROOT = Path(__file__).resolve().parents[2]


@cache
def load(name: str) -> Any:
    """A committed JSON file, by its path in the repository."""
    return json.loads((ROOT / name).read_text(encoding="utf-8"))


def table(headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table of Markdown; a row shorter than the headings ends in empty cells."""
    lines = [_line(headings), "|---" * len(headings) + "|"]
    return "\n".join([*lines, *(_line([*row, *[""] * (len(headings) - len(row))]) for row in rows)])


def estimate(entry: Mapping[str, Any] | Sequence[float] | None) -> str:
    """A number with its error as 2.2692(3), of {"value", "error"} or a pair; empty where there is none."""
    if not entry:
        return ""
    value, error = (entry["value"], entry["error"]) if isinstance(entry, Mapping) else entry
    return "" if value is None or error is None else str(Estimate(value, error)).replace("-", "−")


def over_seeds(values: Sequence[float]) -> str:
    """The mean of numbers from several seeds with its error."""
    mean, n = sum(values) / len(values), len(values)
    return str(Estimate(mean, math.sqrt(sum((x - mean) ** 2 for x in values) / (n * (n - 1)))))


def count(number: float) -> str:
    """A large number as 1.3·10⁷, a small one as 12,000."""
    return f"{float(f'{number:.2g}'):,.0f}" if number < 1e6 else scientific(number)


def scientific(number: float) -> str:
    """1.3·10⁷ and 2.4·10⁻⁴."""
    digits, power = f"{number:.1e}".split("e")
    return f"{digits}·10{str(int(power)).translate(_HIGH)}"


_HIGH = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")


def instrument(name: str) -> str:
    """A thermometer as figures call it."""
    return INSTRUMENTS.get(name, name)


def signed(number: float, digits: int) -> str:
    """A deviation with its sign, which is no hyphen."""
    return f"{number:+.{digits}f}".replace("-", "−")


def _line(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(str(cell).replace("|", r"\|") for cell in cells) + " |"
