"""Progress of a study: bars on a terminal, one line per finished stage in a pipe."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from types import TracebackType
from typing import TextIO


class Progress:
    """Prints one line when a stage is finished, e.g. ``[2/7] machines  12 tasks  8.3 s``."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr

    def begin(self, totals: Mapping[str, int], kept: Mapping[str, int]) -> None:
        """Tasks of each stage in all, and those that are done from before."""
        self._totals, self._kept = dict(totals), dict(kept)
        self._done = dict.fromkeys(totals, 0) | self._kept
        self._started: dict[str, float] = {}
        self._finished = 0
        for stage, total in self._totals.items():
            if self._done[stage] == total:
                self._line(stage, "from before")

    def start(self, stage: str) -> None:
        """A task of `stage` begins."""
        self._started.setdefault(stage, time.monotonic())

    def advance(self, stage: str) -> None:
        """A task of `stage` is finished."""
        self._done[stage] += 1
        if self._done[stage] == self._totals[stage]:
            before = f", {self._kept[stage]} from before" if self._kept.get(stage) else ""
            self._line(stage, f"{time.monotonic() - self._started[stage]:.1f} s{before}")

    def say(self, message: str) -> None:
        """A sentence that the user should read."""
        print(message, file=self.stream, flush=True)

    def _line(self, stage: str, note: str) -> None:
        self._finished += 1
        total = self._totals[stage]
        width = max(map(len, self._totals))
        tasks = f"{total} task{'s' if total > 1 else ''}"
        stages = len(self._totals)
        self.say(f"[{self._finished:>{len(str(stages))}}/{stages}] {stage:<{width}}  {tasks:>9}  {note}")

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None


class Bars(Progress):
    """A bar per stage on a terminal."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as RichProgress

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._display = RichProgress(*columns, console=Console(stderr=True))

    def begin(self, totals: Mapping[str, int], kept: Mapping[str, int]) -> None:
        self._bars = {
            stage: self._display.add_task(stage, total=total, completed=kept.get(stage, 0), start=False)
            for stage, total in totals.items()
        }

    def start(self, stage: str) -> None:
        self._display.start_task(self._bars[stage])

    def advance(self, stage: str) -> None:
        self._display.advance(self._bars[stage])

    def say(self, message: str) -> None:
        self._display.console.print(message, markup=False, highlight=False)

    def __enter__(self) -> Bars:
        self._display.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._display.stop()


class Quiet(Progress):
    """Says nothing: for use from Python."""

    def say(self, message: str) -> None:
        return None


def default_progress() -> Progress:
    """Bars on a terminal, lines in a pipe."""
    return Bars() if sys.stderr.isatty() else Progress()
