"""Long calls made of parts: loops that say how far they are, and calls within calls told as one."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import TypeVar

from spinlens.progress.step import Step, Tell, silent

SECONDS = 0.25
"""Between two steps that are told of work that goes on evenly."""

_TELLING = 0.02  # share of the work from which on its time says what the rest will take

_Item = TypeVar("_Item")


def time_left(spent: float, share: float) -> float | None:
    """Seconds that the rest takes at the pace so far, None where that says nothing yet.

    >>> time_left(30.0, 0.25), time_left(30.0, 0.001)
    (90.0, None)
    """
    return spent * (1 - share) / share if _TELLING < share < 1 else None


def counted(items: Iterable[_Item], total: int, tell: Tell, name: str) -> Iterator[_Item]:
    """`items` one after another; now and then, and after the last of `total`, how many there have been.

    >>> list(counted("ab", 2, print, "letters"))
    2 of 2 letters
    ['a', 'b']
    """
    begun = told = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - told >= SECONDS or done == total:
            told, share = now, done / total
            tell(Step(f"{done} of {total} {name}", share, time_left(now - begun, share)))


class Parts:
    """Calls within a call, told as one: their shares become shares of the whole.

    Parameters
    ----------
    tell : callable
        What the whole call tells its steps to.
    weights : sequence of float
        The work of each part, in any unit.
    """

    def __init__(self, tell: Tell, weights: Sequence[float]) -> None:
        self._tell, self._weights, self._ends = tell, weights, list(accumulate(weights))
        self._begun = time.monotonic()

    def part(self, number: int, title: str = "") -> Tell:
        """What a part, from 0 on, tells its steps to. Those with a share are told on, with `title` for their text."""
        if self._tell is silent:
            return silent

        def told(step: Step) -> None:
            if step.share is not None:
                self._tell(replace(self.at(number, title or step.text, step.share), numbers=step.numbers))

        return told

    def at(self, number: int, text: str, share: float = 0.0, lasting: bool = False) -> Step:
        """A step of the whole: a part that is done to some share."""
        whole = (self._ends[number] - (1 - share) * self._weights[number]) / self._ends[-1]
        return Step(text, whole, time_left(time.monotonic() - self._begun, whole), lasting=lasting)
