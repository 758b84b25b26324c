"""Effects, sides and verdicts of made-up rows; tables."""

from __future__ import annotations

import math

import pytest

from spinlens import Estimate
from spinlens.comparisons.depth_rows import DepthAgainstWidth, DepthRow
from spinlens.errors import InputError

T, E, C = 2.0, -1.5, 0.5  # de / d ln T = 1


def row(kind, machine=None, shift=0.0, heat=0.0, error=1e-4, settled=True, T=T):
    """States whose energy is that of a temperature higher by `shift` in its logarithm, and ln C higher by `heat`."""
    return DepthRow(T, kind, machine, Estimate(E + shift, error), Estimate(C * math.exp(heat), error), None, settled)


def found(*rows):
    return DepthAgainstWidth((8, 8), "64", (row("lattice", error=0.0), *rows))


def of(*deeper, first=0.1, **options):
    """First layers that miss `first` in ln T, and what deeper ones have more."""
    numbers = range(len(deeper))
    rows = [row("64", k, first) for k in numbers] + [row("64 + 64", k, first + deeper[k], **options) for k in numbers]
    return found(*rows)


@pytest.mark.parametrize(
    ("more", "first", "side", "margin"),
    [
        (0.0, 0.1, "inside", 0.025), (-0.02, 0.1, "inside", 0.025), (0.02, -0.1, "inside", 0.025),
        (-0.03, 0.1, "outside", 0.025), (0.03, 0.1, "outside", 0.025), (0.03, -0.1, "outside", 0.025),
        (0.009, 0.0, "inside", 0.01), (0.011, 0.0, "outside", 0.01), (-0.025, 0.1, "undecided", 0.025),
        (0.01, 0.0, "undecided", 0.01),
    ],
)  # fmt: skip
def test_effects_are_held_against_a_floor_and_a_quarter_of_what_is_missed(more, first, side, margin):
    energy = of(more, more, first=first).effects("64 + 64")[0]
    assert energy.value.value == pytest.approx(more)
    assert energy.missed.value == pytest.approx(first)
    assert energy.margin == pytest.approx(margin)
    assert energy.side == side


def test_the_share_is_what_is_made_good():
    assert of(-0.05).effects("64 + 64")[0].share.value == pytest.approx(0.5)
    assert of(0.05).effects("64 + 64")[0].share.value == pytest.approx(-0.5)
    assert of(0.05, first=1e-5).effects("64 + 64")[0].share is None
    assert of(0.05).effects("64")[0].share is None


def test_first_layers_are_held_against_the_lattice():
    energy, heat = of(0.0).effects("64")
    assert (energy.value.value, energy.side, heat.side) == (pytest.approx(0.1), "outside", "inside")


def test_the_specific_heat_counts_by_its_logarithm():
    result = found(row("64", 0), row("64 + 64", 0, heat=0.2))
    assert result.effects("64 + 64")[1].value.value == pytest.approx(0.2)
    assert result.verdict("64 + 64") == "outside"


def test_scatter_of_machines_is_in_the_error_and_that_of_first_layers_is_not():
    scattered = of(-0.01, 0.01).effects("64 + 64")[0]
    assert scattered.value.error == pytest.approx(0.01)
    assert scattered.side == "undecided"
    rows = [row("64", k, x) for k, x in enumerate((0.05, 0.15))]
    together = found(*rows, *(row("64 + 64", k, x) for k, x in enumerate((0.05, 0.15)))).effects("64 + 64")[0]
    assert together.value.error < 0.001
    alone = found(*rows, row("64 + 64", 1, 0.15)).effects("64 + 64")[0]
    assert alone.value.value == pytest.approx(0.0)  # beside its own first layer
    wide = found(*rows, *(row("128", k, 0.1) for k in range(2, 6))).effects("128")[0]
    assert wide.value.value == pytest.approx(0.0)
    assert wide.value.error == pytest.approx(0.05, rel=0.01)  # the scatter of first layers


def test_what_is_not_settled_decides_nothing():
    assert {effect.side for effect in of(0.5, settled=False).effects("64 + 64")} == {"undecided"}
    unsettled = found(row("64", 0, settled=False), row("64 + 64", 0, 0.5))
    assert unsettled.verdict("64 + 64") == "undecided"


def test_controls_that_are_not_what_they_must_be_stop_all_verdicts():
    rows = [row("64", 0, 0.1), row("64 + 64", 0, 0.1)]
    for wrong in (row("exact", shift=0.02), row("mirror", 0, 0.14), row("untrained", 0, 0.1)):
        assert found(*rows, wrong).verdict("64 + 64") == "not assayed"
    right = [row("exact"), row("mirror", 0, 0.1), row("untrained", 0, 0.9), row("ceiling", 0, 0.05)]
    assert found(*rows, *right).verdict("64 + 64") == "inside"
    assert found(*rows, *right).verdict("ceiling") == "outside"


def test_one_temperature_outside_is_outside():
    rows = [row(kind, 0, 0.1) for kind in ("64", "64 + 64")]
    other = [row("lattice", T=2.2, error=0.0), row("64", 0, 0.1, T=2.2), row("64 + 64", 0, 0.4, T=2.2)]
    assert found(*rows, *other).verdict("64 + 64") == "outside"
    assert found(*rows, *other).temperatures == (2.0, 2.2)


@pytest.mark.parametrize("kind", ["lattice", "128"])
def test_kinds_that_are_not_there_are_refused(kind):
    with pytest.raises(InputError, match="kind"):
        of(0.0).effects(kind)


def test_it_shows_itself():
    result = of(0.05, 0.05)
    assert repr(result) == "DepthAgainstWidth(8×8, 1 temperatures)"
    assert "64 + 64" in str(result)
    frame = result.to_dataframe()
    assert list(frame["kind"]) == ["lattice", "64", "64", "64 + 64", "64 + 64"]
    assert frame["energy"][0] == E
    assert bool(frame["settled"].all())
