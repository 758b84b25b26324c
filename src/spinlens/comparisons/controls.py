"""Controls beside a flow: machines that know the lattice exactly, by training, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from spinlens import checks
from spinlens.border import checked
from spinlens.errors import InputError

RECIPES: dict[str, dict[str, Any]] = {
    "CD-1": {"steps": 1, "persistent": False},
    "PCD-1": {"steps": 1, "persistent": True},
    "PCD-10": {"steps": 10, "persistent": True},
    "PCD-100": {"steps": 100, "persistent": True},
    "learned": {},
}
"""How machines are trained: CD-1 as published, PCD-k with persistent chains; "learned" is `RBM.for_lattice`."""

TRAINING = ("lattice", "geometry-free", "mean-field")
"""What machines are trained on: states at T_c; T = 0 and T = ∞ states only; Curie–Weiss states at K = 1."""

CONTROLS = (*TRAINING, "redrawn", "exact")


@dataclass(frozen=True, order=True)
class Case:
    """One machine of a comparison.

    Attributes
    ----------
    control : str
        What it is: trained on one of `TRAINING`; "redrawn", the weights of the lattice machine of the same recipe,
        width and seed drawn anew from the normal distribution fitted to them, every unit's sign chosen beforehand so
        that its weights sum to a positive number; or "exact", one hidden unit a bond.
    recipe : str
        A name of `RECIPES` ("" for the exact machine).
    n_hidden : int
        Hidden units, of "learned" a multiple of N (0 for the exact machine: as many as there are bonds).
    number : int
        Which of several seeds.
    """

    control: str
    recipe: str = ""
    n_hidden: int = 0
    number: int = 0

    def __post_init__(self) -> None:
        checks.choice("control", self.control, CONTROLS)
        checks.positive_integer("n_hidden", self.n_hidden, 0)
        checks.positive_integer("number", self.number, 0)
        if self.control != "exact":
            checks.choice("recipe", self.recipe, tuple(RECIPES))
            checks.positive_integer("n_hidden", self.n_hidden)

    @property
    def name(self) -> str:
        """A name fit for files, such as lattice-CD-1-64-0."""
        return "exact" if self.control == "exact" else f"{self.control}-{self.recipe}-{self.n_hidden}-{self.number}"

    @property
    def source(self) -> Case:
        """The case whose machine must be trained for this one; itself unless redrawn."""
        if self.control != "redrawn":
            return self
        return Case("lattice", self.recipe, self.n_hidden, self.number)


@checked
def flow_controls(
    n_sites: int,
    seeds: int = 5,
    recipes: Sequence[str] = ("CD-1", "PCD-100", "learned"),
    widths: Sequence[int] | None = None,
    controls: Sequence[str] = CONTROLS,
) -> tuple[Case, ...]:
    """The machines to set beside a flow.

    The exact machine; for every recipe and seed the lattice machine at every width, and at the smallest width the
    geometry-free, mean-field and redrawn ones. Those of "learned" have one filter and two, and of them only redrawn
    ones make sense.

    Parameters
    ----------
    n_sites : int
        N of the lattice.
    seeds : int, default 5
        Machines of each kind; five show the spread.
    recipes : sequence of str
        Names of `RECIPES`; by default CD-1 as in published flows, PCD-100 and "learned", which is much the nearest to
        the lattice.
    widths : sequence of int, optional
        Hidden units; N/4, N/2, N and 2N by default. "learned" takes the multiples of N among them, or N.
    controls : sequence of str
        Those wanted of `CONTROLS`; all by default.

    Returns
    -------
    tuple of Case
        For `compare_flows`, each once.

    Raises
    ------
    InputError
        Unknown names, or no widths.

    Examples
    --------
    >>> [case.name for case in flow_controls(16, 1, ["CD-1"], [4])]
    ['exact', 'lattice-CD-1-4-0', 'geometry-free-CD-1-4-0', 'mean-field-CD-1-4-0', 'redrawn-CD-1-4-0']
    >>> len(flow_controls(256))
    86
    """
    N = checks.positive_integer("n_sites", n_sites)
    chosen = sorted({max(1, N // 4), max(1, N // 2), N, 2 * N} if widths is None else set(widths))
    wanted = [checks.choice("control", control, CONTROLS) for control in controls]
    if not chosen:
        raise InputError("widths is empty: give at least one number of hidden units")
    cases = [Case("exact")] if "exact" in wanted else []
    for recipe in recipes:
        own, alike = chosen, [control for control in wanted if control not in ("lattice", "exact")]
        if recipe == "learned":  # whole filters; data of other controls have no lattice to move them on
            own, alike = [width for width in chosen if width % N == 0] or [N], [c for c in alike if c == "redrawn"]
        for number in range(checks.positive_integer("seeds", seeds)):
            cases += [Case("lattice", recipe, width, number) for width in own if "lattice" in wanted]
            cases += [Case(control, recipe, own[0], number) for control in alike]
    return tuple(dict.fromkeys(cases))
