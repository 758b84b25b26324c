"""How a search spends: what every strategy does, and the one that draws the same of every size."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

import xarray as xr

from spinlens import checks
from spinlens.criticality.analysis.analysis import analyse
from spinlens.criticality.reweighting.size_curves import SizeCurves
from spinlens.criticality.search.request import Search, SearchRequest
from spinlens.criticality.search.windows import Prospect, WindowRun, scan_all
from spinlens.lattice.ising import IsingModel
from spinlens.progress import Parts


class Strategy(Protocol):
    """What decides about the draws of a search."""

    def arguments(self) -> dict[str, Any]:
        """What of it must stay the same when a search goes on."""
        ...

    def updates(self, n_sites: int, points: int) -> float:
        """Spin updates asked for, of all sizes together, whose sites are `n_sites`; 0 where a time is asked for."""
        ...

    def search(self, request: SearchRequest) -> Search:
        """Find the critical point."""
        ...


@dataclass(frozen=True)
class FixedDraws:
    """The same draws of every size: `draws` of each chain, `chains` a temperature. More draws prolong the chains."""

    draws: int = 20_000
    chains: int = 2

    def __post_init__(self) -> None:
        checks.positive_integer("draws", self.draws)
        checks.positive_integer("chains", self.chains)

    def arguments(self) -> dict[str, Any]:
        return {"chains": self.chains}

    def updates(self, n_sites: int, points: int) -> float:
        return float(n_sites) * points * self.draws * self.chains

    def search(self, request: SearchRequest) -> Search:
        """A window of every size, and the analysis of all."""
        first = Prospect.first(request.first_look())
        run = partial(self._run, request, Parts(request.tell, [model.n_sites for model in request.models]))
        runs, _ = scan_all(request.models, first, request.points, run, _measured)
        curves = tuple(size for size, _ in runs)
        return Search(analyse(curves, request.regime), {size.L: draws for size, draws in runs}, curves)

    def _run(self, request: SearchRequest, sizes: Parts, model: IsingModel) -> WindowRun:
        """Runs of one size, which are told beforehand; sizes take time in proportion to their sites."""
        place = [one.shape for one in request.models].index(model.shape)

        def told(model: IsingModel, grid: tuple[float, ...], number: int) -> xr.Dataset:
            text = f"L = {model.shape[0]}: {len(grid)} temperatures from {grid[0]:.6g} to {grid[-1]:.6g}"
            request.tell(sizes.at(place, text, lasting=True))
            return request.runs(self.draws, self.chains, sizes.part(place, text))(model, grid, number)

        return told


def _measured(model: IsingModel, data: xr.Dataset) -> tuple[SizeCurves, int]:
    """The curves of one size, and the number of its draws."""
    return SizeCurves.from_dataset(model, data), int(data["bonds"].size)
