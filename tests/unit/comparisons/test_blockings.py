"""Blockings side by side: machines that are block rules have their exponents, others do not."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, StackedRBM, mcrg, sample
from spinlens.comparisons.blockings import compare_blockings
from spinlens.errors import InputError, SpinsError
from spinlens.exact.kaufman import CRITICAL_TEMPERATURE
from spinlens.machines.controls import kadanoff_machine
from spinlens.machines.strided import strided_stack
from spinlens.renormalization.block_spin import block_spin_flow
from spinlens.statistics.estimate import Estimate

L = 12


@pytest.fixture(scope="module")
def states() -> np.ndarray:
    model = IsingModel((L, L), NearestNeighbour())
    drawn = sample(model, CRITICAL_TEMPERATURE, 2500, chains=2, keep_spins=True, thin=12, energy=False)
    return drawn.spins.values.reshape(-1, L, L)


def exponents(states: np.ndarray, **maps: object) -> dict[str, tuple[Estimate, Estimate]]:
    found = compare_blockings(states, maps)
    return {name: (steps[0].exponent("even"), steps[0].exponent("odd")) for name, steps in found.items()}


def apart(one: tuple[Estimate, Estimate], other: tuple[Estimate, Estimate]) -> list[float]:
    """Differences of y_t and of y_h in their errors, taken as independent."""
    return [abs(a.value - b.value) / np.hypot(a.error, b.error) for a, b in zip(one, other, strict=True)]


def test_a_machine_of_kadanoff_blocks_has_their_exponents_and_at_large_p_those_of_the_majority(states) -> None:
    p = 0.6
    blocks = mcrg(block_spin_flow(states, 1, rule="kadanoff", p=p, seed=9))
    found = exponents(states, soft=kadanoff_machine((L, L), p), hard=kadanoff_machine((L, L), 8.0), rule="majority")
    assert max(apart(found["soft"], (blocks.exponent("even"), blocks.exponent("odd")))) < 4
    assert max(apart(found["hard"], found["rule"])) < 4
    assert abs(found["rule"][1].value - 15 / 8) < 0.05  # y_h of the square; y_t = 1, within what L = 12 shifts
    assert abs(found["rule"][0].value - 1) < 0.1


def test_twins_that_coarse_grain_nothing_are_far_off(states) -> None:
    weights = kadanoff_machine((L, L), 8.0).weights_
    shuffled = RBM.from_weights(np.random.default_rng(0).permutation(weights))  # blocks of sites from anywhere
    untrained = RBM.from_weights(0.01 * np.random.default_rng(1).normal(size=weights.shape))
    found = exponents(states, rule="majority", shuffled=shuffled, untrained=untrained)
    assert apart(found["shuffled"], found["rule"])[1] > 20
    assert abs(found["untrained"][1].value - found["rule"][1].value) > 0.3  # coins that all see a little of all sites


def test_a_learned_filter_is_near_a_block_rule_and_every_step_has_its_own_operators(states) -> None:
    stack = strided_stack((L, L), seed=3, epochs=30).fit(states.reshape(-1, L * L))
    found = compare_blockings(states, {"learned": stack, "majority": "majority", "decimation": "decimation"}, seed=1)
    y_h = {name: steps[0].exponent("odd").value for name, steps in found.items()}
    assert y_h["learned"] == pytest.approx(y_h["majority"], abs=0.1)
    assert y_h["decimation"] != pytest.approx(y_h["majority"], abs=0.05)
    two = compare_blockings(states[:, :8, :8].repeat(2, axis=1).repeat(2, axis=2), {"rule": "majority"}, steps=2)[
        "rule"
    ]
    assert [step.steps[0].after for step in two] == [(8, 8), (4, 4)]
    assert len(two[0].steps[0].even) > len(two[1].steps[0].even)
    assert set(two[0].steps[0].even[-1].operators) == set(found["learned"][0].steps[0].even[-1].operators) | {"(2,2)"}


def test_bad_input_is_said(states) -> None:
    with pytest.raises(InputError, match="majority or decimation"):
        compare_blockings(states[:100], {"mean": "average"})
    with pytest.raises(InputError, match="has 1 layers"):
        compare_blockings(states[:100], {"one": kadanoff_machine((L, L), 1.0)}, steps=2)
    with pytest.raises(SpinsError):
        compare_blockings(np.zeros((10, L, L)), {"rule": "majority"})


def test_a_stack_of_kadanoff_machines_is_two_steps_of_the_rule() -> None:
    rng = np.random.default_rng(4)
    states = np.where(rng.random((2000, 16, 16)) < 0.5, 1, -1).astype(np.int8)
    stack = StackedRBM((64, 16))
    stack._layers = [kadanoff_machine((16, 16), 30.0), kadanoff_machine((8, 8), 30.0)]
    steps = compare_blockings(states, {"stack": stack}, steps=2)["stack"]
    for step in steps:  # of free spins the majority of four has ⟨m'm⟩ = 3/2 ⟨m'm'⟩: y_h = log₂ 1.5
        found = step.exponent("odd", operators=1)
        assert abs(found.deviation(np.log2(1.5))) < 4
