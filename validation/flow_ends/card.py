"""The same protocol on a graphics card, many machines side by side at L = 10, and machines of 10,000 units at L = 100.

    python validation/flow_ends/card.py DATA OUT SECONDS [PART ...]

DATA holds packed training states (`states.py`), OUT gets weights and flowed states, which `read.py` examines. It needs
PyTorch and nothing of this package. Machines of 0/1 units without biases, CD-1 at a constant rate, batches of 100 in
one fixed order. PART is one of small, extremes, lattice. Within SECONDS it trains what it can of each part,
in equal shares of what is left, and says how many epochs that were.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch

BATCH, SHOWN = 100, 1000
SCALE = 0.1  # of the first weights
RATES = {"lattice": 0.01, "mean-field": 0.001}  # at L = 10
EPOCHS = {"lattice": 8000, "mean-field": 20_000}
LOOKS = (100, 400, 1000, 2000, 4000, 8000, 12_000, 20_000)
LARGE = 100  # side of the large lattice
LARGE_EPOCHS = {"extremes": 1000, "lattice": 2000}
LARGE_LOOKS = (10, 30, 100, 200, 400, 600, 800, 1000, 1200, 1500, 2000)
DEVICE = "cuda" if torch.cuda.is_available() else "cpu"

Tensor = torch.Tensor


def unpacked(path: Path, sites: int) -> Tensor:
    """States 0/1 (n, sites) in single bytes."""
    return torch.from_numpy(np.unpackbits(np.load(path), axis=-1, count=sites))


def update(W: Tensor, v: Tensor, rate: Tensor | float) -> None:
    """One step of CD-1: W (..., n_visible, n_hidden), v (..., BATCH, n_visible)."""
    p = torch.sigmoid(v @ W)
    h = (torch.rand_like(p) < p).to(W.dtype)
    again = torch.sigmoid(h @ W.mT)
    again = (torch.rand_like(again) < again).to(W.dtype)
    q = torch.sigmoid(again @ W)
    left, right = torch.cat([v, -again], dim=-2), torch.cat([p, q], dim=-2)
    if W.ndim == 2:
        W.addmm_(left.T, right, alpha=float(rate) / BATCH)
    else:
        W += torch.bmm(left.mT, right) * (rate / BATCH)


def flow(W: Tensor, v: Tensor, steps: int) -> Tensor:
    """States (..., n, n_visible) after so many steps."""
    for _ in range(steps):
        h = torch.sigmoid(v @ W)
        h = (torch.rand_like(h) < h).to(W.dtype)
        v = torch.sigmoid(h @ W.mT)
        v = (torch.rand_like(v) < v).to(W.dtype)
    return v


def starts(sites: int, n: int, like: Tensor) -> dict[str, Tensor]:
    """All up, and as many up as down in random places."""
    order = torch.rand(n, sites, device=like.device).argsort(dim=1)
    return {
        "cold": torch.ones(n, sites, device=like.device, dtype=like.dtype),
        "hot": (order < sites // 2).to(like.dtype),
    }


def magnetization(v: Tensor) -> Tensor:
    """Mean |m| over states (..., n, n_visible)."""
    return (2 * v - 1).mean(dim=-1).abs().mean(dim=-1)


def small(data: Path, out: Path, end: float) -> dict[str, Any]:
    """Eight machines of either kind at L = 10, side by side."""
    names = sorted(path.stem for path in data.glob("small-*.npy"))
    kinds = [name.split("-", 1)[1].rsplit("-", 1)[0] for name in names]
    states = torch.stack([unpacked(data / f"{name}.npy", 100) for name in names]).to(DEVICE).float()
    rate = torch.tensor([RATES[kind] for kind in kinds], device=DEVICE)[:, None, None]
    W = SCALE * torch.randn(len(names), 100, 100, device=DEVICE)
    found: dict[str, Any] = {name: {} for name in names}
    step = _epoch(W, states, rate)
    done = 0
    while done < max(EPOCHS[kind] for kind in kinds) and time.time() < end:
        step()
        done += 1
        if done in LOOKS:
            for start, v in starts(100, SHOWN, W).items():
                m = magnetization(flow(W, v.expand(len(names), -1, -1), 40))
                for k, name in enumerate(names):
                    if done <= EPOCHS[kinds[k]]:
                        found[name].setdefault(str(done), {})[start] = float(m[k])
            for kind, epochs in EPOCHS.items():
                if done == epochs and kind in kinds:
                    _keep(out, W, [k for k, other in enumerate(kinds) if other == kind], kind)
            print("small", done, {name: found[name].get(str(done)) for name in names[::7]}, flush=True)
    return {"epochs": done, "machines": found}


def _epoch(W: Tensor, states: Tensor, rate: Tensor) -> Any:
    """A pass over the data; on a card recorded once and played again."""

    def one_pass() -> None:
        for first in range(0, states.shape[1] - BATCH + 1, BATCH):
            update(W, states[:, first : first + BATCH], rate)

    if DEVICE == "cpu":
        return one_pass
    kept = W.clone()
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(2):
            one_pass()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        one_pass()
    W.copy_(kept)
    return graph.replay


def _keep(out: Path, W: Tensor, chosen: list[int], kind: str) -> None:
    """Weights, and states after 40 and 2,000 steps from either start."""
    ours = W[chosen]
    arrays = {"weights": ours.cpu().numpy()}
    for start, v in starts(100, SHOWN, W).items():
        for steps in (40, 2000):
            arrays[f"{start}-{steps}"] = np.packbits(
                flow(ours, v.expand(len(chosen), -1, -1), steps).cpu().numpy() > 0, axis=-1
            )
    np.savez_compressed(out / f"small-{kind}.npz", **arrays)


def large(states: Tensor, epochs: int, end: float, out: Path, name: str) -> dict[str, Any]:
    """One machine at L = 100, looked at along its training."""
    torch.cuda.empty_cache()
    sites = LARGE**2
    W = SCALE * torch.randn(sites, sites, device=DEVICE)
    found: dict[str, Any] = {}
    done, last = 0, 0
    while done < epochs and time.time() < end:
        for first in range(0, len(states) - BATCH + 1, BATCH):
            update(W, states[first : first + BATCH].to(DEVICE).float(), 0.001)
        done += 1
        if done in LARGE_LOOKS:
            torch.cuda.synchronize()
            found[str(done)] = {
                start: float(magnetization(flow(W, v, 40))) for start, v in starts(sites, SHOWN, W).items()
            }
            print(name, done, found[str(done)], flush=True)
            last = done
    ends = {start: flow(W, v, 40) for start, v in starts(sites, SHOWN, W).items()}
    if last != done:
        found[str(done)] = {start: float(magnetization(v)) for start, v in ends.items()}
    later = {start: flow(W, v, 400) for start, v in ends.items()}
    found["later"] = {start: float(magnetization(v)) for start, v in later.items()}
    np.savez_compressed(
        out / f"large-{name}.npz", **{s: np.packbits(v[:300].cpu().numpy() > 0, axis=-1) for s, v in ends.items()}
    )
    return {"epochs": done, "looks": found, "weights": [float(W.mean()), float(W.std())]}


def extremes(n: int) -> Tensor:
    """Half of `n` states all up or all down, half with as many up as down."""
    sites = LARGE**2
    cold = (torch.arange(n // 2) % 2)[:, None].expand(-1, sites)
    hot = torch.rand(n // 2, sites).argsort(dim=1) < sites // 2
    return torch.cat([cold, hot.long()])[torch.randperm(n)].to(torch.uint8)


def main(data: Path, out: Path, seconds: float, parts: list[str]) -> None:
    """What fits into the time, written after every part."""
    begin = time.time()
    torch.manual_seed(1)
    torch.backends.cuda.matmul.allow_tf32 = True
    document: dict[str, Any] = {}
    for number, part in enumerate(parts):
        left = 0.97 * seconds - (time.time() - begin)
        end = time.time() + left / (len(parts) - number)
        if part == "small":
            found: Any = small(data, out, end)
        elif part == "extremes":
            found = large(extremes(1600), LARGE_EPOCHS[part], end, out, part)
        else:
            states = unpacked(data / "large-lattice.npy", LARGE**2)
            states = states[torch.randperm(len(states))].to(DEVICE)
            found = large(states, LARGE_EPOCHS[part], end, out, part)
        document[part] = {"seconds": round(time.time() - begin, 1), "found": found}
        (out / "card.json").write_text(json.dumps(document, indent=1))
        print(part, document[part]["seconds"], flush=True)


if __name__ == "__main__":
    with torch.no_grad():
        main(
            Path(sys.argv[1]),
            Path(sys.argv[2]),
            float(sys.argv[3]),
            sys.argv[4:] or ["small", "extremes", "lattice"],
        )
