"""Layouts carried out by threads: chains that save themselves, and stop between steps when asked to."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from threading import Barrier, Event
from types import TracebackType

import xarray as xr

from spinlens.progress import Tell, silent
from spinlens.sampling.chain_layout import ChainLayout, Place
from spinlens.sampling.chains.chain import MarkovRun
from spinlens.sampling.chains.checkpoint import CheckpointFolder
from spinlens.sampling.progress import ChainProgress, RunProgress

_SAVING = 20.0  # saving takes at most a twentieth of the time
_FAREWELL = 5.0  # seconds for which steps underway are waited for when all is to stop


class Threads:
    """Threads that carry the chains of any number of layouts, in the order in which these were started.

    The caller's thread only waits, so that chains stop between steps after Ctrl-C or any other error inside the block.
    A step of a very large lattice may take half a minute: it is left to itself, and what was saved before stays.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool = ThreadPoolExecutor(workers)
        self._futures: list[Future[MarkovRun]] = []
        self._halt, self._left = Event(), Event()
        _begin_all(self._pool, workers)

    def __enter__(self) -> Threads:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._pool.shutdown()
            return
        self._halt.set()
        self._pool.shutdown(wait=False, cancel_futures=True)
        wait(self._futures, timeout=_FAREWELL)
        self._left.set()

    def start(
        self,
        layout: ChainLayout,
        folder: CheckpointFolder | None = None,
        seconds: float = 30.0,
        tell: Tell = silent,
    ) -> Callable[[], xr.Dataset]:
        """Queue the chains of a layout; the function returned waits for them and gives the result.

        The states of chains are kept in `folder`, every so many `seconds`; `tell` is told where the run stands.
        """
        progress = None if tell is silent else RunProgress(layout.request, tell)

        def carry(place: Place) -> MarkovRun:
            keeper = _Keeper(layout.make(*place), folder, *place, seconds)

            def moved(sweeps: int) -> None:
                if progress is not None:
                    progress.take(_progress(keeper.run, layout.lowest(place[0]), place[1], sweeps))

            return keeper.finish(self._halt, self._left, moved)

        futures = [self._pool.submit(carry, place) for place in layout.places]
        self._futures += futures
        return lambda: layout.result(_runs(futures))


def _begin_all(pool: ThreadPoolExecutor, workers: int) -> None:
    """Start all threads of a pool now: a signal that comes while Python starts one leaves a trace on the terminal."""
    ready = Barrier(workers + 1)
    try:
        for _ in range(workers):
            pool.submit(ready.wait)
        ready.wait()
    except BaseException:
        ready.abort()
        raise


def _runs(futures: list[Future[MarkovRun]]) -> list[MarkovRun]:
    """The runs when all are finished; the error of the first that failed."""
    wait(futures, return_when=FIRST_EXCEPTION)
    failed = next((future for future in futures if future.done() and future.exception()), None)
    if failed is not None:
        failed.result()
    return [future.result() for future in futures]


class _Halted(Exception):
    """A chain that was asked to stop; its state is saved unless nobody waited for it."""


@dataclass
class _Keeper:
    """A run and the saving of it."""

    run: MarkovRun
    folder: CheckpointFolder | None
    temperature: int
    number: int
    seconds: float

    def finish(self, halt: Event, left: Event, moved: Callable[[int], None]) -> MarkovRun:
        """Carry the run to its end, saying the sweeps of each step.

        Raises `_Halted` when asked to stop: saved, unless it was `left`, when its folder may be that of another run.
        """
        if self.folder is not None and (found := self.folder.load(self.temperature, self.number)) is not None:
            self.run.restore(found)
        self._saved, self._due = True, time.monotonic() + self.seconds
        moved(0)
        while not self.run.finished:
            if halt.is_set():
                if not left.is_set():
                    self._save()
                raise _Halted
            if time.monotonic() >= self._due or self.run.before_rest:
                self._save()
            sweeps = self.run.advance()
            self._saved = False
            moved(sweeps)
        self._save()
        self.run.rest()
        return self.run

    def _save(self) -> None:
        if self.folder is None or self._saved or not self.run.savable:
            return
        begun = time.monotonic()
        self.folder.save(self.temperature, self.number, self.run.snapshot())
        self._saved = True
        self._due = time.monotonic() + max(self.seconds, _SAVING * (time.monotonic() - begun))


def _progress(run: MarkovRun, temperature: float, number: int, sweeps: int) -> ChainProgress:
    waiting, first = run.warmup, run.logs[0].record
    warm = waiting.warm if waiting.done else None
    return ChainProgress(temperature, number, sweeps, run.draws, waiting.spent, warm, first.tau_int, len(run.logs))
