"""Effects, sides and verdicts of made-up rows; tables and the figure."""

from __future__ import annotations

import dataclasses
import math

import pytest

from spinlens import Estimate
from spinlens.comparisons.finite_size_reading import FiniteSizeReading
from spinlens.comparisons.sides import side
from spinlens.comparisons.torus_rows import BeyondTrainingSize, TorusRow
from spinlens.errors import InputError

SLOPES = {"m2": -2.0, "binder": -1.0, "xi": -4.0, "energy": 3.0, "delta_spin": 1.0}
LEVEL = {"m2": 0.5, "binder": 0.6, "xi": 0.9, "energy": -1.4, "delta_spin": 0.1}


def row(kind, machine=None, shift=0.0, error=1e-4, settled=True, **changed):
    """A row of states that are at a temperature higher by `shift` in its logarithm."""
    values = {name: LEVEL[name] + SLOPES[name] * shift for name in LEVEL} | {"m2": 0.5 * math.exp(-2 * shift)}
    values |= {"delta_spin": LEVEL["delta_spin"]}
    numbers = {name: Estimate(value, error) for name, value in values.items()} | changed
    return TorusRow(kind, machine, FiniteSizeReading(**numbers), None, settled)


def found(*rows):
    return BeyondTrainingSize((8, 8), (4, 4), 2.0, (row("lattice"), *rows), SLOPES)


@pytest.mark.parametrize(
    ("x", "s", "known"),
    [(0.01, 0.003, "inside"), (0.01, 0.004, "undecided"), (-0.04, 0.006, "outside"), (0.03, 0.004, "undecided"),
     (0.0, math.nan, "undecided")],
)  # fmt: skip
def test_three_errors_decide(x, s, known):
    assert side(Estimate(x, s), 0.02) == known


@pytest.mark.parametrize(
    ("shift", "verdict"), [(0.0, "inside"), (0.015, "inside"), (-0.03, "outside"), (0.02, "undecided")]
)
def test_effects_are_the_temperature_of_the_states(shift, verdict):
    result = found(*(row("machine", k, shift) for k in range(4)))
    for effect in result.effects("machine")[:4]:
        assert effect.value.value == pytest.approx(shift, abs=1e-9)
    assert result.verdict() == verdict


def test_scatter_of_machines_is_in_the_error():
    result = found(*(row("machine", k, shift) for k, shift in enumerate((-0.01, 0.01, -0.01, 0.01))))
    assert result.effects("machine")[0].value.error > 0.005
    assert found(row("machine", 0, 0.0)).effects("machine")[0].value.error < 0.001


def test_one_observable_outside_is_outside():
    result = found(row("machine", 0, delta_spin=Estimate(0.2, 0.001)))
    assert [effect.side for effect in result.effects("machine")] == ["inside"] * 4 + ["outside"]
    assert result.verdict() == "outside"


def test_what_is_not_settled_or_undefined_decides_nothing():
    assert {e.side for e in found(row("machine", 0, 0.5, settled=False)).effects("machine")} == {"undecided"}
    result = found(row("machine", 0), row("machine", 1, delta_spin=None))
    assert result.effects("machine")[-1].value is None
    assert result.verdict() == "undecided"


def test_where_nothing_responds_to_temperature_there_is_no_effect():
    still = dataclasses.replace(found(row("machine", 0)), slopes={**SLOPES, "energy": 0.0})
    assert [effect.side for effect in still.effects("machine")] == ["inside"] * 3 + ["undecided", "inside"]
    assert still.verdict() == "undecided"


def test_an_exact_machine_that_is_not_the_lattice_stops_all_verdicts():
    result = found(row("exact", shift=0.1), row("machine", 0))
    assert result.verdict("exact") == "outside"
    assert result.verdict() == "not assayed"
    assert found(row("exact"), row("machine", 0)).verdict() == "inside"


@pytest.mark.parametrize("kind", ["lattice", "pairs", "spins"])
def test_kinds_that_are_not_there_are_refused(kind):
    with pytest.raises(InputError, match="kind"):
        found(row("machine", 0)).effects(kind)


def test_it_shows_itself():
    result = found(row("exact"), row("machine", 0, 0.1), row("machine", 1, 0.1, delta_spin=None))
    assert repr(result) == "BeyondTrainingSize(4×4 → 8×8, T = 2)"
    assert "outside" in str(result)
    assert "⟨m²⟩" in str(result)
    frame = result.to_dataframe()
    assert list(frame["kind"]) == ["lattice", "exact", "machine", "machine"]
    assert frame["m2"][0] == 0.5
    assert frame["delta_spin"].isna()[3]
    assert bool(frame["settled"].all())


def test_the_figure_has_a_row_a_kind_and_a_point_a_machine():
    result = found(row("exact"), row("machine", 0, 0.1), row("machine", 1, 0.2))
    ax = result.plot(observable="energy")
    assert [label.get_text() for label in ax.get_yticklabels()] == ["lattice", "exact", "machine"]
    assert sorted(ax.containers[0].lines[0].get_xdata().round(9)) == [-1.4, -1.4, -1.1, -0.8]
    assert ax.get_xlabel() == "energy a site"
    with pytest.raises(InputError, match="observable"):
        result.plot(observable="spin")
