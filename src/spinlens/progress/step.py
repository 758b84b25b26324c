"""One thing to tell of a long call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Step:
    """One thing to tell of a long call; as text, one line.

    Attributes
    ----------
    text : str
        Where the call is or what it has found, e.g. "T_c = 2.2692(5), round 3".
    share : float or None
        Part of the work that is done, 0 … 1; None where that is not known.
    left : float or None
        Seconds left; None where that is not known.
    part : str
        What `share` is a share of where the work has parts that go on side by side, such as the stages of a study.
    lasting : bool
        Whether it is worth a line of its own; otherwise a later step says the same anew.
    numbers : dict of str to float
        The numbers of the text by name: of training those of the epoch (`history_`), of sampling "draws",
        "sweeps_per_second", "tau_int" and "effective", of a search "T_c" and "T_c_error" after a round. Else empty.

    Examples
    --------
    >>> str(Step("500 of 2000 draws", share=0.25, left=60.0))
    '500 of 2000 draws, 60 s left'
    """

    text: str
    share: float | None = None
    left: float | None = None
    part: str = ""
    lasting: bool = False
    numbers: Mapping[str, float] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.text if self.left is None else f"{self.text}, {duration(self.left)} left"


Tell = Callable[[Step], None]
"""What a long call tells its steps to, from any thread."""


def silent(step: Step) -> None:
    """The `Tell` of those who do not ask."""


def duration(seconds: float) -> str:
    """A time as people read it.

    >>> [duration(x) for x in (0.2, 59.6, 600, 7200, 200_000)]
    ['0.2 s', '60 s', '10 min', '2 h 00 min', '55 h 33 min']
    """
    if seconds < 100:
        return f"{seconds:.1f} s" if seconds < 9.95 else f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60:02d} min"
