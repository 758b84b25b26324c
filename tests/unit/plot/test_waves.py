"""Learned couplings by wave vector beside those of the lattice."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes

from spinlens import RBM, IsingModel, PowerLaw, learned_modes
from spinlens.errors import InputError
from spinlens.plot.waves import modes

MODEL = IsingModel((4, 4), PowerLaw(1.2))
EXACT = learned_modes([RBM.exact(MODEL, 7.0)], (4, 4))


def test_the_exact_machine_lies_on_its_lattice(ax: Axes) -> None:
    assert EXACT.plot(ax, model=MODEL, temperature=7.0) is ax
    assert ax.containers[0].lines[0].get_ydata() == pytest.approx(ax.lines[0].get_ydata())
    assert ax.lines[0].get_ydata()[0] > 0.5


def test_machines_stand_beside_one_another_without_a_lattice(ax: Axes) -> None:
    modes({"one": EXACT, "other": EXACT}, ax)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["one", "other"]
    assert len({container.lines[0].get_marker() for container in ax.containers}) == 2


def test_what_is_missing_is_said() -> None:
    with pytest.raises(InputError, match="needs temperature="):
        modes(EXACT, model=MODEL)
    with pytest.raises(InputError, match="what learned_modes gives"):
        modes(RBM.exact(MODEL, 7.0))
