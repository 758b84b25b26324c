"""A search with a budget, of spin updates or of time: a pilot, then rounds until it is spent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import xarray as xr

from spinlens.criticality.analysis.analysis import analyse, analyse_with_influence
from spinlens.criticality.analysis.critical_point import CriticalPoint
from spinlens.criticality.search.budget import Account, TimeBudget
from spinlens.criticality.search.request import Search, SearchRequest
from spinlens.criticality.search.rounds import (
    CHAINS,
    ROUND_MOST,
    RoundPlan,
    SearchState,
    SizeState,
    absorb,
    next_round,
    window_draws,
)
from spinlens.criticality.search.windows import Prospect, WindowRun, scan_all
from spinlens.errors import ConvergenceError
from spinlens.lattice.ising import IsingModel
from spinlens.progress import Step, Tell
from spinlens.sampling.sampler import RunRequest, Threads, start_sampling
from spinlens.seeding import purpose_seed

_PILOT_SHARE = 0.08  # of a budget, in equal parts for all sizes, to find the windows


@dataclass(frozen=True)
class Budget:
    """A number of spin updates, or a time, spent where it lowers the error of T_c most.

    A pilot of 8 % in equal shares finds the windows. Each further round brings the sweeps of size L closer to
    √(v_L / c_L), the optimum for errors v_L / n_L at costs c_L a sweep (Neyman 1934), with v_L / n_L the part of the
    variance of T_c that comes from size L. Rounds are independent chains at three temperatures next to the T_c found so
    far. A number of updates gives the same result on every machine and for any number of workers; what is left of a
    time is turned into updates again after every round, by the time that the round took.
    """

    amount: float | TimeBudget

    def arguments(self) -> dict[str, Any]:
        return {}

    def updates(self, n_sites: int, points: int) -> float:
        return 0.0 if isinstance(self.amount, TimeBudget) else float(self.amount)

    def search(self, request: SearchRequest) -> Search:
        """The pilot, or what an earlier call has kept, then rounds until the budget is spent."""
        state, account = self._begun(request)
        while True:
            begun, plan = account.elapsed, state.underway
            if plan is None:
                point, influence = _so_far(state, request)
                account = account.after_analysis(begun)
                _tell(request, state, account, point)
                T_c = state.centre if point is None else point.temperature.value
                plan = next_round(state, account.updates(state.spent), account.timed, T_c, influence)
                if plan is None:
                    return Search(point or analyse(state.curves, request.regime), state.draws, state.curves)
                state = replace(state, plan=plan)
                request.note(plan=asdict(plan), **account.notes)
            before = state.spent
            state = _run_round(request, state, plan, account)
            account = account.after_round(state.spent - before, begun)
            request.note(**account.notes)

    def _begun(self, request: SearchRequest) -> tuple[SearchState, Account]:
        """What an earlier call has kept, or a pilot."""
        notes, folder = request.notes, request.folder
        if folder is not None and (state := folder.state(request.models)) is not None:
            return state, Account.opened(self.amount, notes, request.models, state.centre)
        look = request.first_look()
        account = Account.opened(self.amount, notes, request.models, look.temperature)
        pilot = float(notes.get("pilot") or account.updates(0))  # of the first call: a larger budget prolongs it
        request.note(pilot=pilot, **account.notes)
        share = min(_PILOT_SHARE * pilot, ROUND_MOST) / len(request.models)

        def run(model: IsingModel) -> WindowRun:
            return request.runs(window_draws(model, share, request.points), CHAINS)

        def first(model: IsingModel, data: xr.Dataset) -> SizeState:
            request.note(**account.notes)
            return SizeState.first(model, data)

        sizes, centre = scan_all(request.models, Prospect.first(look), request.points, run, first)
        state = SearchState(tuple(sizes), centre)
        if folder is not None:
            folder.begin(state, **account.notes)
        return state, account


def _run_round(request: SearchRequest, state: SearchState, plan: RoundPlan, account: Account) -> SearchState:
    """The runs of a round that are not there yet, from the largest size down; each is kept when it is there."""
    spent = state.spent

    def underway(step: Step) -> None:
        text = f"round {plan.number}: T_c = {plan.temperature:.6g}"
        request.tell(Step(text, account.share(spent), account.left))

    with Threads(request.workers) as threads:
        started = [
            (k, _started(threads, request, state.sizes[k], plan, plan.draws[k], underway))
            for k in reversed(range(len(state.sizes))) if state.sizes[k].rounds <= plan.number
        ]  # fmt: skip
        for k, result in started:
            state = absorb(state, plan.number, k, None if result is None else result())
            if request.folder is not None:
                request.folder.keep(state.sizes[k])
    return state


def _started(
    threads: Threads, request: SearchRequest, size: SizeState, plan: RoundPlan, draws: int, tell: Tell
) -> Callable[[], xr.Dataset] | None:
    """Queue the chains of one size, None where it has no draws in the round."""
    if not draws:
        return None
    stream = purpose_seed(request.seed, "round", plan.number, size.curves.L, bits=32)
    asked = RunRequest(
        size.curves.model, size.next_grid(plan.temperature), draws, CHAINS, stream, "swendsen-wang",
        warmup=size.warmup, energy=False,
    )  # fmt: skip
    return start_sampling(threads, asked, tell)


def _so_far(state: SearchState, request: SearchRequest) -> tuple[CriticalPoint | None, tuple[float, ...]]:
    """The critical point so far and its influences; none, and equal ones, while noise hides it."""
    try:
        return analyse_with_influence(state.curves, request.regime)
    except ConvergenceError:
        return None, (0.0,) * len(state.sizes)


def _tell(request: SearchRequest, state: SearchState, account: Account, point: CriticalPoint | None) -> None:
    """How far a budget is spent, and T_c so far."""
    draws = ", ".join(f"L = {L}: {n}" for L, n in state.draws.items())
    T_c = "lost in noise" if point is None else point.temperature
    text = f"round {state.rounds}: T_c = {T_c}; draws {draws}"
    numbers = {} if point is None else {"T_c": point.temperature.value, "T_c_error": point.temperature.error}
    request.tell(Step(text, account.share(state.spent), account.left, lasting=True, numbers=numbers))
