"""Where tasks run: a thread of this process, local worker processes, or a Dask cluster."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import warnings
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import replace
from multiprocessing.connection import Connection
from typing import Any, Protocol

from spinlens.errors import InputError, StudyError
from spinlens.study.definition.tasks import Task
from spinlens.study.running.making import Making
from spinlens.study.running.worker import Answer, Failure, Source, execute
from spinlens.study.storage.store import Artefact
from spinlens.versions import Make, made_with

Reply = Answer | Failure

_FAREWELL = 5.0  # seconds that a killed process is waited for
_NO_START = (
    "worker processes cannot be started: each runs the script that calls spinlens once more, so let it call only below "
    "the line \"if __name__ == '__main__':\"; or ask for workers=1"
)


class Executor(Protocol):
    """Runs tasks; `slots` is how many at once, `make` what they are computed with, `stop` ends all of them."""

    @property
    def slots(self) -> int: ...
    @property
    def make(self) -> Make: ...
    def submit(
        self, task: Task, making: Making, artefacts: Sequence[Artefact], checkpoint: str | None
    ) -> Future[Reply]: ...
    def stop(self) -> None: ...


class InProcess:
    """One task at a time in a thread of this process, so that the main thread stays free to hear signals."""

    slots = 1

    @property
    def make(self) -> Make:
        return made_with()

    def submit(
        self, task: Task, making: Making, artefacts: Sequence[Artefact], checkpoint: str | None
    ) -> Future[Reply]:
        future: Future[Reply] = Future()

        def work() -> None:
            future.set_result(_answered((task, making, artefacts, checkpoint)))

        threading.Thread(target=work, name=task.name, daemon=True).start()
        return future

    def stop(self) -> None:
        """The thread is a daemon: it ends with the process, its result is not used."""


class WorkerKilled(Exception):
    """A worker process ended in the midst of a task."""


class Processes:
    """Worker processes started afresh (spawn), so that nothing of this process leaks into them.

    Each has a pipe of its own, whose other end no other process holds: whenever a worker dies, in the middle of an
    answer too, the pipe ends and the task is known to be lost. In a queue that workers share the rest of the answer
    would be waited for.
    """

    def __init__(self, workers: int) -> None:
        self.slots = workers
        self._idle: list[_Worker] = []
        self._all: list[_Worker] = []

    @property
    def make(self) -> Make:
        return made_with()

    def submit(
        self, task: Task, making: Making, artefacts: Sequence[Artefact], checkpoint: str | None
    ) -> Future[Reply]:
        worker = self._idle.pop() if self._idle else self._start()
        future: Future[Reply] = Future()

        def work() -> None:
            try:
                reply = worker.answer((task, making, list(artefacts), checkpoint))
            except BaseException as error:
                future.set_exception(error)
            else:
                self._idle.append(worker)
                future.set_result(reply)

        threading.Thread(target=work, name=task.name, daemon=True).start()
        return future

    def _start(self) -> _Worker:
        worker = _Worker()
        self._all.append(worker)
        return worker

    def stop(self) -> None:
        """End the workers at once; their unfinished tasks leave nothing behind."""
        for worker in self._all:
            worker.process.kill()
        for worker in self._all:
            worker.process.join(_FAREWELL)


class _Worker:
    """A process that answers one task after another."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, other = context.Pipe()
        self.process = context.Process(target=serve, args=(other,), daemon=True)
        self.process.start()
        other.close()  # now the worker alone holds it, and its death ends the pipe
        self._ready = False

    def answer(self, job: tuple[Any, ...]) -> Reply:
        """What the worker makes of a task; `WorkerKilled` where it dies over it."""
        try:
            if not self._ready:
                self._ready = bool(self._connection.recv())
            self._connection.send(job)
            reply = _received(self._connection)
        except (EOFError, OSError):
            self.process.join(_FAREWELL)
            if not self._ready and (self.process.exitcode or 0) > 0:
                raise StudyError(_NO_START) from None
            raise WorkerKilled from None
        return reply


def serve(connection: Connection) -> None:
    """What a worker process does until its pipe ends."""
    prepare_worker()
    connection.send(True)
    while True:
        try:
            job = connection.recv()
        except EOFError:
            return
        _send(connection, _answered(job))


def _send(connection: Connection, reply: Reply) -> None:
    """Hand over a reply; the bytes of an answer by themselves, so that no copy of them is made to be sent."""
    if isinstance(reply, Answer):
        connection.send(replace(reply, content=b""))
        connection.send_bytes(reply.content)
    else:
        connection.send(reply)


def _received(connection: Connection) -> Reply:
    """The other end of `_send`."""
    reply: Reply = connection.recv()
    return replace(reply, content=connection.recv_bytes()) if isinstance(reply, Answer) else reply


def _answered(job: tuple[Any, ...]) -> Reply:
    try:
        return execute(*job)
    except BaseException as error:  # SystemExit of a task must not look like a worker that was killed
        return Failure(f"{type(error).__name__}: {error}")


class DaskCluster:
    """The workers of any Dask scheduler; they need the same spinlens, not the same disk."""

    timeout = 10  # seconds to wait for the scheduler's answer

    def __init__(self, address: str) -> None:
        try:
            from distributed import Client
        except ImportError:
            raise InputError("--scheduler needs Dask: pip install 'spinlens[cluster]'") from None
        if not address.strip():  # Dask would start a cluster of its own, or wait
            raise InputError("no Dask scheduler answers at ''; expected tcp://host:port")
        gc.collect()  # a client that was lost closes itself when it is collected: in the midst of a start that hangs it
        try:
            self._client: Any = Client(address, timeout=self.timeout, set_as_default=False)
        except Exception as error:  # a wrong address shows in many ways
            raise InputError(
                f"no Dask scheduler answers at {address!r} ({type(error).__name__}); expected tcp://host:port"
            ) from None
        if not self._client.nthreads():
            said = f"the Dask scheduler at {address} has no workers: tasks wait until some come"
            warnings.warn(said, RuntimeWarning, stacklevel=2)
        self._pool: Any = self._client.get_executor(pure=False, retries=0)
        self._sent: dict[str, Any] = {}

    @property
    def slots(self) -> int:
        """Threads of the cluster at this moment: workers may come and go."""
        try:
            return max(1, int(sum(self._client.nthreads().values())))
        except Exception as error:  # whatever the dead connection raises
            raise self._lost(error) from None

    @property
    def make(self) -> Make:
        """That of one of the workers; of this process while there are none, or none that could say."""
        try:
            return next(iter(self._client.run(made_with).values()), made_with())
        except Exception:  # of another spinlens, or lost: what they are asked to do says so
            return made_with()

    def submit(
        self, task: Task, making: Making, artefacts: Sequence[Artefact], checkpoint: str | None
    ) -> Future[Reply]:
        try:
            sources = [self._send(artefact) for artefact in artefacts]
            future: Future[Reply] = self._pool.submit(execute, task, making, sources, checkpoint)
        except OSError as error:
            raise self._lost(error) from None
        return future

    def _send(self, artefact: Artefact) -> Any:
        """The content of an artefact on the cluster, sent once; as a task, so that Dask can redo it elsewhere."""
        if artefact.path not in self._sent:
            source: Source = (os.path.splitext(artefact.path)[1], artefact.data())
            self._sent[artefact.path] = self._client.submit(_same, source, pure=False)
        return self._sent[artefact.path]

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
    """In a new worker process: leave Ctrl-C and a closed terminal to the main process, and end when that dies."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):  # Windows has no SIGHUP
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
