"""What the commands show while they compute: lines in a pipe, bars on a terminal."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Any, TextIO

from spinlens.progress import Step, duration

if TYPE_CHECKING:
    from rich.progress import Progress as RichProgress

    from spinlens.criticality.search.status import Standing
    from spinlens.sampling.sampler import ChainProgress


class Lines:
    """A line for each step that lasts, and one for the others every so many seconds."""

    def __init__(self, stream: TextIO | None = None, seconds: float = 10.0) -> None:
        self.stream, self.seconds = stream or sys.stderr, seconds
        self._lock, self._told = threading.Lock(), time.monotonic()

    def __call__(self, step: Step) -> None:
        with self._lock:
            if step.lasting or time.monotonic() - self._told >= self.seconds:
                self._told = time.monotonic()
                print(step, file=self.stream, flush=True)


def lines() -> Lines:
    """Lines on stderr."""
    return Lines()


def terminal(*columns: Any) -> RichProgress:
    """A display of `rich` on stderr."""
    from rich.console import Console
    from rich.progress import Progress as RichProgress

    return RichProgress(*columns, console=Console(stderr=True))


class SearchLines:
    """A search for a critical point in a pipe: a line a round, or a size."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr

    def __enter__(self) -> SearchLines:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def report(self, standing: Standing) -> None:
        """Tell how far the search is."""
        print(standing, file=self.stream, flush=True)

    def step(self, progress: ChainProgress) -> None:
        """Take one step of a chain; called from any thread."""


class SearchBar(SearchLines):
    """A search on a terminal: T_c so far, how much is done, time left."""

    def __init__(self) -> None:
        super().__init__()
        from rich.progress import BarColumn, SpinnerColumn, TextColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"))
        self._display = terminal(*columns)
        self._task = self._display.add_task("looking for the transition", total=1.0, left="")
        self._lock, self._begun = threading.Lock(), time.monotonic()
        self._standing: Standing | None = None
        self._told, self._drawn, self._draws = self._begun, 0.0, dict[tuple[float, int], int]()

    def __enter__(self) -> SearchBar:
        self._display.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._display.stop()

    def report(self, standing: Standing) -> None:
        with self._lock:
            self._standing, self._told, self._draws = standing, time.monotonic(), {}
            self._show()

    def step(self, progress: ChainProgress) -> None:
        with self._lock:
            self._draws[progress.temperature, progress.chain] = progress.draws
            if time.monotonic() - self._drawn > 0.25:
                self._show()

    def _show(self) -> None:
        self._drawn = now = time.monotonic()
        if (at := self._standing) is None:
            return
        share, left = at.share, at.left
        if left is not None:
            total = left / max(1e-9, 1 - share)
            left = max(0.0, left - (now - self._told))
            share = 1 - left / max(total, 1e-9)
        elif at.draws:
            share += at.step * min(1.0, sum(self._draws.values()) / at.draws)
            left = (now - self._begun) * (1 - share) / share if share > 0.02 else None
        text = at.text.split(":")[0] if at.temperature is not None else at.text
        found = f"T_c = {at.temperature}, " if at.temperature is not None else ""
        told = "" if left is None else f"{duration(left)} left"
        self._display.update(self._task, completed=share, description=f"{found}{text}", left=told)


def search_display() -> SearchLines:
    """One line that is drawn anew on a terminal, lines in a pipe."""
    return SearchBar() if sys.stderr.isatty() else SearchLines()
