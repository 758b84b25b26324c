"""Machines on wider tori: the exact one is the lattice there, refusals, how far the call is, what is kept out."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, PowerLaw, beyond_training_size, exact
from spinlens.comparisons.beyond_training_size import convolved
from spinlens.comparisons.wider_couplings import cut, pair_table
from spinlens.errors import CouplingError, InputError
from spinlens.machines.reading.effective_couplings import effective_couplings
from spinlens.machines.reading.learned_couplings import by_displacement
from spinlens.machines.tori import carried, shared

T = 3.0
SQUARE = IsingModel((4, 4), NearestNeighbour())


def bonds(side=4, T=T, coupling=1.0):
    """The exact machine of the square, a filter for the bonds along each axis, at a place of its own."""
    w = np.arccosh(np.exp(2 * coupling / T)) / 2
    filters = np.zeros((2, side, side))
    filters[0, 1, 2] = filters[0, 1, 3] = filters[1, 3, 1] = filters[1, 0, 1] = w
    return shared((side, side), filters)


@pytest.fixture(scope="module")
def found():
    return beyond_training_size([bonds()], SQUARE, T, (6, 6), workers=1, progress=False)


@pytest.mark.parametrize("kind", ["lattice", "exact", "machine", "pairs", "carried pairs"])
def test_what_is_the_lattice_has_its_exact_energy(found, kind):
    (row,) = found.of(kind)
    assert row.settled
    assert abs(row.reading.energy.deviation(exact.kaufman(6, T).energy)) < 4
    assert row.reading.energy.error < 0.02
    assert kind == "lattice" or "outside" not in {effect.side for effect in found.effects(kind)}


def test_a_machine_of_another_temperature_is_outside():
    """The twin: bonds that are 15 % too strong."""
    other = beyond_training_size([bonds(coupling=1.15)], SQUARE, T, (6, 6), ["machine", "pairs"], workers=1)
    for kind in ("machine", "pairs"):
        assert abs(other.of(kind)[0].reading.energy.deviation(exact.kaufman(6, T).energy)) > 10
        assert other.verdict(kind) == "outside"
        energy = next(effect for effect in other.effects(kind) if effect.observable == "energy")
        assert energy.value.value == pytest.approx(-np.log(1.15), abs=0.05)  # colder by so much


def test_couplings_that_do_not_reach_so_far_are_no_kinds_of_their_own(found):
    assert found.kinds == ("lattice", "exact", "machine", "pairs", "carried pairs")


def test_the_cut_and_the_carried_power_law():
    model, wide = IsingModel((4, 4), PowerLaw(1.2)), IsingModel((8, 8), PowerLaw(1.2))
    short = cut(wide, (4, 4))
    assert short[2, 2] == wide.coupling_table[2, 2]
    assert short[0, 6] == wide.coupling_table[0, 6]
    assert not short[3].any()
    assert not short[:, 4].any()
    folded = carried(model.coupling_table, (8, 8))
    assert folded.sum() == pytest.approx(model.coupling_sum)  # 8 J(1), and so on: nothing is lost
    assert folded[1, 7] == model.coupling_table[1, 3]
    assert folded[0, 2] == model.coupling_table[0, 2] / 2
    own = model.self_image - wide.self_image  # a spin's own images on the small torus are sites of the wider one
    assert folded.sum() == pytest.approx(wide.coupling_sum - own)
    assert short.sum() < folded.sum()
    kinds = beyond_training_size(
        [RBM.for_lattice((4, 4), epochs=1).fit(np.random.default_rng(0).choice([-1, 1], (400, 16)))],
        model, 12.0, (8, 8), ["cut", "carried"], draws=1600, workers=1,
    ).kinds  # fmt: skip
    assert kinds == ("lattice", "cut", "carried")


@pytest.mark.parametrize("stride", [1, 2])
def test_pair_couplings_by_filters_are_those_by_units(stride):
    machine = shared((4, 6), 0.2 * np.random.default_rng(0).normal(size=(2, 4, 6)), stride)
    known = by_displacement(effective_couplings(machine), (4, 6)).mean(axis=0).reshape(4, 6)
    np.testing.assert_allclose(pair_table(machine), known, atol=1e-12)


def test_steps_by_transforms_are_those_of_the_machine_with_its_biases():
    rng = np.random.default_rng(1)
    machine = shared((4, 4), rng.normal(size=(2, 4, 4)), 2, np.tile(rng.normal(size=(2, 2)), (2, 2)), [0.3, -0.4])
    v = rng.choice([-1, 1], (5, 16)).astype(np.float32)
    theta = v @ machine.weights_ + machine.hidden_bias_
    np.testing.assert_allclose(convolved(machine).hidden_field(v), theta, atol=1e-5)


def test_the_same_seed_gives_the_same_numbers_and_steps_are_told():
    steps = []
    options = {"draws": 1600, "chains": 8, "most_steps": 500, "workers": 1}
    kinds = ["machine", "carried pairs"]
    one = beyond_training_size([bonds()], SQUARE, T, (5, 5), kinds, **options, progress=steps.append)
    other = beyond_training_size([bonds()], SQUARE, T, (5, 5), kinds[:1], **options)
    assert one.of("machine") == other.of("machine")
    third = beyond_training_size([bonds()], SQUARE, T, (5, 5), kinds[:1], **options, seed=1)
    assert third.of("machine") != one.of("machine")
    shares = [step.share for step in steps]
    assert 0 <= min(shares) <= max(shares) <= 1
    assert {"the lattice", "machine 1"} <= {step.text.split(",")[0] for step in steps}


def test_ctrl_c_ends_it():
    def interrupt(step):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        beyond_training_size([bonds()], SQUARE, T, (6, 6), ["machine"], progress=interrupt)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"machines": []}, "at least one machine"),
        ({"machines": [RBM.from_weights(np.zeros((16, 4)))]}, "not shared by translations"),
        ({"machines": [bonds(), bonds(5)]}, "on tori"),
        ({"machines": [shared((4, 4), np.ones((1, 4, 4)), 2)], "shape": (6, 5)}, "does not divide"),
        ({"model": IsingModel((5, 5), NearestNeighbour())}, "on tori"),
        ({"model": IsingModel((4, 4), NearestNeighbour(), field=0.1)}, "without a field"),
        ({"temperature": 0.0}, "above 0"),
        ({"temperature": -1.0}, "temperature"),
        ({"temperature": float("inf")}, "finite"),
        ({"shape": (3, 6)}, "narrower"),
        ({"shape": (8,)}, "2 sides"),
        ({"kinds": ["spins"]}, "kind"),
        ({"chains": 7}, "chains"),
        ({"most_steps": 0}, "most_steps"),
        ({"draws": 1599}, "draws"),
    ],
)
def test_what_cannot_be_asked_is_said(changed, said):
    given = {"machines": [bonds()], "model": SQUARE, "temperature": T, "shape": (6, 6), **changed}
    with pytest.raises(InputError, match=said):
        beyond_training_size(**given)


def test_couplings_that_are_known_on_one_torus_alone_are_refused():
    from spinlens import CouplingTable

    model = IsingModel((4, 4), CouplingTable(SQUARE.coupling_table))
    with pytest.raises(CouplingError, match="must agree"):
        beyond_training_size([bonds()], model, T, (6, 6))
