"""What a worker does with a task: the same in this process, in another one, and on another machine."""

from __future__ import annotations

import importlib
import os
import shutil
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from spinlens.errors import ArtefactError, CheckpointError, SpinlensError, StudyError
from spinlens.study.definition.tasks import Task
from spinlens.study.running.making import Making
from spinlens.study.storage.codec import Payload, encode, opened
from spinlens.study.storage.store import Artefact
from spinlens.versions import Make, made_with, together

Source = Artefact | tuple[str, bytes]
"""An artefact by its place, or as (suffix, content) for a worker that does not see the study folder."""


@dataclass(frozen=True)
class Answer:
    """The encoded payload of a task and the seconds it took."""

    suffix: str
    content: bytes
    seconds: float


@dataclass(frozen=True)
class Failure:
    """Why a task gave no answer: one sentence, and the traceback when the error is not one of ours."""

    message: str
    details: str = ""


class Needed(Mapping[str, Payload]):
    """The artefacts that a task may read, by task name; each is read, checked and decoded when asked for.

    `made_with` are all makes that those read so far and the task itself are of.
    """

    def __init__(self, names: Sequence[str], sources: Sequence[Source], makes: Sequence[Make] = ()) -> None:
        self._sources = dict(zip(names, sources, strict=True))
        self.made_with = list(makes)

    def __getitem__(self, name: str) -> Payload:
        source = self._sources[name]
        about, payload = source.opened() if isinstance(source, Artefact) else opened(*source, name)
        self.made_with = together(self.made_with, about.get("made_with", []))
        return payload

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


def execute(task: Task, making: Making, sources: Sequence[Source], checkpoint: str | None = None) -> Answer | Failure:
    """Run one task with one thread of linear algebra, so that its numbers do not depend on who runs it.

    `checkpoint` is the folder for the state underway of a task that keeps one; a worker that does not see the disk of
    the study uses a temporary one.
    """
    mine = made_with()
    if refusal := making.refusal(mine):
        return Failure(refusal)
    started = time.perf_counter()
    goes_on = checkpoint is not None and os.path.isdir(checkpoint)
    needed = Needed(task.needs, sources, together([mine], making.earlier if goes_on else ()))
    try:
        with threadpool_limits(limits=1):
            payload = _call(task, needed, checkpoint)
            suffix, content = encode(payload, _about(task, mine, needed))
    except SpinlensError as error:
        return Failure(str(error))
    except MemoryError:
        return Failure("it ran out of memory; ask for smaller lattices or fewer samples", traceback.format_exc())
    except Exception as error:
        return Failure(f"{type(error).__name__}: {error}", traceback.format_exc())
    return Answer(suffix, content, time.perf_counter() - started)


def _about(task: Task, mine: Make, needed: Needed) -> dict[str, Any]:
    """What is kept with the result of a task."""
    what = {"task": task.name, "function": task.function, "inputs": task.inputs}
    return {"spinlens": mine["spinlens"], **what, "made_with": needed.made_with}


def _call(task: Task, needs: Needed, checkpoint: str | None) -> Payload:
    function = resolve(task.function)
    if not task.checkpoint:
        return function(task.inputs, needs)
    if checkpoint is None or not Path(checkpoint).parent.is_dir():
        with tempfile.TemporaryDirectory(prefix="spinlens-") as folder:
            return function(task.inputs, needs, Path(folder))
    return _call_with_checkpoint(function, task, needs, Path(checkpoint))


def _call_with_checkpoint(function: Callable[..., Payload], task: Task, needs: Needed, folder: Path) -> Payload:
    """Call with what an earlier call left in `folder`; where that cannot be used, once more without it."""
    folder.mkdir(exist_ok=True)
    fresh = not any(folder.iterdir())
    try:
        return function(task.inputs, needs, folder)
    except MemoryError:
        raise
    except Exception as error:
        if fresh or (isinstance(error, SpinlensError) and not isinstance(error, CheckpointError | ArtefactError)):
            raise
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(exist_ok=True)
    return function(task.inputs, needs, folder)


def resolve(function: str) -> Callable[..., Payload]:
    """The Python function of "module:function"."""
    module, _, name = function.partition(":")
    found = getattr(importlib.import_module(module), name, None)
    if not callable(found):
        raise StudyError(f"there is no function {name!r} in {module}")
    return found  # type: ignore[no-any-return]
