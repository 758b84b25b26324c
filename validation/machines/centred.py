"""Do centred gradients pay? Exact-gradient training on 3 × 3 lattices, with and without them.

    python validation/machines/centred.py centred.json

Centring [Montavon & Müller 2012; Melchior, Fischer & Wiskott 2016] ascends in the parameters of
E = −(v − μ)·b − (h − λ)·c − (v − μ)ᵀ W (h − λ) with μ = ⟨v⟩_data, λ = ⟨tanh θ⟩_data, which changes the gradient to
∇W − μ ∇cᵀ − ∇b λᵀ, then ∇b − ∇'W λ and ∇c − ∇'Wᵀ μ. The data are the lattice distribution p itself, all sums run over
the 512 states, so that neither states nor chains add noise: the gap Σ p ln(p/q) is the distance of the mean
log-likelihood from its bound, the entropy. Eight units, momentum ½, constant rates, three seeds of first weights.
"started" begins with the visible biases artanh μ instead of 0. "0/1" has the offsets −1, which is what plain gradients
of units 0 and 1 have but for factors: the control, in which centring is known to pay. Then what centring does without
biases: the noise of batches alone. About a minute and a half.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from spinlens.lattice.couplings import Coupling, NearestNeighbour, PowerLaw
from spinlens.lattice.ising import IsingModel

Array = np.ndarray[Any, np.dtype[np.float64]]

UNITS, SEEDS, MOMENTUM, SCALE = 8, 3, 0.5, 0.01
RATES = (0.01, 0.03, 0.1, 0.3, 1.0)
AT = (10, 30, 100, 300, 1000, 2000)
CASES: dict[str, tuple[Coupling, float, float]] = {
    "nearest neighbour, T = 2.269, no field": (NearestNeighbour(), 2.269185, 0.0),
    "nearest neighbour, T = 3, field 0.1": (NearestNeighbour(), 3.0, 0.1),
    "nearest neighbour, T = 4, field 0.5": (NearestNeighbour(), 4.0, 0.5),
    "nearest neighbour, T = 4, field 2": (NearestNeighbour(), 4.0, 2.0),
    "sigma = 1.2, T = 7, field 0.3": (PowerLaw(1.2), 7.0, 0.3),
}
STATES = np.where((np.arange(512)[:, None] >> np.arange(9)) & 1, -1.0, 1.0)


def lattice(coupling: Coupling, temperature: float, field: float) -> Array:
    """Probabilities of the 512 states."""
    log_p = -IsingModel((3, 3), coupling, field).energy(STATES.astype(np.int8).reshape(-1, 3, 3)) / temperature
    return np.asarray(np.exp(log_p - np.logaddexp.reduce(log_p)))


def look(W: Array, b: Array, c: Array) -> tuple[Array, Array]:
    """ln q (seeds, 512) and tanh θ (seeds, 512, units) of machines W (seeds, 9, units), b and c."""
    theta = STATES @ W + c[:, None, :]
    log_q = (STATES @ b[:, :, None])[:, :, 0] + np.logaddexp(theta, -theta).sum(axis=2)
    return log_q - np.logaddexp.reduce(log_q, axis=1)[:, None], np.tanh(theta)


def offsets(kind: str, shares: Array, mean: Array) -> tuple[Array, Array]:
    """μ (seeds, 9) and λ (seeds, units): zero, the means under `shares` of the states, or −1."""
    shares = np.broadcast_to(shares, mean.shape[:2])
    mu, lam = shares @ STATES, np.einsum("sn,sna->sa", shares, mean)
    if kind == "centred":
        return mu, lam
    return (np.full_like(mu, -1), np.full_like(lam, -1)) if kind == "0/1" else (0 * mu, 0 * lam)


def gradients(p: Array, q: Array, mean: Array, mu: Array, lam: Array, biases: bool = True) -> tuple[Array, ...]:
    """∂⟨ln q⟩_p/∂W, ∂b, ∂c about the offsets; without biases the latter two stay zero and enter W alone."""
    d = p - q
    weights = STATES.T @ (d[:, :, None] * mean)
    visible, hidden = d @ STATES, np.einsum("sn,sna->sa", d, mean)
    weights = weights - mu[:, :, None] * hidden[:, None, :] - visible[:, :, None] * lam[:, None, :]
    visible = visible - np.einsum("sia,sa->si", weights, lam)
    hidden = hidden - np.einsum("sia,si->sa", weights, mu)
    return (weights, visible, hidden) if biases else (weights, 0 * visible, 0 * hidden)


def first_parameters(b: Array) -> tuple[Array, Array, Array]:
    """Small random W of every seed, visible biases `b` and hidden ones zero."""
    W = np.stack([np.random.default_rng(seed).normal(0, SCALE, (9, UNITS)) for seed in range(SEEDS)])
    return W, np.tile(b, (SEEDS, 1)), np.zeros((SEEDS, UNITS))


def train(p: Array, rate: float, kind: str, start: Array) -> dict[int, list[float]]:
    """Gaps of the seeds after the numbers of updates in `AT`."""
    values = first_parameters(start)
    speed = [np.zeros_like(value) for value in values]
    found: dict[int, list[float]] = {}
    for update in range(max(AT) + 1):
        log_q, mean = look(*values)
        if update in AT:
            found[update] = [round(float(gap), 7) for gap in p @ np.log(p) - log_q @ p]
        slopes = gradients(p, np.exp(log_q), mean, *offsets(kind, p, mean))
        for value, velocity, slope in zip(values, speed, slopes, strict=True):
            velocity *= MOMENTUM
            velocity += rate * slope
            value += velocity
    return found


def noise(p: Array, kind: str, whole: bool, n_states: int = 20_000, batch: int = 100, epochs: int = 20) -> list[float]:
    """Gaps without biases after training on batches of drawn states; offsets of each batch or of the `whole` data."""
    values = first_parameters(np.zeros(9))
    generator = np.random.default_rng(7)
    speed = np.zeros_like(values[0])
    drawn = generator.choice(512, size=n_states, p=p)
    everything = np.bincount(drawn, minlength=512) / n_states
    for epoch in range(epochs):
        rate = 0.03 * 0.01 ** max(0.0, 2 * epoch / (epochs - 1) - 1)
        for rows in generator.permutation(n_states).reshape(-1, batch):
            log_q, mean = look(*values)
            shares = np.bincount(drawn[rows], minlength=512) / batch
            speed *= MOMENTUM
            about = offsets(kind, everything if whole else shares, mean)
            speed += rate * gradients(shares, np.exp(log_q), mean, *about, biases=False)[0]
            values[0][...] += speed
    return [round(float(gap), 7) for gap in p @ np.log(p) - look(*values)[0] @ p]


def main(target: Path) -> None:
    """Train, print the gaps and write the file."""
    begun, cases = time.process_time(), []
    for case, (coupling, temperature, field) in CASES.items():
        p = lattice(coupling, temperature, field)
        mu = p @ STATES
        print(f"\n{case}: m = {mu[0]:.4f}, entropy {-p @ np.log(p):.4f}; mean gap after {AT} updates")
        curves = []
        arms = {"plain": ("plain", 0 * mu), "centred": ("centred", 0 * mu), "plain, started": ("plain", np.arctanh(mu)),
                "0/1": ("0/1", 0 * mu)}  # fmt: skip
        for rate in RATES:
            for arm, (kind, start) in arms.items():
                gaps = train(p, rate, kind, start)
                curves.append({"rate": rate, "arm": arm, "gaps": gaps})
                print(f"{rate:5.2f} {arm:15s}", *(f"{np.mean(gap):9.6f}" for gap in gaps.values()), flush=True)
        cases.append({"case": case, "magnetization": mu[0], "entropy": float(-p @ np.log(p)), "curves": curves})
    p = lattice(*CASES["nearest neighbour, T = 2.269, no field"])
    without = {"plain": noise(p, "plain", False), "offsets of each batch": noise(p, "centred", False),
               "offsets of all states": noise(p, "centred", True)}  # fmt: skip
    print("\nwithout biases and field, batches of 100:", without)
    seconds = round(time.process_time() - begun)
    results = {"units": UNITS, "seconds": seconds, "cases": cases, "no field, no biases, batches": without}
    target.write_text(json.dumps(results) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
