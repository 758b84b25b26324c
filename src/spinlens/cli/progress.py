"""What the commands show of the steps of long calls: lines in a pipe, bars on a terminal."""

from __future__ import annotations

import sys
import threading
import time
from typing import TYPE_CHECKING, Self, TextIO

from spinlens.progress import Step

if TYPE_CHECKING:
    from rich.progress import TaskID


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
