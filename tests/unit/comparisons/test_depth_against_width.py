"""Stacks beside first layers and wider machines: controls, exact lattices, refusals, how far the call is."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, PowerLaw, StackedRBM, depth_against_width, exact
from spinlens.comparisons.depth_rows import CONTROLS
from spinlens.errors import CouplingError, InputError

T = 3.0
SQUARE = IsingModel((3, 3), NearestNeighbour())
OPTIONS = {"chains": 40, "workers": 1, "progress": False}
NOTHING = np.random.default_rng(0).choice([-1, 1], (200, 9)).astype(np.int8)


def stack(bottom=None, widths=(4, 4)):
    """A stack on a first layer, which knows the lattice a little."""
    if bottom is None:
        bottom = RBM.from_weights(0.8 * np.kron(np.eye(3), np.ones((3, 1))) @ np.eye(3, 4) + 0.2)
    return StackedRBM((bottom.weights_.shape[1], *widths[1:]), epochs=1).fit(NOTHING, bottom=bottom)


@pytest.fixture(scope="module")
def found():
    own = [stack(), stack(widths=(4, 4))]
    return depth_against_width({T: own}, SQUARE, {T: [RBM.exact(SQUARE, T)] * 2}, **OPTIONS)


def test_the_lattice_is_exact_and_so_are_machines_that_are_it(found):
    (lattice,) = found.of("lattice")
    known = exact.enumerate(SQUARE, T)
    assert (lattice.energy.value, lattice.energy.error) == (pytest.approx(known.energy), 0)
    assert lattice.specific_heat.value == pytest.approx(known.specific_heat)
    for kind in ("exact", "18"):
        for row in found.of(kind):
            assert row.settled
            assert abs(row.energy.deviation(known.energy)) < 4
            assert abs(row.specific_heat.deviation(known.specific_heat)) < 4
            assert row.specific_heat.error < 0.02


def test_controls_are_what_they_must_be(found):
    assert found.kinds == ("lattice", "4", "4 + 4", "18", *CONTROLS)
    (energy, heat) = found.effects("mirror")
    assert abs(energy.value.deviation(0)) < 4
    assert abs(heat.value.deviation(0)) < 4
    assert found.effects("untrained")[0].side == "outside"
    assert found.effects("18")[0].share.value == pytest.approx(1, abs=0.2)


def passed(layer, p, states):
    """Mean energy a site after one step v → h → v of states with probabilities p, by sums over all of them."""
    hidden = states[: 2**layer.n_hidden, -layer.n_hidden :]  # all states of so many units
    chances = []
    for field, units in ((states @ layer.weights_, hidden), (hidden @ layer.weights_.T, states)):
        chances.append(np.exp(-np.logaddexp(0, -2 * field[:, None] * units[None]).sum(axis=2)))
    return p @ chances[0] @ chances[1] @ SQUARE.energy(states.reshape(-1, 3, 3)) / 9


def test_the_ceiling_is_the_lattice_after_one_step(found):
    states = np.array(list(np.ndindex(*(2,) * 9))) * 2 - 1
    layer = stack().layers_[0]
    weights = np.exp(-SQUARE.energy(states.reshape(-1, 3, 3)) / T)
    known = passed(layer, weights / weights.sum(), states)
    assert len(found.of("ceiling")) == 2
    for row in found.of("ceiling"):
        assert abs(row.energy.deviation(known)) < 4
        assert row.energy.error < 0.01
    own = np.exp(-layer.free_energy(states))
    other = passed(layer, own / own.sum(), states)  # the twin: of its own states, which the step leaves alone
    assert abs(found.of("ceiling")[0].energy.deviation(other)) > 10
    assert abs(found.of("4")[0].energy.deviation(other)) < 4


def test_a_power_law_that_is_too_large_to_sum_is_sampled():
    model = IsingModel((5, 5), PowerLaw(1.2))
    bottom = RBM.from_weights(np.full((25, 2), 0.05))
    own = StackedRBM((2, 2), epochs=1).fit(np.ones((100, 25), np.int8), bottom=bottom)
    result = depth_against_width({8.0: [own]}, model, controls=["exact", "ceiling"], draws=8000, **OPTIONS)
    lattice, known = result.of("lattice")[0], result.of("exact")[0]
    assert 0 < lattice.energy.error < 0.02
    assert abs(lattice.energy.deviation(known.energy)) < 4
    assert abs(lattice.specific_heat.deviation(known.specific_heat)) < 4
    assert result.of("ceiling")[0].energy.value > lattice.energy.value


def test_an_exact_machine_of_another_temperature_shuts_the_gate(monkeypatch):
    """The twin: bonds as of a lattice that is 20 % colder."""
    right = RBM.exact
    monkeypatch.setattr(RBM, "exact", lambda model, T: right(model, T / 1.2))
    wrong = depth_against_width({T: [stack()]}, SQUARE, controls=["exact"], **OPTIONS)
    assert wrong.verdict("exact") == "outside"
    assert wrong.verdict("4 + 4") == "not assayed"


def test_the_same_seed_gives_the_same_numbers_and_steps_are_told():
    steps, short = [], {"chains": 8, "most_steps": 100, "controls": ["mirror"], "workers": 1}
    one = depth_against_width({T: [stack()]}, SQUARE, **short, progress=steps.append)
    other = depth_against_width({T: [stack()]}, SQUARE, **short)
    assert one.rows == other.rows
    assert depth_against_width({T: [stack()]}, SQUARE, **short, seed=1).rows != one.rows
    shares = [step.share for step in steps]
    assert 0 <= min(shares) <= max(shares) <= 1
    assert any("4 + 4" in step.text for step in steps)


def test_ctrl_c_ends_it():
    def interrupt(step):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        depth_against_width({T: [stack()]}, SQUARE, progress=interrupt)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"stacks": {}}, "at least one stack"),
        ({"stacks": {T: []}}, "at least one stack"),
        ({"stacks": {0.0: [stack()]}}, "above 0"),
        ({"stacks": {float("inf"): [stack()]}}, "finite"),
        ({"stacks": {T: [stack(), stack(widths=(4, 2))]}}, "same units"),
        ({"stacks": {T: [stack(widths=(4,))]}}, "two layers"),
        ({"model": IsingModel((4, 4), NearestNeighbour())}, "16 sites"),
        ({"model": IsingModel((3, 3), NearestNeighbour(), field=0.1)}, "without a field"),
        ({"wide": {2.0: [RBM.exact(SQUARE, T)]}}, "no stacks"),
        ({"wide": {T: [RBM.from_weights(np.zeros((9, 4)))]}}, "more hidden units"),
        ({"wide": {T: [RBM.from_weights(np.zeros((4, 9)))]}}, "9 sites"),
        ({"controls": ["copy"]}, "control"),
        ({"chains": 7}, "chains"),
        ({"most_steps": 0}, "most_steps"),
        ({"draws": 399}, "draws"),
    ],
)
def test_what_cannot_be_asked_is_said(changed, said):
    given = {"stacks": {T: [stack()]}, "model": SQUARE, **changed}
    with pytest.raises(InputError, match=said):
        depth_against_width(**given)


def test_couplings_that_no_exact_machine_has_are_refused():
    from spinlens import CouplingTable

    model = IsingModel((3, 3), CouplingTable(-SQUARE.coupling_table))
    with pytest.raises(CouplingError, match="J ≥ 0"):
        depth_against_width({T: [stack()]}, model, controls=["exact"])
