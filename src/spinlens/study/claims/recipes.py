"""The machines of a model: recipes with their stratum, and the controls of the gate."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.effects import FEWEST, decide, effect, over_machines
from spinlens.study.results_document import Results, entries, label, reference, section

CONTROLS = ("exact", "lazy", "geometry-free", "mean-field", "redrawn")
"""The positive control and the negative ones."""

LEARNED = 1e-3
"""Nats a site below which a machine counts as having learned its lattice, as `spinlens.gap` has it."""

CRITICAL = "critical"  # the training set of T_c alone
Stratum = Literal["learned", "not learned", "gap unclear"]


@dataclass(frozen=True)
class Recipe:
    """Machines of one model that were trained alike, each with another seed."""

    model: Results
    name: str
    machines: tuple[Results, ...]

    @property
    def subject(self) -> str:
        return f"{label(self.model)}, {self.name}"

    @property
    def training_set(self) -> str:
        return str(self.machines[0].get("training_set"))

    @property
    def family(self) -> str:
        return str(self.machines[0].get("family") or self.name)

    @property
    def critical(self) -> bool:
        """Whether it learned from states at T_c alone."""
        return self.training_set == CRITICAL

    @property
    def negative(self) -> bool:
        """Whether it is a control that has to be outside in something."""
        return _is_control(self.machines[0]) and self.name != CONTROLS[0]

    @property
    def enough(self) -> bool:
        """Whether there are as many machines as a decision needs."""
        return len(self.machines) >= FEWEST

    @property
    def gap(self) -> Estimate | None:
        """Nats a site between the lattice at T_c and these machines."""
        return over_machines(reference(machine.get("gap")) for machine in self.machines)

    @property
    def stratum(self) -> Stratum:
        """Learned where the mean gap is below 10⁻³ nats a site by three errors, not learned where it is above."""
        side, _ = decide([effect("gap", self.gap, LEARNED)])
        names: dict[str, Stratum] = {"inside": "learned", "outside": "not learned"}
        return names.get(side, "gap unclear")

    @property
    def about(self) -> str:
        """The stratum and the gap in words."""
        if not self.critical:
            return f"trained on {self.training_set}"
        return f"{self.stratum}, gap {self.gap or 'not measured'}"


def trained(model: Results) -> list[Recipe]:
    """The recipes of a model that claims are about, in the order of the study."""
    return _grouped(model, (machine for machine in entries(model, "machines") if not _is_control(machine)))


def controls(model: Results) -> dict[str, Recipe]:
    """The controls of a model by kind."""
    found = _grouped(model, filter(_is_control, entries(model, "machines")))
    return {recipe.name: recipe for recipe in found if recipe.name in CONTROLS}


def _is_control(machine: Results) -> bool:
    return machine.get("control") is True or machine.get("kind") != "trained"


def _grouped(model: Results, machines: Iterable[Results]) -> list[Recipe]:
    """One recipe for each name; a number counts once, and what has neither is left out."""
    found: dict[str, dict[int, Results]] = {}
    for machine in machines:
        name, number = machine.get("recipe"), machine.get("number")
        if isinstance(name, str) and isinstance(number, int) and section(machine, "end"):
            found.setdefault(name, {})[number] = machine
    return [Recipe(model, name, tuple(numbers.values())) for name, numbers in found.items()]
