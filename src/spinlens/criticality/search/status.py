"""How far a search is, for those who wait for it."""

from __future__ import annotations

from dataclasses import dataclass

from spinlens.statistics.estimate import Estimate


@dataclass(frozen=True)
class Standing:
    """How far a search is; as text, one line.

    Attributes
    ----------
    temperature : T_c so far, None while it is not known.
    share : part of the work, or of a time budget, that is done.
    step, draws : part of the work of the step that begins now, and the draws it is made of; 0 where that is not told.
    left : seconds left of a time budget, None without one.
    """

    text: str
    temperature: Estimate | None = None
    share: float = 0.0
    step: float = 0.0
    draws: int = 0
    left: float | None = None

    def __str__(self) -> str:
        return self.text
