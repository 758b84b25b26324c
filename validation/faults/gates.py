"""What the gates of public functions cost, of a call on 10⁶ spins.

    python validation/faults/gates.py

`border` is what `@checked` adds to a call; `states` is the gate that all states pass, once. Processor seconds, the
smallest of some repeats. Writes gates.json here.
"""

from __future__ import annotations

import inspect
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

import spinlens as sl
from spinlens import checks
from spinlens.border import _check

RESULT = Path(__file__).with_suffix(".json")
SHAPE, STATES = (32, 32), 1000  # 1,024,000 spins


def smallest(work: Callable[[], object], repeats: int = 7) -> float:
    """Least processor seconds of a call."""
    work()
    found = []
    for _ in range(repeats):
        started = time.process_time()
        work()
        found.append(time.process_time() - started)
    return min(found)


def border(public: Callable[..., object], *arguments: object, **named: object) -> float:
    """Seconds that the border takes of a call."""
    function, count = inspect.unwrap(public), 200
    signature = inspect.signature(function)
    return (
        smallest(lambda: [_check(function, signature.bind(*arguments, **named).arguments) for _ in range(count)])
        / count
    )


def main() -> None:
    generator = np.random.default_rng(0)
    model = sl.IsingModel(SHAPE, sl.NearestNeighbour())
    spins = generator.choice(np.array([-1, 1], np.int8), (STATES, *SHAPE))
    flat = spins.reshape(STATES, -1)
    machine = sl.RBM.from_weights(generator.normal(0, 0.05, (flat.shape[1], 64)))
    calls: dict[str, tuple[Callable[..., object], tuple[object, ...], dict[str, object]]] = {
        "IsingModel.energy": (type(model).energy, (model, spins), {}),
        "RBM.free_energy": (type(machine).free_energy, (machine, flat), {}),
        "RBM.hidden_mean": (type(machine).hidden_mean, (machine, flat), {}),
        "block_spins": (sl.block_spins, (spins,), {"shape": SHAPE, "generator": generator}),
        "rbm_flow": (sl.rbm_flow, (machine, spins, 2), {}),
    }
    rows = {}
    states = smallest(lambda: checks.signs("states", spins))
    for name, (public, arguments, named) in calls.items():
        total = smallest(lambda: public(*arguments, **named))  # noqa: B023
        own = border(public, *arguments, **named) if hasattr(public, "__wrapped__") else 0.0
        rows[name] = {
            "milliseconds": round(1e3 * total, 3),
            "border": f"{own / total:.2%}",
            "states": f"{states / total:.2%}",
        }
    result = {
        "spinlens": sl.__version__,
        "spins": spins.size,
        "states_milliseconds": round(1e3 * states, 3),
        "calls": rows,
    }
    RESULT.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
