"""The epochs of a training: one after the other, judged, saved and told."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from spinlens.arrays import Spins
from spinlens.machines.packed import States
from spinlens.machines.physics_check import Observable
from spinlens.machines.training.checkpoint import TrainingFile
from spinlens.machines.training.engine import Engine
from spinlens.machines.training.epoch import run_epoch
from spinlens.machines.training.recipe import Recipe, judged_epochs
from spinlens.machines.training.state import TrainingState
from spinlens.machines.training.watch import judge, judges

Callback = Callable[[dict[str, float]], None]


@dataclass(frozen=True)
class TrainingRun:
    """A recipe, what it is carried out with and on, and the state that it changes.

    `held_out` states and `observables` judge the machine, `file` keeps the state.
    """

    recipe: Recipe
    engine: Engine
    state: TrainingState
    data: States
    held_out: Spins | None = None
    observables: Mapping[str, Observable] = field(default_factory=dict)
    file: TrainingFile | None = None


def train(run: TrainingRun, epochs: int, publish: Callable[[], None], callback: Callback | None = None) -> None:
    """Up to `epochs` epochs; `publish` is called after each, before `callback` gets its entry of the history."""
    recipe, state, judged_at, saved = run.recipe, run.state, judged_epochs(run.recipe), time.monotonic()
    for number in range(epochs):
        if state.stopped:
            break
        run_epoch(recipe, state, run.data, run.engine)
        if state.epoch in judged_at:
            judge(recipe, state, judges(run.data, run.held_out), run.observables)
        last = number == epochs - 1 or state.stopped
        if run.file is not None and (last or time.monotonic() - saved >= run.file.seconds):
            run.file.write(state)
            saved = time.monotonic()
        publish()
        if callback is not None:
            callback(state.history[-1])
