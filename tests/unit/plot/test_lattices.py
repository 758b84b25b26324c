"""Lattices as pictures: every site where it was."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from matplotlib.axes import Axes

from spinlens import block_spin_flow
from spinlens.errors import InputError, SpinsError
from spinlens.plot import style
from spinlens.plot.lattices import receptive_fields, states

RNG = np.random.default_rng(1)


def image(ax: Axes) -> np.ndarray:
    """What is shown as (x, y)."""
    return np.ma.filled(ax.images[0].get_array(), np.nan).T


def random_states(*shape: int) -> np.ndarray:
    return np.where(RNG.random(shape) < 0.5, 1, -1).astype(np.int8)


def test_a_state_is_shown_site_by_site(ax: Axes) -> None:
    spins = random_states(6, 8)
    assert states(spins, ax) is ax
    assert image(ax).tolist() == spins.tolist()
    assert ax.images[0].get_cmap().name == style.SPINS.name


def test_several_states_stand_row_by_row_with_gaps(ax: Axes) -> None:
    spins = random_states(3, 4, 4)
    states(spins, ax, columns=2)
    shown = image(ax)
    assert shown[:4, 5:].tolist() == spins[0].tolist()
    assert shown[5:, 5:].tolist() == spins[1].tolist()
    assert shown[:4, :4].tolist() == spins[2].tolist()
    assert np.isnan(shown[4]).all()


def test_of_a_dataset_the_last_state_of_a_chain_at_each_temperature(ax: Axes) -> None:
    spins = random_states(2, 3, 5, 4, 4)
    dims = ("temperature", "chain", "draw", "x", "y")
    data = xr.Dataset({"spins": (dims, spins)}, coords={"temperature": [2.0, np.inf]})
    states(data, ax, sample=1)
    assert image(ax)[:4, :4].tolist() == spins[0, 1, -1].tolist()
    assert [text.get_text() for text in ax.texts] == ["T = 2", "T = ∞"]


def test_blocks_are_enlarged_and_steps_named(ax: Axes) -> None:
    flow = block_spin_flow(random_states(2, 8, 8), steps=1)
    states(flow, ax, sample=1)
    shown = image(ax)[:, :8]
    assert shown[:8].tolist() == flow.states[0][1].tolist()
    assert shown[9:].tolist() == np.kron(flow.states[1][1], np.ones((2, 2))).tolist()
    assert [text.get_text() for text in ax.texts] == ["step 0", "step 1"]
    assert flow.plot(ax) is ax


def test_states_that_leave_the_lattice_have_shades(ax: Axes) -> None:
    states(np.full((4, 4), 0.3), ax)
    assert ax.images[0].get_cmap().name == style.BETWEEN.name


@pytest.mark.parametrize(
    ("data", "error", "words"),
    [
        (np.ones((2, 4, 4, 4)), SpinsError, "give a slice"),
        (np.ones(4), SpinsError, "draws square lattices"),
        (xr.Dataset({"energy": ("draw", [1.0])}), InputError, "keep_spins=True"),
        (np.array([["a", "b"]]), SpinsError, "finite real numbers"),
    ],
)
def test_what_is_no_square_lattice_is_refused(data: object, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        states(data)


def test_fields_are_scaled_each_by_its_largest_weight_or_all_by_one(ax: Axes) -> None:
    fields = np.array([[[2.0, -1.0], [0.0, 0.0]], [[0.0, 0.5], [0.0, 0.0]]])
    receptive_fields(fields, ax)
    assert image(ax)[:2].tolist() == [[1.0, -0.5], [0.0, 0.0]]
    assert image(ax)[3:].tolist() == [[0.0, 1.0], [0.0, 0.0]]
    ax.clear()
    receptive_fields(fields, ax, each=False)
    assert image(ax)[3:].tolist() == [[0.0, 0.25], [0.0, 0.0]]
    with pytest.raises(InputError, match=r"\(units, x, y\)"):
        receptive_fields(np.ones((4, 16)))


def test_fields_are_moved_to_the_middle(ax: Axes) -> None:
    field = np.zeros((4, 5))
    field[3, 4], field[0, 4] = -2.0, 1.0  # neighbours across the edge
    receptive_fields([field], ax, centred=True)
    assert np.argwhere(image(ax)).tolist() == [[2, 2], [3, 2]]
    assert image(ax)[2:4, 2].tolist() == [-1.0, 0.5]


def test_states_of_files_and_archives(tmp_path):
    """Eight of twenty, from the first to the last."""
    many = random_states(20, 4, 4)
    np.save(tmp_path / "states.npy", many)
    np.savez(tmp_path / "states.npz", samples=many)
    expected = image(states(many[[0, 3, 5, 8, 11, 14, 16, 19]]))
    for held in (tmp_path / "states.npy", str(tmp_path / "states.npz"), {"states": many}):
        np.testing.assert_array_equal(image(states(held)), expected)
    with pytest.raises(InputError, match=r"none\.npy"):
        states(tmp_path / "none.npy")


def test_named_fields_say_their_number_and_the_weight_at_full_colour(ax: Axes) -> None:
    fields = np.array([[[0.5, -0.25]], [[0.004, 0.0]]])
    receptive_fields(fields, ax, named=True)
    assert [text.get_text() for text in ax.texts] == ["1: ±0.5", "2: ±0.004"]
    other = receptive_fields(fields, each=False, named=True)
    assert [text.get_text() for text in other.texts] == ["1: ±0.5", "2: ±0.5"]
    assert not receptive_fields(fields).texts
