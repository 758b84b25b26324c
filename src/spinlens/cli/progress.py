"""What the commands show of the steps of long calls: lines in a pipe, bars on a terminal."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Self, TextIO

from spinlens.progress import Step, duration

if TYPE_CHECKING:
    from rich.progress import TaskID

    from spinlens.criticality.search.status import Standing


class Lines:
    """In a pipe: a line for each step that lasts, and one for the others every so many seconds."""

    def __init__(self, stream: TextIO | None = None, seconds: float = 10.0) -> None:
        self.stream, self.seconds = stream or sys.stderr, seconds
        self._lock, self._told = threading.Lock(), time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def __call__(self, step: Step) -> None:
        """Show a step; called from any thread."""
        with self._lock:
            now = time.monotonic()
            if step.lasting or now - self._told >= self.seconds:
                self._told = now
                print(step, file=self.stream, flush=True)


class Bars(Lines):
    """On a terminal: a bar for each part of the work beside its newest step, and above them what has no share of it."""

    def __init__(self) -> None:
        super().__init__(seconds=0.25)
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (BarColumn(), TextColumn("{task.description}", markup=False))
        self._display = Progress(*columns, console=Console(stderr=True))
        self._bars: dict[str, TaskID] = {}
        self._newest: dict[str, Step] = {}

    def __enter__(self) -> Self:
        self._display.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._draw()
        self._display.stop()

    def __call__(self, step: Step) -> None:
        with self._lock:
            if step.share is None and step.lasting:
                self._display.console.print(str(step), markup=False, highlight=False)
                return
            self._newest[step.part] = step
            now = time.monotonic()
            if step.lasting or step.part not in self._bars or now - self._told >= self.seconds:
                self._told = now
                self._draw()

    def _draw(self) -> None:
        for part, step in self._newest.items():
            if part not in self._bars:
                self._bars[part] = self._display.add_task("", total=1.0)
            self._display.update(self._bars[part], completed=step.share, description=str(step))
        self._newest.clear()


def display() -> Lines:
    """Bars on a terminal, lines in a pipe."""
    return Bars() if sys.stderr.isatty() else Lines()


def lines() -> Lines:
    """Lines wherever they go."""
    return Lines()


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

    def step(self, step: Step) -> None:
        """Take one step of the runs underway; called from any thread."""


class SearchBar(SearchLines):
    """A search on a terminal: T_c so far, how much is done, time left."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[left]}"))
        self._display = Progress(*columns, console=Console(stderr=True))
        self._task = self._display.add_task("looking for the transition", total=1.0, left="")
        self._lock, self._begun = threading.Lock(), time.monotonic()
        self._standing: Standing | None = None
        self._told, self._drawn, self._run = self._begun, 0.0, 0.0

    def __enter__(self) -> SearchBar:
        self._display.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._display.stop()

    def report(self, standing: Standing) -> None:
        with self._lock:
            self._standing, self._told, self._run = standing, time.monotonic(), 0.0
            self._show()

    def step(self, step: Step) -> None:
        with self._lock:
            self._run = step.share or self._run
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
            share += at.step * self._run
            left = (now - self._begun) * (1 - share) / share if share > 0.02 else None
        text = at.text.split(":")[0] if at.temperature is not None else at.text
        found = f"T_c = {at.temperature}, " if at.temperature is not None else ""
        told = "" if left is None else f"{duration(left)} left"
        self._display.update(self._task, completed=share, description=f"{found}{text}", left=told)


def search_display() -> SearchLines:
    """One line that is drawn anew on a terminal, lines in a pipe."""
    return SearchBar() if sys.stderr.isatty() else SearchLines()
