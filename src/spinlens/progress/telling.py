"""From the argument `progress` of a long call to what its steps are told to."""

from __future__ import annotations

import multiprocessing
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from spinlens.errors import InputError
from spinlens.progress.displays import Patient, chosen, in_notebook, on_terminal
from spinlens.progress.step import Step, Tell, silent

Progress = bool | Callable[[Step], object] | None
"""None shows where somebody waits, True everywhere, False nowhere; a callable is told every `Step`."""


@contextmanager
def telling(progress: Progress) -> Iterator[Tell]:
    """What a long call tells its steps to, until the block ends.

    Of calls within calls only the outermost shows itself. An exception of a callable, or of a display whose terminal
    has gone, becomes a warning: progress is never worth a result.

    Raises
    ------
    InputError
        `progress` is none of the things that it may be.
    """
    if progress is not None and not isinstance(progress, bool) and not callable(progress):
        raise InputError(f"progress must be True, False or a callable that is told each Step; got {progress!r}")
    with _CALLS.shown(progress) as tell:
        yield tell if tell is silent or isinstance(tell, _Guarded) else _Guarded(tell)


class _Calls:
    """The long calls under way in this process: how many, and whether one of them shows itself."""

    def __init__(self) -> None:
        self._lock, self._count, self._showing = threading.Lock(), 0, False

    @contextmanager
    def shown(self, progress: Progress) -> Iterator[Callable[[Step], object]]:
        """The callable itself, or a display while the block lasts, or `silent`."""
        with self._lock:
            display = self._display(progress)
            self._count += 1
            self._showing = self._showing or display is not None
        try:
            if display is None:
                yield progress if callable(progress) else silent
            else:
                with display as tell:
                    yield tell
        finally:
            with self._lock:
                self._count -= 1
                self._showing = self._showing and display is None

    def _display(self, progress: Progress) -> AbstractContextManager[Tell] | None:
        if progress is True and not self._showing:
            return chosen()
        if progress is None and not self._count and somebody_waits():
            return Patient(chosen(passing=True))
        return None


_CALLS = _Calls()


def somebody_waits() -> bool:
    """Whether a person looks on: in a notebook, or at the prompt of Python on a terminal."""
    if multiprocessing.parent_process() is not None:
        return False
    return in_notebook() or (hasattr(sys, "ps1") and on_terminal())


class _Guarded:
    """Tells steps to somebody else until that fails, which is warned about once."""

    def __init__(self, tell: Callable[[Step], object]) -> None:
        self._tell, self._failed = tell, False

    def __call__(self, step: Step) -> None:
        if self._failed:
            return
        try:
            self._tell(step)
        except Exception as error:
            self._failed = True
            said = f"progress is not told any more, since it raised {type(error).__name__}: {error}; the call goes on"
            warnings.warn(said, RuntimeWarning, stacklevel=2)
