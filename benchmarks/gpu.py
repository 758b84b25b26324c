"""What a graphics card does for training: updates beside its own matrix products, and agreement with the processor.

    python benchmarks/gpu.py [FOLDER]

Needs PyTorch and a card that it can use; writes gpu.json into FOLDER and prints it as it goes. Some two minutes.
For CD-1, PCD-1 and the natural gradient and for three shapes of machine it times updates of engine "torch-cuda", says
what share of the card's measured rate of float32 products of the same shapes they reach, and times engine "numpy" on
the same task. Products in TF32 and bfloat16 are timed beside, to say what a lower precision could bring at most.
Agreement: eight machines an engine, judged by their exact log-likelihood, differ by no more than their seeds do.
"""

from __future__ import annotations

import json
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch

from spinlens import RBM, IsingModel, NearestNeighbour, sample
from spinlens.exact.kaufman import CRITICAL_TEMPERATURE

SHAPES = ((1024, 256), (4096, 1024), (4096, 4096))
BATCHES = (500, 4000)
WAYS: dict[str, dict[str, Any]] = {
    "CD-1": {},
    "PCD-1": {"persistent": True},
    "natural gradient": {"persistent": True, "optimizer": "natural", "learning_rate": 0.1},
}
SEEDS = 8


def seconds(job: Callable[[], object], least: float = 0.5) -> float:
    """Of one call, the best of three rounds that take `least` seconds each."""
    job()
    torch.cuda.synchronize()
    best = np.inf
    for _ in range(3):
        count, start = 0, time.perf_counter()
        while time.perf_counter() - start < least:
            job()
            torch.cuda.synchronize()
            count += 1
        best = min(best, (time.perf_counter() - start) / count)
    return best


def products(n_visible: int, n_hidden: int, batch: int, dtype: torch.dtype, tf32: bool = False) -> float:
    """Rate in TFLOP/s of the products of one CD-1 update: up, down, up, and the gradient of both sides."""
    torch.backends.cuda.matmul.allow_tf32 = tf32
    v = torch.randn(batch, n_visible, device="cuda", dtype=dtype)
    h = torch.randn(batch, n_hidden, device="cuda", dtype=dtype)
    W = torch.randn(n_visible, n_hidden, device="cuda", dtype=dtype)

    def update() -> None:
        for _ in range(10):
            v @ W, h @ W.T, v @ W, v.T @ h, v.T @ h

    found = flops(n_visible, n_hidden, batch) / seconds(update) / 1e11
    torch.backends.cuda.matmul.allow_tf32 = False
    return found


def flops(n_visible: int, n_hidden: int, batch: int) -> float:
    """Of one CD-1 update: five products."""
    return 5 * 2.0 * n_visible * n_hidden * batch


def update_time(n_visible: int, n_hidden: int, batch: int, engine: str, updates: int, **options: Any) -> float:
    """Seconds an update."""
    states = np.where(np.random.default_rng(0).random((updates * batch, n_visible)) < 0.5, 1, -1).astype(np.int8)
    machine = RBM(n_hidden, batch_size=batch, epochs=10**6, engine=engine, **options)
    machine.partial_fit(states[: 2 * batch])
    start = time.perf_counter()
    machine.partial_fit(states, 1)
    return (time.perf_counter() - start) / updates


def speeds() -> list[dict[str, Any]]:
    """One row for every shape, batch and way of training."""
    rows = []
    for n_visible, n_hidden in SHAPES:
        for batch in BATCHES:
            rates = {
                "float32": products(n_visible, n_hidden, batch, torch.float32),
                "tf32": products(n_visible, n_hidden, batch, torch.float32, tf32=True),
                "bfloat16": products(n_visible, n_hidden, batch, torch.bfloat16),
            }
            for way, options in WAYS.items():
                cuda = update_time(n_visible, n_hidden, batch, "torch-cuda", 60, **options)
                row = {"n_visible": n_visible, "n_hidden": n_hidden, "batch": batch, "way": way, "cuda_s": cuda}
                row["share_of_products"] = flops(n_visible, n_hidden, batch) / cuda / 1e12 / rates["float32"]
                if n_visible * n_hidden * batch < 1e10:
                    row["numpy_s"] = update_time(n_visible, n_hidden, batch, "numpy", 4, **options)
                rows.append({**row, "card_tflops": rates})
                print(json.dumps(rows[-1]), flush=True)
    return rows


def agreement() -> dict[str, Any]:
    """Exact log-likelihoods of machines trained by both engines on the same states."""
    model = IsingModel((6, 6), NearestNeighbour())
    states = sample(model, CRITICAL_TEMPERATURE, 5000, 1, 0, keep_spins=True, thin=5)["spins"].values.reshape(-1, 36)
    found = {}
    for engine in ("numpy", "torch-cuda"):
        scores = [_score(states, engine, seed) for seed in range(SEEDS)]
        found[engine] = {"mean": float(np.mean(scores)), "error": float(np.std(scores, ddof=1) / np.sqrt(SEEDS))}
    difference = found["torch-cuda"]["mean"] - found["numpy"]["mean"]
    error = float(np.hypot(found["torch-cuda"]["error"], found["numpy"]["error"]))
    return {**found, "difference": difference, "error": error}


def _score(states: np.ndarray, engine: str, seed: int) -> float:
    machine = RBM(12, engine=engine, persistent=True, epochs=20, learning_rate=0.02, seed=seed).fit(states[:4000])
    return float(np.mean(machine.log_likelihood(states[4000:], method="exact").value))


def main() -> None:
    """Measure, print and keep."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    found = {
        "card": torch.cuda.get_device_name(),
        "torch": torch.__version__,
        "processor": platform.processor() or platform.machine(),
        "agreement": agreement(),
    }
    print(json.dumps(found), flush=True)
    found["speeds"] = speeds()
    (folder / "gpu.json").write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
