"""Figures of a training: what was not measured has no frame, and shared weights have words of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spinlens.plot import style
from spinlens.report.figures.learning import illustrations

JUDGED: dict[str, Any] = {
    "couplings": [{"r": 1.0, "learned": 0.1}, {"r": 2.0, "learned": 0.05}], "singular_values": [2.0, 1.0],
    "noise_edge": 1.5, "filters": None,
}  # fmt: skip
MEASURED = {"epoch": 1, "weight_rms": 0.1, "log_likelihood": -8.0, "log_likelihood_error": 0.1}


@pytest.mark.parametrize(
    ("first", "frames"),
    [(MEASURED, 2), ({"epoch": 1, "weight_rms": 0.1}, 1), ({**MEASURED, "log_likelihood": np.nan}, 1)],
    ids=["measured", "not tracked", "did not converge"],
)
def test_a_likelihood_that_is_not_known_has_no_frame(first: dict[str, float], frames: int) -> None:
    with style.context():
        _, curve, _ = illustrations({**JUDGED, "history": [first, {"epoch": 2, "weight_rms": 0.2}]})
    assert len(curve.panels[0].figure.axes) == frames
    assert ("log-likelihood of states held out" in curve.caption) is (frames == 2)


def test_modes_of_shared_weights_are_not_held_against_noise() -> None:
    with style.context():
        said = [illustrations({**JUDGED, "history": [MEASURED], "filters": n})[2].see for n in (None, 2)]
    assert "cannot be told from noise" in said[0]
    assert "waves of the lattice" in said[1]
