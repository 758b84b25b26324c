"""What `depth_against_width` gives: energy and specific heat of each kind of machine, effects and a verdict."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from spinlens import checks
from spinlens.border import drawing
from spinlens.comparisons.sides import SIGMAS, Side, side, together
from spinlens.machines.likelihood.gibbs_time import GibbsTime
from spinlens.showing import Card, Shown, data_frame, sides
from spinlens.statistics.combination import combined
from spinlens.statistics.estimate import Estimate, logarithm

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Observable = Literal["energy", "specific_heat"]
OBSERVABLES: tuple[Observable, ...] = ("energy", "specific_heat")
MARGINS = {"energy": 0.01, "specific_heat": 0.1}
"""Of ln T by the energy, and of ln C: what is nothing, however little the first layer misses."""

SHARE = 0.25
"""Of what the first layer misses: what is nothing, however much that is."""

LATTICE = "lattice"
CONTROLS = ("exact", "mirror", "untrained", "ceiling")


@dataclass(frozen=True)
class DepthRow:
    """Energy and specific heat of one kind of states at one temperature.

    Attributes
    ----------
    temperature : float
        T of the lattice that was learned.
    kind : str
        "lattice", hidden units of the layers as "64 + 64", or a control, see `depth_against_width`.
    machine : int or None
        Which of the machines at this T.
    energy : Estimate
        ⟨H⟩/N of the lattice in units of J, whatever the states are those of.
    specific_heat : Estimate
        (⟨H²⟩ − ⟨H⟩²)/(N T²).
    tau : GibbsTime or None
        τ_int in Gibbs steps of the top machine, where chains were run.
    settled : bool
        Whether chains were long enough, and those from cold and from hot agree.
    """

    temperature: float
    kind: str
    machine: int | None
    energy: Estimate
    specific_heat: Estimate
    tau: GibbsTime | None
    settled: bool


@dataclass(frozen=True)
class DepthEffect:
    """What a kind has more than another one, at one temperature by one observable, over all its machines.

    Attributes
    ----------
    kind, observable : str
        Of what, by what.
    temperature : float
        At which T of the lattice.
    value : Estimate
        Of a deeper or wider machine the difference from the first layer; of the first layer and of "exact" that from
        the lattice. By the energy as the ln of a temperature, Δe/(T C) with C of the lattice; of the specific heat
        ln C. The error is that of the mean over machines.
    missed : Estimate
        The difference of the first layer from the lattice, in the same units.
    share : Estimate or None
        Of a deeper or wider machine the part of what the first layer misses that it makes good, 1 all of it and below 0
        a loss; None where the first layer misses nothing by three errors. Its error takes the two as independent.
    margin : float
        What is nothing: 0.01 by the energy and 0.1 by the specific heat, or a quarter of |missed| where that is more.
    side : {"inside", "outside", "undecided"}
        Inside or outside the margin by three errors; undecided where chains have not settled.
    """

    kind: str
    observable: str
    temperature: float
    value: Estimate
    missed: Estimate
    share: Estimate | None
    margin: float
    side: Side


@dataclass(frozen=True, eq=False, repr=False)
class DepthAgainstWidth(Shown):
    """Stacks, their first layers and wider machines beside the lattice that they learned; of `depth_against_width`.

    Attributes
    ----------
    shape : tuple of int
        Sides of the lattice.
    first : str
        The kind that is the first layer alone.
    rows : tuple of DepthRow
        One a temperature, kind and machine.
    """

    shape: tuple[int, ...]
    first: str
    rows: tuple[DepthRow, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """What there are rows of, the lattice first."""
        return tuple(dict.fromkeys(row.kind for row in self.rows))

    @property
    def temperatures(self) -> tuple[float, ...]:
        """T of the lattice, rising."""
        return tuple(sorted({row.temperature for row in self.rows}))

    def of(self, kind: str, temperature: float | None = None) -> tuple[DepthRow, ...]:
        """The rows of a kind, of one temperature where that is given."""
        return tuple(row for row in self.rows if row.kind == kind and temperature in (None, row.temperature))

    def effects(self, kind: str) -> tuple[DepthEffect, ...]:
        """What a kind has more than the first layer, or the first layer and "exact" more than the lattice.

        Parameters
        ----------
        kind : str
            One of `kinds` but "lattice".

        Returns
        -------
        tuple of DepthEffect
            One for each observable at each temperature that there are rows of the kind at.

        Raises
        ------
        InputError
            Another kind.
        """
        checks.choice("kind", kind, [name for name in self.kinds if name != LATTICE])
        there = [T for T in self.temperatures if self.of(kind, T)]
        return tuple(self._effect(kind, T, name) for T in there for name in OBSERVABLES)

    def verdict(self, kind: str) -> str:
        """Whether a kind differs from the first layer, "exact" and the first layer itself from the lattice.

        Parameters
        ----------
        kind : str
            One of `kinds` but "lattice".

        Returns
        -------
        str
            "inside" where all effects are, "outside" where one is, "undecided" else; "not assayed" of machines where a
            control that was run is not what it must be: "exact" and "mirror" inside, and "untrained" outside by the
            energy at every temperature.
        """
        if kind not in CONTROLS and not self.assayed:
            return "not assayed"
        return together(effect.side for effect in self.effects(kind))

    @property
    def assayed(self) -> bool:
        """Whether all controls that were run are what they must be."""
        same = all(self.verdict(kind) == "inside" for kind in ("exact", "mirror") if kind in self.kinds)
        lost = self.effects("untrained") if "untrained" in self.kinds else ()
        return same and all(effect.side == "outside" for effect in lost if effect.observable == "energy")

    def to_dataframe(self) -> pd.DataFrame:
        """A row a temperature, kind and machine: energy and specific heat with `_error`, `tau` and `settled`."""
        return data_frame(_flat(row) for row in self.rows)

    def plot(self, ax: Axes | None = None, observable: Observable = "specific_heat", **options: Any) -> Axes:
        """Draw an observable of all kinds against temperature; see `spinlens.plot.depth`.

        Parameters
        ----------
        ax : Axes, optional
            Where to draw; a new figure by default.
        observable : {"energy", "specific_heat"}
            Which.
        **options
            Of `spinlens.plot.depth`.

        Returns
        -------
        Axes
            Temperature along x.
        """
        from spinlens.plot.depths import depth

        return drawing(depth)(self, ax, observable=observable, **options)

    def _effect(self, kind: str, T: float, observable: Observable) -> DepthEffect:
        (lattice,) = self.of(LATTICE, T)
        read = _scaled(lattice, observable)
        rows, below = self.of(kind, T), self._beside(kind, T)
        own, first, level = [read(row) for row in rows], [read(row) for row in below], read(lattice)
        missed, floor, share = combined([(1.0, first), (-1.0, [level])]), MARGINS[observable], None
        if kind in (self.first, "exact"):
            value, margin = combined([(1.0, own), (-1.0, [level])]), floor
            decided = side(value, floor)
        else:
            value, margin = combined([(1.0, own), (-1.0, first)]), max(floor, SHARE * abs(missed.value))
            decided = _side(value, missed, own, first, level, floor)
            share = None if abs(missed.deviation(0.0)) < SIGMAS else -value / missed
        settled = all(row.settled for row in (*rows, *below, lattice))
        return DepthEffect(kind, observable, T, value, missed, share, margin, decided if settled else "undecided")

    def _beside(self, kind: str, T: float) -> tuple[DepthRow, ...]:
        """The first layers of the same numbers as the machines of a kind; all where none is."""
        numbers = {row.machine for row in self.of(kind, T)}
        first = self.of(self.first, T)
        return tuple(row for row in first if row.machine in numbers) or first

    def _card(self) -> Card:
        line = f"DepthAgainstWidth({sides(self.shape)}, {len(self.temperatures)} temperatures)"
        table: list[tuple[object, ...]] = [("kind", "largest by energy", "largest by C", "verdict")]
        for kind in self.kinds[1:]:
            found = self.effects(kind)
            largest = [
                max((effect.value for effect in found if effect.observable == name), key=lambda value: abs(value.value))
                for name in OBSERVABLES
            ]
            table.append((kind, *map(str, largest), self.verdict(kind)))
        machines = len({row.machine for row in self.rows if row.machine is not None})
        return Card(line, {"first layer": self.first, "machines": machines}, table)


def _scaled(lattice: DepthRow, observable: Observable) -> Callable[[DepthRow], Estimate]:
    """The observable of a row as a number whose differences have the units of the margins."""
    slope = lattice.temperature * lattice.specific_heat.value  # de / d ln T

    def read(row: DepthRow) -> Estimate:
        return row.energy * (1 / slope) if observable == "energy" else logarithm(row.specific_heat)

    return read


def _side(
    value: Estimate, missed: Estimate, own: list[Estimate], first: list[Estimate], level: Estimate, floor: float
) -> Side:
    """Whether |value| is below the larger one of the floor and a quarter of |missed|, by three errors."""
    turn, part = math.copysign(1.0, value.value), math.copysign(SHARE, missed.value)
    beyond = combined([(turn, own), (-turn - part, first), (part, [level])])  # |value| − |missed| / 4
    above, below = beyond.value - SIGMAS * beyond.error > 0, beyond.value + SIGMAS * beyond.error < 0
    by_floor = side(value, floor)
    if by_floor == "inside" or below:
        return "inside"
    return "outside" if above and by_floor == "outside" else "undecided"


def _flat(row: DepthRow) -> dict[str, Any]:
    found: dict[str, Any] = {"temperature": row.temperature, "kind": row.kind, "machine": row.machine}
    for name in OBSERVABLES:
        value: Estimate = getattr(row, name)
        found |= {name: value.value, f"{name}_error": value.error}
    return found | {"tau": None if row.tau is None else row.tau.value, "settled": row.settled}
