"""Monte Carlo renormalization group: scaling exponents from correlations between a lattice and its blocks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spinlens import checks
from spinlens.border import checked, drawing
from spinlens.errors import InputError
from spinlens.files.held import Held
from spinlens.files.plain import plain
from spinlens.lattice.trajectory import Trajectory
from spinlens.progress import Progress, telling
from spinlens.renormalization.linearized import RGSpectrum, spectra
from spinlens.renormalization.measurements import Measurements, measure
from spinlens.renormalization.operators import AnyOperator, Parity
from spinlens.showing import Card, Shown, data_frame, sides
from spinlens.statistics.estimate import Estimate

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


@dataclass(frozen=True)
class BlockingStep:
    """One renormalization step: the lattices before and after, and the spectra with 1, 2, … operators kept."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    scale: float
    even: tuple[RGSpectrum, ...]
    odd: tuple[RGSpectrum, ...]


@dataclass(frozen=True, repr=False)
class MCRG(Shown):
    """What `mcrg` found, step by step.

    Attributes
    ----------
    steps : tuple of BlockingStep
        One entry a step, the finest lattice first.
    bin_length : int
        Samples in a jackknife bin.
    tau_int : float
        The longest τ_int of the operators of the finest lattice, in samples.
    """

    steps: tuple[BlockingStep, ...]
    bin_length: int
    tau_int: float

    def _card(self) -> Card:
        rows = [(number, *self._line(number, step)) for number, step in enumerate(self.steps, 1)]
        short = (
            f", shorter than 20 τ_int = {20 * self.tau_int:.3g}: errors are too small, give more samples or fewer bins"
        )
        bins = f"{self.bin_length} samples long" + ("" if self.reliable else short)
        first, last = sides(self.steps[0].before), sides(self.steps[-1].after)
        found = ", ".join(
            f"{name} = {value}" for name, value in zip(("y_t", "y_h"), rows[-1][3:], strict=True) if value
        )
        line = f"MCRG({first} → {last} in {len(self.steps)} steps: {found})"
        return Card(line, {"bins": bins}, [("step", "lattices", "operators", "y_t", "y_h"), *rows])

    def _line(self, number: int, step: BlockingStep) -> tuple[object, ...]:
        operators = f"{len(step.even)} even, {len(step.odd)} odd"
        last = [_last(sector) for sector in (step.even, step.odd)]
        return f"{sides(step.before)} → {sides(step.after)}", operators, *last

    def to_dataframe(self) -> pd.DataFrame:
        """The exponents of every truncation as a table of pandas.

        Returns
        -------
        pandas.DataFrame
            A row for each step, parity and number of operators kept: the lattices `before` and `after`, the operator
            that was `added`, the largest eigenvalue with its error, y with its error (nan where the map does not
            change the lattice).
        """
        none = Estimate(math.nan, math.nan)
        rows = [
            {
                "step": number, "parity": parity, "operators": count, "added": one.operators[-1],
                "before": sides(step.before), "after": sides(step.after),
                "eigenvalue": one.leading.value, "eigenvalue_error": one.leading.error,
                "exponent": (one.exponent or none).value, "exponent_error": (one.exponent or none).error,
            }
            for number, step in enumerate(self.steps, 1)
            for parity, sector in (("even", step.even), ("odd", step.odd))
            for count, one in enumerate(sector, 1)
        ]  # fmt: skip
        return data_frame(rows, ["step", "parity", "operators"])

    def to_dict(self) -> dict[str, Any]:
        """The exponents of every truncation as dicts, lists and numbers, JSON-able.

        Returns
        -------
        dict
            `bin_length`, `tau_int`, `reliable`, and `steps` with their lattices, `scale`, and for "even" and "odd" a
            list of {"operators", "eigenvalue", "exponent"}, one for each number of operators kept.

        Examples
        --------
        >>> free = np.where(np.random.default_rng(0).random((640, 16)) < 0.5, 1, -1)
        >>> mcrg([free, free[:, ::2]], odd=()).to_dict()["steps"][0]["after"]
        [8]
        """
        steps = [
            {"before": step.before, "after": step.after, "scale": step.scale}
            | {parity: [_entry(one) for one in getattr(step, parity)] for parity in ("even", "odd")}
            for step in self.steps
        ]
        about = {"bin_length": self.bin_length, "tau_int": self.tau_int, "reliable": bool(self.reliable)}
        document: dict[str, Any] = plain({**about, "steps": steps})
        return document

    @property
    def reliable(self) -> bool:
        """Whether bins are at least 20 τ_int long, so that the errors can be trusted."""
        return self.bin_length >= 20 * self.tau_int

    def exponent(self, parity: Parity, step: int = -1, operators: int | None = None) -> Estimate:
        """y of one step (the last) with the first `operators` kept (all): "even" gives y_t, "odd" y_h."""
        sector = self._sector(step, parity)
        number = len(sector) if operators is None else checks.positive_integer("operators", operators)
        if number > len(sector):
            raise InputError(f"{number} {parity} operators were asked for, {len(sector)} were measured")
        found = sector[number - 1].exponent
        if found is None:
            raise InputError("a map that does not change the lattice has eigenvalues but no exponents")
        return found

    def truncation(self, parity: Parity, step: int = -1) -> float:
        """How much y still depends on the truncation: the spread max − min of y over the last half of the counts."""
        sector = self._sector(step, parity)
        values = [found.exponent.value for found in sector[len(sector) // 2 :] if found.exponent is not None]
        return float(np.ptp(values)) if values else math.nan

    def systematic(self, parity: Parity) -> float:
        """How far the last y may still move: what its last step changed, or `truncation`, the larger.

        Where steps change y by nearly the same amount each (power laws), the fixed point is several of them away.
        """
        values = [self.exponent(parity, step).value for step in range(len(self.steps))[-2:]]
        return float(np.max([self.truncation(parity), np.ptp(values)]))

    def table(self) -> str:
        """y (λ where b = 1) by step and number of operators, as text."""
        lines = []
        for number, step in enumerate(self.steps, 1):
            for parity, sector in (("even", step.even), ("odd", step.odd)):
                for count, spectrum in enumerate(sector, 1):
                    shown = spectrum.leading if spectrum.exponent is None else spectrum.exponent
                    sides = f"{step.before} → {step.after}"
                    lines.append(f"{number}  {sides:24} {parity:5} {count:3}  {shown!s:12} + {spectrum.operators[-1]}")
        return "\n".join(lines)

    def _sector(self, step: int, parity: str) -> tuple[RGSpectrum, ...]:
        checks.choice("parity", parity, ("even", "odd"))
        if not -len(self.steps) <= step < len(self.steps):
            raise InputError(f"step {step} was asked for, there are {len(self.steps)}")
        sector = self.steps[step].even if parity == "even" else self.steps[step].odd
        if not sector:
            raise InputError(f"no {parity} operators were measured")
        return sector

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw y_t (``parity="odd"``: y_h) against the operators kept; see `spinlens.plot.mcrg`."""
        from spinlens.plot.exponents import mcrg

        return drawing(mcrg)(self, ax, **options)


def _entry(found: RGSpectrum) -> dict[str, Any]:
    return {"operators": found.operators, "eigenvalue": found.leading, "exponent": found.exponent}


def _last(sector: Sequence[RGSpectrum]) -> Estimate | str:
    """The exponent with all operators kept; the eigenvalue of a map that does not change the lattice."""
    if not sector:
        return ""
    return f"λ = {sector[-1].leading}" if sector[-1].exponent is None else sector[-1].exponent


@checked
def mcrg(
    levels: Trajectory | Sequence[Held],
    even: Sequence[AnyOperator] | None = None,
    odd: Sequence[AnyOperator] | None = None,
    chains: int = 1,
    bins: int = 64,
    progress: Progress = None,
) -> MCRG:
    """Exponents of a renormalization map by Swendsen's method, from configurations before and after it.

    With −H/T = Σ_α K_α S_α and primes for the lattice after the map, the chain rule gives
    ∂⟨S′_γ⟩/∂K_β = Σ_α (∂⟨S′_γ⟩/∂K′_α) T_αβ, both derivatives being correlations [Swendsen1979]_:

        A T = B,   A_γα = ⟨S′_γ S′_α⟩ − ⟨S′_γ⟩⟨S′_α⟩,   B_γβ = ⟨S′_γ S_β⟩ − ⟨S′_γ⟩⟨S_β⟩.

    The largest eigenvalue of T = ∂K′/∂K at a fixed point is b^y: y_t = 1/ν in the even sector, y_h = d − Δ_s in the
    odd one. Near T_c each further step comes closer to the fixed point, until the lattice is too small; each further
    operator makes the truncation smaller [Pawley1984]_. Cost O(n N) an operator.

    Parameters
    ----------
    levels : Trajectory or sequence of array_like
        Of `block_spin_flow`, `stacked_flow`, `rbm_flow`; or arrays (n_samples, *shape) of spins ±1, finest first, where
        sample i of each comes from sample i of the one before by the same map. Any map will do.
    even, odd : sequence of Operator, optional
        Operators of each sector; by default `default_operators` that fit the coarsest lattice, () for none.
    chains : int, default 1
        How many independent runs of equal length the samples consist of, one after the other.
    bins : int, default 64
        Jackknife bins in all, each within a chain; they are to be much longer than τ_int (see `MCRG.reliable`).
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    MCRG
        Exponents of every step with 1, 2, … operators kept. Errors are statistical; `truncation` says how much the
        answer moves with the operators kept, `systematic` also how much the last step moved it.

    Raises
    ------
    SpinsError
        States that are not ±1.
    InputError
        Levels of different numbers of samples, sides that do not shrink alike, operators of the wrong kind.
    ConvergenceError
        Operators that are linearly dependent on the coarser lattice, or fewer samples than operators: leave some out.

    References
    ----------
    .. [Pawley1984] Pawley, Swendsen, Wallace & Wilson, Phys. Rev. B 29, 4030 (1984).
    .. [Swendsen1979] Swendsen, Phys. Rev. Lett. 42, 859 (1979).

    Examples
    --------
    Decimation of a ring has dK′/dK = tanh 2K, and K = 0 is its fixed point: free spins have λ = 0 within errors.

    >>> free = np.where(np.random.default_rng(0).random((6400, 16)) < 0.5, 1, -1)
    >>> found = mcrg([free, free[:, ::2]], odd=())
    >>> bool(abs(found.steps[0].even[0].leading.value) < 4 * found.steps[0].even[0].leading.error)
    True
    """
    with telling(progress) as tell:
        return analyse(measure(levels, even, odd, chains, tell), bins)


def analyse(measured: Measurements, bins: int = 64) -> MCRG:
    """As `mcrg`, from operator values: for runs too long to keep their states (`measure`, `Measurements.joined`)."""
    parts = measured.bins(checks.positive_integer("bins", bins, minimum=2))
    steps = []
    for number, (before, after) in enumerate(zip(measured.shapes[:-1], measured.shapes[1:], strict=True)):
        scale = before[0] / after[0]
        fine, coarse = measured.values[number], measured.values[number + 1]
        sectors = []
        for parity in ("even", "odd"):
            columns = [k for k, operator in enumerate(measured.operators) if operator.parity == parity]
            names = [measured.operators[k].name for k in columns]
            sectors.append(spectra(names, coarse[:, columns], fine[:, columns], parts, scale))
        steps.append(BlockingStep(before, after, scale, sectors[0], sectors[1]))
    return MCRG(tuple(steps), parts[0].stop - parts[0].start, measured.tau_int())
