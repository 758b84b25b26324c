"""How the machines of a comparison are made, and each of them made once."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from spinlens import seeding
from spinlens.arrays import Spins
from spinlens.comparisons.controls import RECIPES, TRAINING, Case
from spinlens.comparisons.kept import KeptFlows, key_of
from spinlens.errors import InputError
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import model_document
from spinlens.machines.controls import extreme_states, mean_field_states, one_sign, redrawn
from spinlens.machines.rbm import RBM
from spinlens.machines.training.learner import lattice_options
from spinlens.progress import Step, Tell, silent
from spinlens.versions import versions


@dataclass(frozen=True, eq=False)
class MachineBuilder:
    """What machines are made from: the model and T of the exact one, lattice states, and options of training.

    `states` (n, N) are ±1, `options` any of `RBM`'s but those of the recipes, `seed` the one seed.
    """

    model: IsingModel
    temperature: float
    states: Spins
    options: Mapping[str, Any]
    seed: int

    @cached_property
    def key(self) -> str:
        """Names all that machines are made from."""
        about = [versions()["spinlens"], model_document(self.model), seeding.named(self.temperature)]
        return key_of([*about, dict(self.options), self.seed], self.states)

    def build(
        self,
        case: Case,
        source: RBM | None = None,
        checkpoint: Path | None = None,
        tell: Tell = silent,
    ) -> RBM:
        """The machine of `case`; a redrawn one needs its `source`."""
        if case.control == "exact":
            return RBM.exact(self.model, self.temperature)
        if case.control == "redrawn":
            if source is None:
                raise InputError("a redrawn machine needs the machine whose weights are drawn anew")
            return redrawn(one_sign(source), seed=self._number("redrawn", case))
        machine = RBM(case.n_hidden, seed=self._number("training", case), **self.options_of(case))
        return machine.fit(self._data(case), checkpoint=checkpoint, progress=tell)

    def options_of(self, case: Case) -> dict[str, Any]:
        """Of the training; one that learns the lattice takes the number of epochs alone from those given."""
        if case.recipe != "learned":
            return {**self.options, **RECIPES[case.recipe]}
        epochs = {"epochs": self.options["epochs"]} if "epochs" in self.options else {}
        return {**lattice_options(case.n_hidden // self.model.n_sites), **epochs, "torus": self.model.shape}

    def _data(self, case: Case) -> Spins:
        n, N = self.states.shape
        seed = self._number("data", case)
        if case.control == "geometry-free":
            return extreme_states(n, N, seed)
        if case.control == "mean-field":
            return mean_field_states(n, N, 1.0, seed)
        return self.states

    def _number(self, purpose: str, case: Case) -> int:
        return seeding.purpose_seed(self.seed, "flow controls", purpose, case.name, bits=32)


class KeptMachines:
    """The machines of a builder, each found on disk or built and kept there; the same one whoever asks.

    `tell` is told which machine is being trained, and every epoch of it.
    """

    def __init__(
        self,
        builder: MachineBuilder,
        kept: KeptFlows,
        tell: Tell = silent,
    ) -> None:
        self.builder, self.kept, self.tell = builder, kept, tell
        self._lock = threading.Lock()
        self._making: dict[str, threading.Lock] = {}
        self._made: dict[str, RBM] = {}

    def key(self, case: Case) -> str:
        """Names everything that determines the machine of `case`."""
        return key_of(self.builder.key, case.name)

    def machine(self, case: Case) -> RBM:
        """The machine of `case`; the source of a redrawn one is made once."""
        with self._lock:
            own = self._making.setdefault(case.name, threading.Lock())
        with own:
            found = self._made.get(case.name) or self.kept.machine(case.name, self.key(case)) or self._built(case)
            if case.control == "lattice":  # the redrawn machines are drawn from it
                self._made[case.name] = found
            return found

    def _built(self, case: Case) -> RBM:
        source = self.machine(case.source) if case.source != case else None
        training = self.kept.training(case.name, self.key(case))
        if case.control in TRAINING:
            text = f"training a machine of {case.n_hidden} hidden units on {len(self.builder.states)} states"
            self.tell(Step(text, lasting=True))
        found = self.builder.build(case, source, training, self.tell)
        if case.control != "exact":  # quickly made again, and large
            self.kept.keep_machine(case.name, self.key(case), found)
        return found


def check_options(cases: Sequence[Case], options: Mapping[str, Any]) -> None:
    """Say what is wrong with training options before anything is trained."""
    taken = {"steps", "persistent", "seed", "n_hidden", "torus"} & set(options)
    if taken:
        raise InputError(f"options must not hold {min(taken)!r}: recipes, widths and seed of the cases decide it")
    for case in cases:
        if case.control in TRAINING:
            try:
                RBM(case.n_hidden, **options)
            except TypeError as error:
                raise InputError(f"options are those of RBM ({error})") from None
