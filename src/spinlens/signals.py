"""Ctrl-C and SIGTERM as something that a program can finish its work by."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def first_signal(react: Callable[[int], None]) -> Iterator[None]:
    """Call `react` with the number of the first SIGINT or SIGTERM; a second one does what it did before the block.

    Only the main thread hears signals: in any other the block runs as it is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

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
