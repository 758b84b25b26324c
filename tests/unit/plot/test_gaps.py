"""Effects against the gap to the lattice."""

from __future__ import annotations

import pytest
from matplotlib.axes import Axes

from spinlens.comparisons.gap import LEARNED, Gap
from spinlens.errors import InputError
from spinlens.machines.likelihood.gibbs_time import GibbsTime
from spinlens.plot import gaps
from spinlens.plot.gaps import gap
from spinlens.statistics.estimate import Estimate

NEAR = Gap(Estimate(2e-4, 1e-5), Estimate(4e-4, 1e-5), "overlap", GibbsTime(50.0, 3.0), 256)


def test_the_line_of_learned_machines_is_that_of_the_gap() -> None:
    assert gaps.LEARNED == LEARNED


def test_gaps_of_any_form_with_their_effects(ax: Axes) -> None:
    machines = {"learned": [(NEAR, Estimate(0.004, 0.002))], "CD-1": [(0.02, 0.1), (Estimate(0.03, 0.001), -0.12)]}
    assert gap(machines, ax, margin=0.02, words="shift") is ax
    first, second = (container.lines[0] for container in ax.containers)
    assert first.get_xydata().tolist() == [[2e-4, 0.004]]
    assert second.get_xydata().tolist() == [[0.02, 0.1], [0.03, -0.12]]
    assert ax.patches[0].get_bbox().intervaly.tolist() == [-0.02, 0.02]
    assert (ax.get_xscale(), ax.get_yscale(), ax.get_ylabel()) == ("log", "symlog", "shift")


def test_gaps_below_the_frame_and_bounds_have_arrows(ax: Axes) -> None:
    gap({"exact": [(0.0, 0.0)], "far": [(0.3, 1.0)]}, ax, margin=0.02, bounds={"far": [True]}, legend=False)
    assert ax.containers[0].lines[0].get_xdata().tolist() == [gaps.FLOOR]
    ends = [note.xy[0] for note in ax.texts]
    assert [note.xyann[0] > end for note, end in zip(ax.texts, ends, strict=True)] in ([True, False], [False, True])
    assert len(ends) == 2


@pytest.mark.parametrize(
    ("machines", "words"),
    [([(0.1, 0.1)], "kind"), ({}, "kind"), ({"CD-1": [0.1]}, "must be pairs"), ({"CD-1": [(0.1, "x")]}, "Estimate")],
)
def test_what_is_no_pair_is_refused(machines: object, words: str) -> None:
    with pytest.raises(InputError, match=words):
        gap(machines, margin=0.02)  # type: ignore[arg-type]
