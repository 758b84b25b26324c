"""What shows the steps of long calls: lines in a pipe, bars on a terminal and in a notebook."""

from __future__ import annotations

import contextvars
import html
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Self, TextIO

from spinlens.progress.parts import SECONDS
from spinlens.progress.step import Step

if TYPE_CHECKING:
    from rich.progress import TaskID

_PATIENCE = 1.0  # seconds that a call may take before it is shown unasked


def on_terminal() -> bool:
    """Whether stderr is a terminal; a program without a console has none."""
    return sys.stderr is not None and sys.stderr.isatty()


def in_notebook() -> bool:
    """Whether this is a Jupyter kernel; IPython is not loaded to find out."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


def chosen(passing: bool = False) -> Display:
    """The display of this place; a `passing` one leaves nothing behind."""
    if in_notebook():
        return NotebookBars(passing)
    return Bars(passing) if on_terminal() else Lines()


class Display:
    """Shows steps from any thread while its block lasts."""

    def __init__(self) -> None:
        self._lock, self._told = threading.Lock(), time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        return None

    def __call__(self, step: Step) -> None:
        """Show a step."""
        with self._lock:
            self._take(step)

    def _take(self, step: Step) -> None:
        raise NotImplementedError

    def _due(self, seconds: float) -> bool:
        """Whether so many seconds have passed since this was last so."""
        now = time.monotonic()
        if now - self._told < seconds:
            return False
        self._told = now
        return True


class Patient(Display):
    """A display that is opened once its block has lasted a second."""

    def __init__(self, display: Display) -> None:
        super().__init__()
        self._display, self._open = display, False

    def __exit__(self, *error: object) -> None:
        with self._lock:
            if self._open:
                self._display.__exit__(*error)

    def _take(self, step: Step) -> None:
        if not self._open and not self._due(_PATIENCE):
            return
        if not self._open:
            self._display.__enter__()
            self._open = True
        self._display(step)


class Lines(Display):
    """In a pipe: a line for each step that lasts, and one for the others every so many seconds."""

    def __init__(self, stream: TextIO | None = None, seconds: float = 10.0) -> None:
        super().__init__()
        self._stream, self._seconds = stream or sys.stderr, seconds

    def _take(self, step: Step) -> None:
        if step.lasting or self._due(self._seconds):
            self._told = time.monotonic()
            print(step, file=self._stream, flush=True)


class _Board(Display):
    """A bar for each part of the work beside its newest step, and what has no share of it above them."""

    def __init__(self, passing: bool) -> None:
        super().__init__()
        self._passing = passing
        self._newest: dict[str, Step] = {}

    def _take(self, step: Step) -> None:
        if step.share is None and step.lasting:
            if not self._passing:
                self._say(str(step))
            return
        begins = step.part not in self._newest
        self._newest[step.part] = step
        if begins or step.lasting or self._due(SECONDS):
            self._draw()

    def _say(self, text: str) -> None:
        raise NotImplementedError

    def _draw(self) -> None:
        raise NotImplementedError


class Bars(_Board):
    """On a terminal."""

    def __init__(self, passing: bool = False) -> None:
        super().__init__(passing)
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        columns = (BarColumn(), TextColumn("{task.description}", markup=False))
        self._display = Progress(*columns, console=Console(stderr=True), transient=passing)
        self._bars: dict[str, TaskID] = {}

    def __enter__(self) -> Self:
        self._display.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._draw()
        self._display.stop()

    def _say(self, text: str) -> None:
        self._display.console.print(text, markup=False, highlight=False)

    def _draw(self) -> None:
        for part, step in self._newest.items():
            if part not in self._bars:
                self._bars[part] = self._display.add_task("", total=1.0)
            self._display.update(self._bars[part], completed=step.share, description=str(step))


class NotebookBars(_Board):
    """In a Jupyter notebook: an output of the cell that is written anew, without widgets.

    What threads display belongs to the cell only in the context of the thread that ran it.
    """

    def __init__(self, passing: bool = False) -> None:
        super().__init__(passing)
        self._context = contextvars.copy_context()
        self._said: list[str] = []
        self._output: Any = None

    def __exit__(self, *error: object) -> None:
        with self._lock:
            if self._passing:
                self._newest.clear()
            if self._output is not None:
                self._draw()

    def _say(self, text: str) -> None:
        self._said.append(text)
        self._draw()

    def _draw(self) -> None:
        from IPython.display import display

        if self._output is None:
            self._output = self._context.run(display, self, display_id=True)
        else:
            self._context.run(self._output.update, self)

    def _repr_html_(self) -> str:
        lines = [html.escape(text) for text in self._said]
        for step in self._newest.values():
            value = "" if step.share is None else f' value="{step.share:.4f}"'
            lines.append(f'<progress max="1"{value}></progress> {html.escape(str(step))}')
        return "".join(f"<div>{line}</div>" for line in lines)

    def __repr__(self) -> str:
        return "\n".join([*self._said, *map(str, self._newest.values())])
