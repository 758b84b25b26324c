"""Machines as the figures show them: where each lies between the lattice and nothing learned, and its effects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from spinlens.plot import style
from spinlens.report.illustration import Key
from spinlens.statistics.estimate import Estimate
from spinlens.study.claims import ends
from spinlens.study.claims.effects import Effect, worst
from spinlens.study.claims.recipes import Recipe
from spinlens.study.results_document import (
    Results,
    entries,
    finite,
    measured,
    models,
    reference,
    section,
    temperature_unit,
)

READ = tuple(ends.INSTRUMENTS)
"""The instruments whose temperatures the claims about ends of flows read."""

EFFECTS = {
    "temperature": ("T_end / T_c − 1", ends.TEMPERATURE),
    "spread": ("spread of T_end / T_c", ends.TEMPERATURE),
    "distance": ("squared distance D²", ends.DISTANCE**2),
    "delta_spin": ("Δ_s − lattice", ends.DELTA_SPIN),
    "delta_energy": ("Δ_ε − lattice", ends.DELTA_ENERGY),
}
"""What the claims about ends of flows read of one machine: words and margin."""

_CONTROLS = {"exact": (style.INK, "*"), "lazy": (style.MUTED, "p"), "geometry-free": (style.MUTED, "h"),
             "mean-field": (style.MUTED, "<"), "redrawn": (style.MUTED, ">")}  # fmt: skip


@dataclass(frozen=True)
class Look:
    """Colour and marker of a recipe; controls are hollow but for the exact machine."""

    color: str
    marker: str
    control: bool = False

    @property
    def hollow(self) -> bool:
        return self.control and self.color != style.INK

    @property
    def options(self) -> dict[str, Any]:
        """As matplotlib has it."""
        size = 6.0 if self.marker == "*" else 4.0
        face = "none" if self.hollow else self.color
        return {"color": self.color, "marker": self.marker, "mfc": face, "mec": self.color, "mew": 0.8, "ms": size,
                "zorder": 2.5 if self.control else 3.0}  # fmt: skip


@dataclass(frozen=True)
class MachinePoint:
    """One machine: its gap in nats a site (None where unknown), whether that is a bound only, and its effects."""

    recipe: str
    number: int | None
    control: bool
    learned: bool
    gap: Estimate | None
    bound: bool
    effects: Mapping[str, Effect]


_OF_PRESETS = (
    "cd1-grid", "cd1-low", "cd1-high", "cd1-critical", "sister-code", "learned", "learned-grid", "learned-low",
    "learned-high", "dense",
)  # fmt: skip


def looks(results: Results) -> dict[str, Look]:
    """How each recipe is drawn, the same in all figures; those of the presets the same in all studies."""
    machines = [machine for model in models(results).values() for machine in entries(model, "machines")]
    trained = dict.fromkeys(str(m.get("recipe")) for m in machines if not is_control(m))
    controls = dict.fromkeys(str(m.get("recipe")) for m in machines if is_control(m))
    order = [*_OF_PRESETS, *(name for name in trained if name not in _OF_PRESETS)]
    own = {name: Look(*_series(order.index(name))) for name in trained}
    return own | {name: Look(*_CONTROLS.get(name, (style.MUTED, "X")), control=True) for name in controls}


def _series(index: int) -> tuple[str, str]:
    """Colours but for ink, which stands for what is exact; after a round the same colour has another marker."""
    return style.SERIES[1:][index % (len(style.SERIES) - 1)], style.MARKERS[index % len(style.MARKERS)]


def keys(of: Mapping[str, Look], shown: Iterable[str] | None = None) -> tuple[Key, ...]:
    """The key of recipes, those `shown` when it is given."""
    wanted = set(of if shown is None else shown)
    return tuple(
        Key(f"{name} (control)" if look.control else name, look.color, "point", style.glyph(look.marker, look.hollow))
        for name, look in of.items()
        if name in wanted
    )


def is_control(machine: Results) -> bool:
    """Whether a machine is there to hold the rules against and not to be judged."""
    return machine.get("control") is True or machine.get("kind", "trained") != "trained"


def machine_points(model: Results) -> list[MachinePoint]:
    """Every machine of a model, in the order of the document."""
    return [_point(model, machine) for machine in entries(model, "machines")]


def _point(model: Results, machine: Results) -> MachinePoint:
    gap, number = section(machine, "gap"), finite(machine.get("number"))
    return MachinePoint(
        recipe=str(machine.get("recipe")),
        number=None if number is None else int(number),
        control=is_control(machine),
        learned=gap.get("learned") is True,
        gap=reference(gap),
        bound=gap.get("method") == "bound",
        effects=effects_of(model, machine),
    )


def effects_of(model: Results, machine: Results) -> dict[str, Effect]:
    """The effects of `EFFECTS` that are known of one machine; of the temperatures the one that is farthest off."""
    alone = Recipe(model, str(machine.get("recipe")), (machine,))
    if not ends.settled(alone):
        return {}
    spread, distance = ends.temperature_at_all(alone)
    spin, energy = ends.dimension_effects(alone)
    found = dict(zip(EFFECTS, (worst(ends.temperature_effects(alone)), spread, distance, spin, energy), strict=True))
    return {key: effect for key, effect in found.items() if effect is not None and effect.measured}


def end_temperatures(model: Results, machine: Results, part: str = "all") -> dict[str, Estimate]:
    """T_end / T_c by every instrument in its range."""
    end, unit = section(section(machine, "end"), part), temperature_unit(model)
    inside = section(end, "in_range")
    found = {name: measured(entry) for name, entry in section(end, "temperature").items() if inside.get(name) is True}
    if not unit > 0:
        return {}
    return {name: Estimate(T.value / unit, T.error / unit) for name, T in found.items() if T is not None}


def end_margin() -> float:
    """Half the width of the band about T_c in units of it."""
    return ends.TEMPERATURE


def instrument_keys() -> tuple[Key, ...]:
    """The key of the instruments."""
    looks = {words: style.instrument(name) for name, words in style.INSTRUMENTS.items()}
    return tuple(Key(words, color, "point", style.glyph(marker)) for words, (color, marker, _) in looks.items())
