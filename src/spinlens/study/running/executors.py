"""Where tasks run: a thread of this process, local worker processes, or a Dask cluster."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol

from spinlens.errors import InputError, StudyError
from spinlens.study.definition.tasks import Task, package_version
from spinlens.study.running.worker import Answer, Failure, Source, execute
from spinlens.study.storage.store import Artefact

Reply = Answer | Failure


class Executor(Protocol):
    """Runs tasks; `slots` is how many at once, `restart` follows a lost worker, `stop` ends all at once."""

    @property
    def slots(self) -> int: ...
    def submit(self, task: Task, artefacts: Sequence[Artefact], checkpoint: str | None) -> Future[Reply]: ...
    def restart(self) -> None: ...
    def stop(self) -> None: ...


class InProcess:
    """One task at a time in a thread of this process, so that the main thread stays free to hear signals."""

    slots = 1

    def submit(self, task: Task, artefacts: Sequence[Artefact], checkpoint: str | None) -> Future[Reply]:
        future: Future[Reply] = Future()

        def work() -> None:
            try:
                reply = execute(task, package_version(), artefacts, checkpoint)
            except BaseException as error:  # SystemExit of a task must not look like an endless one
                reply = Failure(f"{type(error).__name__}: {error}")
            future.set_result(reply)

        threading.Thread(target=work, name=task.name, daemon=True).start()
        return future

    def restart(self) -> None:
        """There is no worker to lose."""

    def stop(self) -> None:
        """The thread is a daemon: it ends with the process, its result is not used."""


class Processes:
    """Worker processes started afresh (spawn), so that nothing of this process leaks into them."""

    def __init__(self, workers: int) -> None:
        self.slots = workers
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.slots, mp_context=context, initializer=prepare_worker)

    def submit(self, task: Task, artefacts: Sequence[Artefact], checkpoint: str | None) -> Future[Reply]:
        try:
            return self._pool.submit(execute, task, package_version(), list(artefacts), checkpoint)
        except BrokenProcessPool as error:  # a worker died since the last look; say it where all losses are said
            future: Future[Reply] = Future()
            future.set_exception(error)
            return future

    def restart(self) -> None:
        """A fresh pool in place of one that lost a worker."""
        self.stop()
        self._pool = self._start()

    def stop(self) -> None:
        """End the workers at once; their unfinished tasks leave nothing behind."""
        for process in list((getattr(self._pool, "_processes", None) or {}).values()):
            process.kill()  # ProcessPoolExecutor.kill_workers() from Python 3.14 on
        self._pool.shutdown(wait=True, cancel_futures=True)


class DaskCluster:
    """The workers of any Dask scheduler; they need the same spinlens, not the same disk."""

    timeout = 10  # seconds to wait for the scheduler's answer

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise InputError("--scheduler needs Dask: pip install 'spinlens[cluster]'") from None
        gc.collect()  # a client that was lost closes itself when it is collected: in the midst of a start that hangs it
        try:
            self._client: Any = Client(address, timeout=self.timeout, set_as_default=False)
        except Exception as error:  # a wrong address shows in many ways
            raise InputError(
                f"no Dask scheduler answers at {address!r} ({type(error).__name__}); expected tcp://host:port"
            ) from None
        self._pool: Any = self._client.get_executor(pure=False, retries=0)
        self._sent: dict[str, Any] = {}

    @property
    def slots(self) -> int:
        """Threads of the cluster at this moment: workers may come and go."""
        try:
            return max(1, int(sum(self._client.nthreads().values())))
        except Exception as error:  # whatever the dead connection raises
            raise self._lost(error) from None

    def submit(self, task: Task, artefacts: Sequence[Artefact], checkpoint: str | None) -> Future[Reply]:
        try:
            sources = [self._send(artefact) for artefact in artefacts]
            future: Future[Reply] = self._pool.submit(execute, task, package_version(), sources, checkpoint)
        except OSError as error:
            raise self._lost(error) from None
        return future

    def _send(self, artefact: Artefact) -> Any:
        """The content of an artefact on the cluster, sent once; as a task, so that Dask can redo it elsewhere."""
        if artefact.path not in self._sent:
            source: Source = (os.path.splitext(artefact.path)[1], artefact.data())
            self._sent[artefact.path] = self._client.submit(_same, source, pure=False)
        return self._sent[artefact.path]

    def restart(self) -> None:
        """The scheduler starts workers anew by itself."""

    def stop(self) -> None:
        """Cancel what has not started and leave the cluster to its owner."""
        try:
            self._pool.shutdown(wait=False)
            self._client.close(timeout=2)
        except Exception:  # a scheduler that is gone cannot be told goodbye
            return

    @staticmethod
    def _lost(error: BaseException) -> StudyError:
        return StudyError(f"the Dask scheduler was lost ({type(error).__name__}); finished work is saved, run again")


def _same(source: Source) -> Source:
    return source


def prepare_worker() -> None:
    """In a new worker process: leave Ctrl-C to the main process, and end when that process dies."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
