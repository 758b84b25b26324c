"""What a run will take, before it begins."""

from __future__ import annotations

from collections.abc import Sequence

from spinlens.errors import InputError
from spinlens.resources import SWEEP, afford
from spinlens.sampling.algorithms.algorithm import Algorithm
from spinlens.sampling.algorithms.extremes import Exact
from spinlens.sampling.algorithms.multispin import REPLICAS, MultiSpin
from spinlens.sampling.chains.request import RunRequest

_TABLES = 48  # bytes a site of couplings, alias tables, and of a chain under way
_SERIES, _AVERAGES, _CHAIN = 12 * 8 * 2, 400_000, 10_000  # bytes of a draw twice, of the averages of a chain, of any
_UNSAVED = 30.0  # seconds for which checkpoints may have to wait
_REMEDY = "ask for fewer draws, chains or temperatures, or a smaller lattice"


def require_affordable(request: RunRequest, algorithms: Sequence[Algorithm | MultiSpin], workers: int) -> None:
    """Refuse a run that does not fit into memory or would not end, and say where it takes days."""
    _require_savable(request, algorithms)
    sweeps = request.draws * request.thin + (request.warmup or 0)
    chains = [request.chains / REPLICAS if isinstance(item, MultiSpin) else request.chains for item in algorithms]
    works = [item.work * number for item, number in zip(algorithms, chains, strict=True)]
    seconds = SWEEP * request.model.n_sites * sweeps * sum(works) / workers
    averages = request.series and not request.keep_spins
    remedy = f"{_REMEDY}, or for series=False, which keeps averages" if averages else _REMEDY
    afford("this run", seconds, memory(request, workers), remedy)


def _require_savable(request: RunRequest, algorithms: Sequence[Algorithm | MultiSpin]) -> None:
    """Refuse what could long not be saved: one sweep, or where swaps or measurements need it all sweeps of a draw."""
    moving = [item for item in algorithms if not isinstance(item, Exact)]
    seconds = SWEEP * request.model.n_sites * max((item.work for item in moving), default=0.0)
    what, remedy = "one sweep", "a smaller lattice"
    if request.exchange or any(item.measures_all_sweeps for item in moving):
        seconds *= request.thin * (len(request.temperatures) if request.exchange else 1)
        what, remedy = "one draw", "a smaller thin, with more draws, or a smaller lattice"
    if seconds > _UNSAVED:
        raise InputError(f"{what} would take about {seconds:.3g} s, in which it could not be saved; ask for {remedy}")


def memory(request: RunRequest, workers: int) -> float:
    """Bytes at the end of a run, which is when most is held."""
    chains = request.chains * len(request.temperatures)
    kept = chains * (_CHAIN + (request.draws * _SERIES if request.series else _AVERAGES))
    if request.keep_spins:
        kept += 9 * (chains * request.draws * request.model.n_sites) // 8  # a byte each, and a bit until they are there
    return kept + _TABLES * request.model.n_sites * (1 + min(workers, chains))
