"""What is asked of a run: made and checked once by whoever calls, handed down to all that carry it out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

from spinlens import checks
from spinlens.errors import InputError
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import model_document
from spinlens.sampling.algorithms.choice import ALGORITHMS, SINGLE_SPIN
from spinlens.seeding import named
from spinlens.versions import versions


@dataclass(frozen=True)
class RunRequest:
    """The arguments of `spinlens.sample` that say what is drawn, checked; how it is carried out is not among them.

    With `exchange` the `algorithm` is one of single spins: "auto" becomes "heat-bath".
    """

    model: IsingModel
    temperatures: tuple[float, ...]
    draws: int
    chains: int = 2
    seed: int = 0
    algorithm: str = "auto"
    keep_spins: bool = False
    thin: int = 1
    warmup: int | None = None
    energy: bool = True
    series: bool = True
    correlations: bool = False
    exchange: bool = False
    wrapping: bool = False

    def __post_init__(self) -> None:
        checks.instance("model", self.model, IsingModel, "an IsingModel(shape, coupling)")
        self._set(temperatures=checks.temperatures(self.temperatures))
        self._set(draws=checks.positive_integer("draws", self.draws), thin=checks.positive_integer("thin", self.thin))
        if self.warmup is not None:
            self._set(warmup=checks.positive_integer("warmup", self.warmup, minimum=0))
        if self.keep_spins and not self.series:
            raise InputError("keep_spins needs series=True: averages keep no states")
        self._set(chains=checks.positive_integer("chains", self.chains), seed=checks.seed(self.seed))
        checks.choice("algorithm", self.algorithm, tuple(ALGORITHMS))
        if self.exchange:
            self._set(algorithm=_checked_ladder(self.temperatures, self.algorithm))

    def _set(self, **values: Any) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    @property
    def needs_states(self) -> bool:
        """Whether chains must hand over the states of their draws."""
        return self.keep_spins or self.correlations

    @property
    def arguments(self) -> dict[str, Any]:
        """All that determines the draws, as JSON data; their number is not among it, a run may be prolonged."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        del plain["draws"]
        model = model_document(plain.pop("model"))
        grid = [repr(named(temperature)) for temperature in plain.pop("temperatures")]
        return {"spinlens": versions()["spinlens"], "model": model, "temperatures": grid, **plain}


def _checked_ladder(temperatures: Sequence[float], algorithm: str) -> str:
    """The single-spin algorithm to use; `InputError` where replicas cannot be exchanged."""
    if len(temperatures) < 2 or min(temperatures) == 0:
        raise InputError(f"replica exchange needs two or more temperatures above 0, got {tuple(temperatures)}")
    chosen = "heat-bath" if algorithm == "auto" else algorithm
    if chosen not in SINGLE_SPIN:
        raise InputError(f"exchange is for single-spin moves ({', '.join(SINGLE_SPIN)}), got algorithm {algorithm!r}")
    return chosen
