"""Seconds an epoch of training beside the matrix products alone, and beside scikit-learn.

    OPENBLAS_NUM_THREADS=1 python benchmarks/machines.py

20,000 states, batches of 100, CD-1, one thread; CPU seconds, the best of rounds in which all programs take turns, so
that another load on the machine hits all of them alike. The floor is the products that no CD-1 can do without, in
float32: two up, one down and the gradient with data and model states stacked.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable

import numpy as np
from sklearn.neural_network import BernoulliRBM

from spinlens.machines.rbm import RBM

SAMPLES, BATCH = 20_000, 100


def floor(n_visible: int, n_hidden: int) -> Callable[[], None]:
    """The matrix products of one epoch of CD-1."""
    generator = np.random.default_rng(0)
    v = generator.standard_normal((2 * BATCH, n_visible)).astype(np.float32)
    h = generator.standard_normal((2 * BATCH, n_hidden)).astype(np.float32)
    W = generator.standard_normal((n_visible, n_hidden)).astype(np.float32)
    gradient = np.empty_like(W)

    def epoch() -> None:
        for _ in range(SAMPLES // BATCH):
            np.matmul(v[:BATCH], W, out=h[:BATCH])
            np.matmul(h[:BATCH], W.T, out=v[:BATCH])
            np.matmul(v, W, out=h)
            np.matmul(v.T, h, out=gradient)

    return epoch


def ours(n_visible: int, n_hidden: int, states: np.ndarray, engine: str, **options: object) -> Callable[[], None]:
    """One epoch of a machine that goes on training."""
    machine = RBM(n_hidden, batch_size=BATCH, epochs=10**6, engine=engine, **options)  # type: ignore[arg-type]
    machine.partial_fit(states[: 2 * BATCH])
    return lambda: machine.partial_fit(states) and None


def scikit_learn(n_hidden: int, states: np.ndarray) -> Callable[[], None]:
    """One epoch of BernoulliRBM, which does PCD-1 on 0/1 units."""
    machine = BernoulliRBM(n_hidden, batch_size=BATCH, n_iter=1)
    zero_one = ((states + 1) / 2).astype(np.float32)
    return lambda: machine.fit(zero_one) and None


def main(rounds: int = 7) -> None:
    """Print the table of times and of ratios to the floor."""
    warnings.simplefilter("ignore")
    for n_visible, n_hidden in ((100, 64), (1024, 256)):
        states = np.random.default_rng(0).choice([-1, 1], size=(SAMPLES, n_visible)).astype(np.int8)
        programs = {
            "matrix products alone": floor(n_visible, n_hidden),
            "spinlens CD-1": ours(n_visible, n_hidden, states, "numpy"),
            "spinlens PCD-1": ours(n_visible, n_hidden, states, "numpy", persistent=True),
            "scikit-learn": scikit_learn(n_hidden, states),
        }
        try:
            programs["spinlens CD-1, torch"] = ours(n_visible, n_hidden, states, "torch")
        except ValueError as error:
            print(error)
        times: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(rounds):
            for name, program in programs.items():
                begun = time.process_time()
                program()
                times[name].append(time.process_time() - begun)
        print(f"\n{n_visible} -> {n_hidden}: CPU seconds an epoch of {SAMPLES} states, ratio to the products")
        base = min(times["matrix products alone"])
        for name, found in times.items():
            print(f"{name:24s} {min(found):8.4f} {min(found) / base:7.2f}")


if __name__ == "__main__":
    main()
