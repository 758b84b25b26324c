"""Ctrl-C, SIGTERM and a closed terminal as something that a program can finish its work by."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

_HEARD = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
"""Windows has no SIGHUP."""


@contextlib.contextmanager
def first_signal(react: Callable[[int], None]) -> Iterator[None]:
    """Call `react` with the number of the first SIGINT, SIGTERM or SIGHUP; a second one does what it did before.

    Only the main thread hears signals: in any other the block runs as it is. Under ``nohup`` a closed terminal is not
    heard.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _HEARD if not _under_nohup(number)}

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def heard(number: int, frame: FrameType | None) -> None:
        restore()
        react(number)

    for number in before:
        signal.signal(number, heard)
    try:
        yield
    finally:
        restore()


def _under_nohup(number: signal.Signals) -> bool:
    return number.name == "SIGHUP" and signal.getsignal(number) == signal.SIG_IGN
