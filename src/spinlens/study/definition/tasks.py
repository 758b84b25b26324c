"""Tasks of a study: what is to be computed, from what, and the key that names the answer."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from spinlens.errors import InputError, StudyError

FORMAT = 2  # 1: readings by three thermometers
"""Format of artefacts and of the study folder; a larger number on disk was written by a newer spinlens."""

NAME = re.compile(r"[\w.,=+-]+(/[\w.,=+-]+)*")


@cache
def package_version() -> str:
    """Version of the installed spinlens; part of every key, so that two versions never mix their numbers."""
    try:
        return version("spinlens")
    except PackageNotFoundError:  # run from a plain source tree
        return "0"


@dataclass(frozen=True)
class Task:
    """One computation of a study: a function, its inputs and the tasks whose artefacts it reads.

    Parameters
    ----------
    name : "stage/what", e.g. "machines/power-law/cd1-grid/0"; the part before the first "/" is the stage.
    function : "module:function", called as ``function(inputs, artefacts)`` and returning a payload
        (`Arrays`, `xarray.Dataset` or JSON-able dict). ``artefacts`` maps each name in `needs` to its payload.
    inputs : JSON-able, everything else that determines the result, the seed included. Kept as JSON would keep it:
        tuples become lists and keys become strings.
    needs : names of the tasks whose artefacts are read.
    cost : rough seconds, only to start the longest way through the study first; not part of the key.
    memory : bytes that it needs at its peak beyond an idle worker, to refuse what cannot fit; not part of the key.
    checkpoint : whether the function takes a third argument, a folder (`pathlib.Path`) for its state underway. What it
        finds there is what an earlier, interrupted call of the same task left.
    grows : inputs that only lengthen the work, such as "draws", and needs that do no more than that when they are
        longer. The folder of the state underway does not depend on them and is kept, so that the same task with a
        larger number goes on from there.

    Examples
    --------
    >>> Task("sample/ising/16", "spinlens.study.stages:sample_task", {"L": 16, "seed": 0}).stage
    'sample'
    """

    name: str
    function: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    cost: float = 1.0
    memory: int = 0
    checkpoint: bool = False
    grows: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name) or any(part.startswith(".") for part in self.name.split("/")):
            raise InputError(f"task name {self.name!r} must be words of letters, digits and _ . , = + - joined by '/'")
        if self.function.count(":") != 1:
            raise InputError(f"task {self.name}: function must read 'module:function', got {self.function!r}")
        try:
            plain = json.loads(json.dumps(dict(self.inputs)))
        except (TypeError, ValueError) as error:
            raise InputError(f"task {self.name}: inputs must be plain JSON data ({error})") from None
        object.__setattr__(self, "inputs", plain)
        object.__setattr__(self, "needs", tuple(self.needs))

    @property
    def stage(self) -> str:
        """First part of the name; tasks of one stage share a progress line and a folder."""
        return self.name.split("/", 1)[0]


def task_keys(tasks: Sequence[Task]) -> dict[str, str]:
    """Key of each task in an order in which they can run: SHA-256 (hex) of all that determines its result.

    A key covers the format, the version of spinlens, the function, the inputs and the keys of all `needs`,
    so a change anywhere above gives new keys below.
    """
    keys: dict[str, str] = {}
    for task in ordered(tasks):
        keys[task.name] = _key(task, task.inputs, {need: keys[need] for need in task.needs})
    return keys


def checkpoint_key(task: Task, keys: Mapping[str, str]) -> str:
    """Key of the state underway of a task: as its key, without the inputs and needs that only lengthen the work."""
    inputs = {name: value for name, value in task.inputs.items() if name not in task.grows}
    return _key(task, inputs, {need: keys[need] for need in task.needs if need not in task.grows})


def _key(task: Task, inputs: Mapping[str, Any], needs: Mapping[str, str]) -> str:
    content = {
        "format": FORMAT,
        "spinlens": package_version(),
        "name": task.name,
        "function": task.function,
        "inputs": inputs,
        "needs": needs,
    }
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def ordered(tasks: Sequence[Task]) -> list[Task]:
    """The tasks with each after its needs, otherwise in the order given; names must be unique, needs must exist."""
    by_name: dict[str, Task] = {}
    for task in tasks:
        if by_name.setdefault(task.name, task) is not task:
            raise StudyError(f"two tasks are called {task.name!r}; names must be unique")
    result: dict[str, Task] = {}
    for task in tasks:
        _place(task, by_name, result)
    return list(result.values())


def _place(first: Task, by_name: Mapping[str, Task], result: dict[str, Task]) -> None:
    """Append `first` to `result` after all that it needs (depth first, without recursion)."""
    stack, entered = [first], set[str]()
    while stack:
        task = stack[-1]
        waiting = [need for need in task.needs if need not in result]
        if task.name in result or not waiting:
            result.setdefault(task.name, task)
            stack.pop()
            continue
        entered.add(task.name)
        for need in waiting:
            if need not in by_name:
                raise StudyError(f"task {task.name!r} needs {need!r}, which is not part of the study")
            if need in entered:
                raise StudyError(f"tasks {task.name!r} and {need!r} wait for one another")
            stack.append(by_name[need])


def chain_costs(tasks: Sequence[Task]) -> dict[str, float]:
    """Cost of the longest way from each task to an end of the study, itself included (same unit as `Task.cost`)."""
    own = {task.name: task.cost for task in tasks}
    costs = dict(own)
    for task in reversed(ordered(tasks)):
        for need in task.needs:
            costs[need] = max(costs[need], own[need] + costs[task.name])
    return costs
