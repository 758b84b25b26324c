"""Seconds an epoch of training beside the matrix products alone, and beside other programs.

    OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 python benchmarks/machines.py

20,000 states, batches of 100, CD-1, one thread; CPU seconds of an epoch, the best of rounds in which all programs take
turns, so that another load on the machine hits all of them alike. The floor is the products that no CD-1 can do
without, in float32: up from the data, down, up again, and the gradient with data and model states stacked.
scikit-learn (PCD-1) needs as many. `rbms` and `boltzmann9` (PCD-1) and our own engine "torch" need PyTorch, whose
default build for Linux brings gigabytes of CUDA libraries; they are in no extra. By hand: first PyTorch's build
for CPUs, as its installation page says, then

    pip install rbms==0.5.0 boltzmann9==0.1.9

What is not installed is left out, and said in one line.
"""

from __future__ import annotations

import importlib.util
import time
import warnings
from collections.abc import Callable

import numpy as np
from sklearn.neural_network import BernoulliRBM

from spinlens.machines.rbm import RBM

SAMPLES, BATCH, EPOCHS = 20_000, 100, 3
NEEDS = {"spinlens CD-1, torch": ("torch",), "rbms": ("torch", "rbms"), "boltzmann9": ("torch", "boltzmann9")}


def floor(n_visible: int, n_hidden: int) -> Callable[[], None]:
    """The matrix products of `EPOCHS` epochs of CD-1."""
    generator = np.random.default_rng(0)
    v = generator.standard_normal((2 * BATCH, n_visible)).astype(np.float32)
    h = generator.standard_normal((2 * BATCH, n_hidden)).astype(np.float32)
    W = generator.standard_normal((n_visible, n_hidden)).astype(np.float32)
    up, down, gradient = np.empty_like(h[:BATCH]), np.empty_like(v[:BATCH]), np.empty_like(W)

    def epochs() -> None:
        for _ in range(EPOCHS * SAMPLES // BATCH):
            np.matmul(v[:BATCH], W, out=up)
            np.matmul(h[:BATCH], W.T, out=down)
            np.matmul(v[BATCH:], W, out=up)
            np.matmul(v.T, h, out=gradient)

    return epochs


def ours(n_visible: int, n_hidden: int, states: np.ndarray, engine: str, **options: object) -> Callable[[], None]:
    """A machine that goes on training."""
    machine = RBM(n_hidden, batch_size=BATCH, epochs=10**6, engine=engine, **options)  # type: ignore[arg-type]
    machine.partial_fit(states[: 2 * BATCH])
    return lambda: machine.partial_fit(states, EPOCHS) and None


def scikit_learn(n_hidden: int, states: np.ndarray) -> Callable[[], None]:
    """BernoulliRBM, which does PCD-1 on 0/1 units."""
    machine = BernoulliRBM(n_hidden, batch_size=BATCH, n_iter=EPOCHS)
    zero_one = ((states + 1) / 2).astype(np.float32)
    return lambda: machine.fit(zero_one) and None


def rbms(n_hidden: int, states: np.ndarray) -> Callable[[], None]:
    """PCD-1 of the package `rbms`, with plain gradient ascent."""
    import torch
    from rbms.bernoulli_bernoulli.classes import BBRBM
    from rbms.training.pcd import fit_batch_pcd

    data = torch.from_numpy((states > 0).astype(np.float32))
    bias = torch.zeros(n_hidden)
    machine = BBRBM(0.01 * torch.randn(data.shape[1], n_hidden), torch.zeros(data.shape[1]), bias)
    for parameter in machine.parameters():
        parameter.grad = torch.zeros_like(parameter)
    optimizer = torch.optim.SGD(machine.parameters(), lr=0.01, maximize=True)
    weight = torch.ones(BATCH, 1)
    chains = [machine.init_chains(BATCH)]

    def epochs() -> None:
        for _ in range(EPOCHS):
            for rows in torch.randperm(SAMPLES).split(BATCH):
                optimizer.zero_grad(set_to_none=False)
                chains[0], _ = fit_batch_pcd((data[rows], weight), chains[0], machine, 1, 1.0, centered=False)
                optimizer.step()

    return epochs


def boltzmann9(n_hidden: int, states: np.ndarray) -> Callable[[], None]:
    """PCD-1 of the package `boltzmann9`."""
    import boltzmann9 as package
    import torch

    data = torch.from_numpy((states > 0).astype(np.float32))
    machine = package.RBM({"visible_blocks": {"v": data.shape[1]}, "hidden_blocks": {"h": n_hidden}})

    def epochs() -> None:
        for _ in range(EPOCHS):
            for rows in torch.randperm(SAMPLES).split(BATCH):
                machine.cd_step(data[rows], lr=0.01, k=1, kind="bernoulli")

    return epochs


def main(rounds: int = 7) -> None:
    """Print the table of times and of ratios to the floor."""
    warnings.simplefilter("ignore")
    missing = [name for name, modules in NEEDS.items() if not all(map(importlib.util.find_spec, modules))]
    if missing:
        print(f"Missing, left out: {'; '.join(missing)}. The top of benchmarks/machines.py says how to install them.")
    for n_visible, n_hidden in ((100, 64), (1024, 256)):
        states = np.random.default_rng(0).choice([-1, 1], size=(SAMPLES, n_visible)).astype(np.int8)
        programs = {
            "matrix products alone": floor(n_visible, n_hidden),
            "spinlens CD-1": ours(n_visible, n_hidden, states, "numpy"),
            "spinlens PCD-1": ours(n_visible, n_hidden, states, "numpy", persistent=True),
            "scikit-learn": scikit_learn(n_hidden, states),
        }
        others: dict[str, Callable[[], Callable[[], None]]] = {
            "spinlens CD-1, torch": lambda n=n_hidden, x=states: ours(x.shape[1], n, x, "torch"),
            "rbms": lambda n=n_hidden, x=states: rbms(n, x),
            "boltzmann9": lambda n=n_hidden, x=states: boltzmann9(n, x),
        }  # fmt: skip
        programs |= {name: make() for name, make in others.items() if name not in missing}
        times: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(rounds):
            for name, program in programs.items():
                begun = time.process_time()
                program()
                times[name].append((time.process_time() - begun) / EPOCHS)
        print(f"\n{n_visible} -> {n_hidden}: CPU seconds an epoch of {SAMPLES} states, ratio to products, to CD-1")
        base, own = min(times["matrix products alone"]), min(times["spinlens CD-1"])
        for name, found in times.items():
            print(f"{name:24s} {min(found):8.4f} {min(found) / base:7.2f} {min(found) / own:7.2f}")


if __name__ == "__main__":
    main()
