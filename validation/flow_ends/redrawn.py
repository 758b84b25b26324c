"""|m| at the end of flows whose weights are drawn anew, N(−0.001, 0.0015) at L = 100: by simulation and by two lines.

In the published notebook every half step has weights of its own, up and down. Then the units are independent given how
many of the other side are on, and the number that is on follows n′ = N ⟨σ(μ n + √(v n) z)⟩ with z standard normal, up
and down alike: no machine is needed to know where the flow ends. With one set of weights for both directions of a step
it ends elsewhere.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

N, MEAN, VARIANCE = 10_000, -0.001, 0.0015
STEPS, STATES, NORMALS = 20, 100, 400_000


def expected() -> float:
    """|m| of the fixed point of the map of counts."""
    z, count = np.random.default_rng(0).normal(size=NORMALS), N / 2
    for _ in range(2 * STEPS):
        count = N * float(expit(MEAN * count + np.sqrt(VARIANCE * count) * z).mean())
    return abs(1 - 2 * count / N)


def simulated(both: bool, seed: int) -> float:
    """Mean |m| of flowed states; `both`: one set of weights for the way up and down of a step."""
    generator = np.random.default_rng(seed)
    v = (generator.random((STATES, N)) < 0.5).astype(np.float32)
    for _ in range(STEPS):
        up = _weights(generator)
        h = (generator.random(v.shape) < expit(v @ up)).astype(np.float32)
        down = up.T if both else _weights(generator)
        v = (generator.random(v.shape) < expit(h @ down)).astype(np.float32)
    return float(np.abs(2 * v.mean(axis=1) - 1).mean())


def _weights(generator: np.random.Generator) -> np.ndarray:
    weights = generator.standard_normal((N, N), dtype=np.float32)
    weights *= np.float32(VARIANCE**0.5)
    weights += np.float32(MEAN)
    return weights
