"""Rows of a wider torus: what was read there of each kind, and how far that is from the lattice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from spinlens import checks
from spinlens.border import drawing
from spinlens.comparisons.finite_size_reading import OBSERVABLES, FiniteSizeReading
from spinlens.comparisons.sides import Side, side, together
from spinlens.machines.likelihood.gibbs_time import GibbsTime
from spinlens.showing import Card, Shown, data_frame, sides
from spinlens.statistics.combination import combined
from spinlens.statistics.estimate import Estimate, logarithm

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

MARGINS: Mapping[str, float] = {**dict.fromkeys(OBSERVABLES[:4], 0.02), "delta_spin": 0.03}
"""How far from the lattice is nothing: ln T by each observable, and Δ_s, as claims B and C of a study have it."""

_WORDS = {"m2": "⟨m²⟩", "binder": "U4", "xi": "ξ/L", "energy": "energy a site", "delta_spin": "Δ_s"}


@dataclass(frozen=True)
class TorusRow:
    """What one kind of states has on the wider torus.

    Attributes
    ----------
    kind : str
        "lattice", "exact", "cut", "carried", "machine", "pairs" or "carried pairs", see `beyond_training_size`.
    machine : int or None
        Which machine, of the last three.
    reading : FiniteSizeReading
        ⟨m²⟩, U4, ξ/L, energy and Δ_s with errors.
    tau : GibbsTime or None
        τ_int in Gibbs steps where Gibbs chains were run.
    settled : bool
        Whether chains were long enough, and those of all starts agree.
    """

    kind: str
    machine: int | None
    reading: FiniteSizeReading
    tau: GibbsTime | None
    settled: bool


@dataclass(frozen=True)
class TorusEffect:
    """How far a kind is from the lattice by one observable, over all its machines.

    Attributes
    ----------
    kind, observable : str
        Of what, by what.
    value : Estimate or None
        Of m2, binder, xi and energy the ln of the temperature, relative to T, at which the lattice itself has this
        value by its linear response at T (of ⟨m²⟩ its logarithm); of delta_spin the difference. None where it is
        undefined. The error is that of the mean over machines, with that of the lattice.
    margin : float
        What is nothing.
    side : {"inside", "outside", "undecided"}
        |x| + 3 s < δ, |x| − 3 s > δ, or neither; undecided where chains have not settled.
    """

    kind: str
    observable: str
    value: Estimate | None
    margin: float
    side: Side


@dataclass(frozen=True, eq=False, repr=False)
class BeyondTrainingSize(Shown):
    """Machines on a torus wider than the one of their training, beside the lattice there; of `beyond_training_size`.

    Attributes
    ----------
    shape, trained : tuple of int
        Sides of the wider torus, and of that of the training.
    temperature : float
        T of the lattice.
    rows : tuple of TorusRow
        One a kind, or a kind and machine.
    slopes : dict of str to float
        How the observables of the lattice move with ln T there (of ⟨m²⟩ its logarithm).
    """

    shape: tuple[int, ...]
    trained: tuple[int, ...]
    temperature: float
    rows: tuple[TorusRow, ...]
    slopes: Mapping[str, float]

    @property
    def kinds(self) -> tuple[str, ...]:
        """What there are rows of."""
        return tuple(dict.fromkeys(row.kind for row in self.rows))

    def of(self, kind: str) -> tuple[TorusRow, ...]:
        """The rows of a kind."""
        return tuple(row for row in self.rows if row.kind == kind)

    def effects(self, kind: str) -> tuple[TorusEffect, ...]:
        """How far a kind is from the lattice, by each observable.

        Parameters
        ----------
        kind : str
            One of `kinds` but "lattice".

        Returns
        -------
        tuple of TorusEffect
            By m2, binder, xi, energy and delta_spin.

        Raises
        ------
        InputError
            Another kind.
        """
        checks.choice("kind", kind, [name for name in self.kinds if name != "lattice"])
        (lattice,) = self.of("lattice")
        return tuple(self._effect(kind, name, getattr(lattice.reading, name)) for name in OBSERVABLES)

    def verdict(self, kind: str = "machine") -> str:
        """Whether a kind is still the lattice on the wider torus.

        Parameters
        ----------
        kind : str
            One of `kinds` but "lattice".

        Returns
        -------
        str
            "inside" where all effects are, "outside" where one is, "undecided" else; "not assayed" where the exact
            machine was run and is not inside itself.
        """
        if kind != "exact" and "exact" in self.kinds and self.verdict("exact") != "inside":
            return "not assayed"
        return together(effect.side for effect in self.effects(kind))

    def to_dataframe(self) -> pd.DataFrame:
        """A row a kind and machine: each observable and its `_error`, `tau` and `settled`."""
        return data_frame(_flat(row) for row in self.rows)

    def plot(self, ax: Axes | None = None, observable: str = "m2", **options: Any) -> Axes:
        """Draw an observable of all kinds in rows, the lattice's dashed; see `spinlens.plot.forest`.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; a new figure by default.
        observable : {"m2", "binder", "xi", "energy", "delta_spin"}
            Which.
        **options
            Of `spinlens.plot.forest`.

        Returns
        -------
        Axes
            The observable along x.
        """
        from spinlens.plot.forests import forest

        checks.choice("observable", observable, OBSERVABLES)
        (lattice,) = self.of("lattice")
        rows = {kind: {"": [v for v in self._values(kind, observable) if v is not None]} for kind in self.kinds}
        settings = {"known": getattr(lattice.reading, observable), "words": _WORDS[observable], "legend": False}
        return drawing(forest)(rows, ax, **{**settings, **options})

    def _values(self, kind: str, name: str) -> list[Estimate | None]:
        return [getattr(row.reading, name) for row in self.of(kind)]

    def _effect(self, kind: str, name: str, lattice: Estimate | None) -> TorusEffect:
        given, margin = self._values(kind, name), MARGINS[name]
        known = [value for value in given if value is not None]
        slope = 1.0 if name == "delta_spin" else self.slopes[name]
        if lattice is None or len(known) < len(given) or slope == 0:  # at T far from all order nothing responds
            return TorusEffect(kind, name, None, margin, "undecided")
        scaled = [logarithm(value) if name == "m2" else value for value in known]
        level = logarithm(lattice) if name == "m2" else lattice
        effect = (combined([(1.0, scaled)]) - level) / slope
        settled = all(row.settled for row in (*self.of(kind), *self.of("lattice")))
        return TorusEffect(kind, name, effect, margin, side(effect, margin) if settled else "undecided")

    def _card(self) -> Card:
        line = f"BeyondTrainingSize({sides(self.trained)} → {sides(self.shape)}, T = {self.temperature:g})"
        table: list[tuple[object, ...]] = [("kind", *(_WORDS[name] for name in OBSERVABLES), "verdict")]
        for kind in self.kinds:
            values = [[v for v in self._values(kind, name) if v is not None] for name in OBSERVABLES]
            cells = [str(combined([(1.0, found)])) if found else "–" for found in values]
            table.append((kind, *cells, "" if kind == "lattice" else self.verdict(kind)))
        machines = len({row.machine for row in self.rows if row.machine is not None})
        return Card(line, {"machines": machines}, table)


def _flat(row: TorusRow) -> dict[str, Any]:
    found: dict[str, Any] = {"kind": row.kind, "machine": row.machine}
    for name, pair in asdict(row.reading).items():
        found |= {name: None if pair is None else pair["value"]}
        found |= {f"{name}_error": None if pair is None else pair["error"]}
    return found | {"tau": None if row.tau is None else row.tau.value, "settled": row.settled}
