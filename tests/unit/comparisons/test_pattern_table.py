"""A table of patterns: machines, stacks and blocks side by side."""

from __future__ import annotations

import numpy as np

from spinlens.comparisons.pattern_table import (
    Units,
    fills_lattices,
    machine_units,
    majority,
    pattern_table,
    stack_units,
)
from spinlens.machines.rbm import RBM


def correlated(n: int, L: int, width: float, seed: int) -> np.ndarray:
    """Signs of smoothed noise: spins with a range of correlation about `width`."""
    k = np.fft.fftfreq(L)
    kernel = np.exp(-2 * (np.pi * width) ** 2 * np.add.outer(k**2, k**2))
    noise = np.random.default_rng(seed).normal(size=(n, L, L))
    field = np.fft.ifft2(np.fft.fft2(noise) * kernel).real
    return np.where(field > 0, 1, -1).astype(np.int8)


def test_a_table_of_patterns_of_machines_stacks_and_blocks() -> None:
    states, rng = correlated(400, 8, 1.0, 5), np.random.default_rng(6)
    home = np.arange(64).reshape(8, 8) // 2 % 4 + 4 * (np.arange(8) // 2)[:, None]
    block = np.zeros((64, 16))
    block[np.arange(64), home.ravel()] = 2.0
    lower, upper = RBM.from_weights(block), RBM.from_weights(block[:16, :4] + 0.1)

    class Two:
        layers_ = (lower, upper)

    units = {"machine": machine_units(lower, states, rng), "blocks": Units(majority(states, 2, rng))}
    units |= {f"layer {k}": entry for k, entry in enumerate(stack_units(Two(), states, 1), 1)}
    ensembles = {float(T): correlated(400, 8, 2 / T, 7 + T) for T in (1, 2, 3)}
    rows, maps = pattern_table(states, units, ensembles, rng)
    assert [row["source"] for row in rows] == ["machine", "blocks", "layer 1", "layer 2"]
    assert [row["block"] for row in rows] == [2, 2, 2, 4]
    assert abs(rows[0]["match_temperature"]["value"] - rows[1]["match_temperature"]["value"]) < 0.5
    assert rows[0]["quality"]["value"] == 1.0
    assert np.array(maps["layer 2"]["raw"]).shape == (8, 8)
    assert machine_units(RBM.from_weights(np.ones((64, 5))), states, rng) is None
    assert not fills_lattices(type("Odd", (), {"layers_": [RBM.from_weights(np.ones((64, 5)))]})(), (8, 8))
    assert majority(np.ones((2, 9, 9), dtype=np.int8), 3, rng).shape == (2, 3, 3)
