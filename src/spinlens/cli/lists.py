"""Lists of numbers as they are typed: 8,16,32, ranges such as 1.0:3.0:0.1, an option given several times."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from spinlens.errors import InputError

_MOST = 10_000  # numbers of a range; more are a slip of the pen


def numbers(option: str, text: str | Iterable[str], kind: type[int] | type[float]) -> list[Any]:
    """Numbers of a comma-separated option that may be given more than once.

    >>> numbers("--temperatures", ["1.0:1.3:0.1", "2.269, inf"], float)
    [1.0, 1.1, 1.2, 1.3, 2.269, inf]
    """
    texts = [text] if isinstance(text, str) else text
    parts = [part for item in texts for part in item.replace(",", " ").split()]
    return [number for part in parts for number in (_range if ":" in part else _single)(option, part, kind)]


def _single(option: str, text: str, kind: type[int] | type[float]) -> list[Any]:
    try:
        return [kind(text)]
    except ValueError:
        wanted = "whole numbers" if kind is int else "numbers"
        raise InputError(f"{option} must be comma-separated {wanted}, or ranges START:END:STEP, got {text!r}") from None


def _range(option: str, text: str, kind: type[int] | type[float]) -> list[Any]:
    """START, START + STEP, … END, counted in decimals: 1.0:3.0:0.1 ends at 3 and holds 1.2, not 1.2000000000000002."""
    start, end, step = _ends(option, text)
    steps = (end - start) / step if step else Decimal(-1)
    if steps < 0:
        raise InputError(f"{option} {text} never comes to its end: the step must lead from {start} to {end}")
    if steps >= _MOST:
        raise InputError(f"{option} {text} has more than {_MOST} numbers: take a larger step")
    if steps != int(steps):
        last = start + int(steps) * step
        raise InputError(f"{option} {text} does not meet its end: its last numbers are {last} and {last + step}")
    return [number for k in range(int(steps) + 1) for number in _single(option, str(start + k * step), kind)]


def _ends(option: str, text: str) -> tuple[Decimal, Decimal, Decimal]:
    try:
        start, end, step = (Decimal(part) for part in text.split(":"))
    except (InvalidOperation, ValueError):
        raise InputError(f"{option} must have ranges as START:END:STEP, such as 1.0:3.0:0.1, got {text!r}") from None
    if not all(number.is_finite() for number in (start, end, step)):
        raise InputError(f"{option} must have ranges between finite numbers, got {text!r}")
    return start, end, step
