"""The learned coarse-graining: lattices over lattices, weights that are one filter, bad sides."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.stacked import StackedRBM
from spinlens.machines.strided import strided_stack
from spinlens.machines.units.translations import Translations


def blocks(n: int = 500, side: int = 8) -> np.ndarray:
    """States of independent 2 × 2 blocks."""
    coarse = np.where(np.random.default_rng(0).random((n, side // 2, side // 2)) < 0.5, 1, -1)
    return coarse.repeat(2, axis=1).repeat(2, axis=2).reshape(n, -1).astype(np.int8)


def test_every_layer_is_one_filter_on_the_lattice_below_it_and_learns_blocks() -> None:
    stack = strided_stack((8, 8), layers=2, epochs=20, seed=1, batch_size=100).fit(blocks())
    for layer, side in zip(stack.layers_, (8, 4), strict=True):
        tied = Translations((side, side), layer.n_hidden, 2)
        assert layer.weights_.shape == (side**2, side**2 // 4)
        np.testing.assert_array_equal(layer.weights_, tied.spread(tied.filters(layer.weights_).ravel()))
    largest = np.argsort(np.abs(stack.layers_[0].weights_[:, 0]))[-4:]
    assert len({(site // 8 // 2, site % 8 // 2) for site in largest}) == 1  # the four sites of one block


def test_a_saved_stack_keeps_its_lattices(tmp_path) -> None:
    stack = strided_stack((8, 8), layers=2, epochs=2).fit(blocks())
    stack.save(tmp_path / "stack.safetensors")
    again = StackedRBM.load(tmp_path / "stack.safetensors")
    assert [layer.torus for layer in again.layers_] == [(8, 8), (4, 4)]
    np.testing.assert_array_equal(again.layers_[1].weights_, stack.layers_[1].weights_)


@pytest.mark.parametrize(("shape", "layers"), [((10, 10), 2), ((9, 8), 1)])
def test_blocks_that_do_not_fill_a_layer_are_refused(shape, layers) -> None:
    with pytest.raises(InputError, match="does not divide"):
        strided_stack(shape, layers)


def test_layers_of_several_filters_carry_none_above_them() -> None:
    with pytest.raises(InputError, match="one filter"):
        StackedRBM((32, 4), torus=(8, 8), stride=2)
    StackedRBM((16, 8), torus=(8, 8), stride=2)  # the last layer may have more than one
