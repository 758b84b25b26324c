"""The whole of ``spinlens critical`` from Python: search, what was found beside what is known, files and page."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from spinlens import checks
from spinlens.checks import choice
from spinlens.criticality.analysis.critical_point import CriticalPoint
from spinlens.criticality.correlators.measure import FEWEST, check_with_correlators
from spinlens.criticality.search.budget import TimeBudget, seconds_of
from spinlens.criticality.search.find import check_wrapping, make_strategy, search
from spinlens.criticality.search.request import Search
from spinlens.criticality.search.sizes import make_models
from spinlens.criticality.universality import REGIMES, Regime
from spinlens.errors import InputError
from spinlens.files.atomic import write_file
from spinlens.files.plain import plain, write_json
from spinlens.lattice.couplings import Coupling
from spinlens.lattice.ising import IsingModel
from spinlens.progress import Progress, telling
from spinlens.versions import versions
from spinlens.workflows.critical_page import known_of, write_page

_AFTER = 2.0  # seconds that a page takes


@dataclass(frozen=True)
class SearchSettings:
    """What a search is for and what may be spent: a time `budget` such as "5m", or `draws` and `chains`."""

    coupling: Coupling
    sizes: tuple[int, ...]
    dimension: int = 2
    budget: str | None = None
    draws: int | None = None
    chains: int | None = None
    points: int = 5
    seed: int = 0
    workers: int = 1
    regime: Regime | None = None
    wrapping: bool = False

    def check(self) -> None:
        """Raise for what cannot be searched for, before anything is computed or written."""
        if self.budget is not None and (self.draws, self.chains) != (None, None):
            raise InputError("--budget decides about draws and chains itself: give either it, or --draws and --chains")
        make_models(self.coupling, self.sizes, self.dimension)
        check_wrapping(self.wrapping, self.dimension)
        make_strategy(self.draws, self.chains, self.budget, self.workers)
        checks.seed(self.seed)
        checks.positive_integer("points", self.points, minimum=2)

    def check_correlators(self, draws: int) -> None:
        """Raise where the search could be done, but not the check by correlators of so many draws after it."""
        checks.positive_integer("--correlators", draws, minimum=FEWEST)
        if (even := sum(L % 2 == 0 for L in self.sizes)) < 2:
            raise InputError(
                f"--correlators needs two even sizes, at half of which to look; {even} of the sizes is even"
            )


@dataclass(frozen=True)
class SearchFound:
    """What a search found: the critical point, and the runs it rests on."""

    settings: SearchSettings
    search: Search

    @property
    def point(self) -> CriticalPoint:
        """The critical point."""
        return self.search.point


def checked_regime(name: str | None) -> Regime | None:
    """The class that --regime names, None for the one that theory expects."""
    return None if name is None else cast(Regime, choice("--regime", name, REGIMES))


def find(
    settings: SearchSettings,
    checkpoint: Path | None = None,
    begun: float = math.nan,
    page: bool = False,
    progress: Progress = None,
) -> SearchFound:
    """The critical point, with the runs kept in `checkpoint` so that the same call goes on with them.

    A time budget counts from `begun` (by `time.monotonic`), and holds the seconds that a page takes where one follows.
    """
    s, limit = settings, None
    s.check()
    if s.budget is not None:
        limit = TimeBudget(seconds_of(s.budget), s.workers, _AFTER if page else 0.0, begun=begun)
    strategy = make_strategy(s.draws, s.chains, limit, s.workers)
    about = (s.dimension, s.seed, s.points, s.workers, s.regime, s.wrapping)
    with telling(progress) as tell:
        return SearchFound(s, search(s.coupling, s.sizes, strategy, *about, tell, checkpoint))


def correlator_lines(found: SearchFound, draws: int) -> list[str]:
    """Δ_s and Δ_ε from correlators at L/2 of `draws` states per chain at the T_c found, a line each."""
    s, point = found.settings, found.point
    models = [IsingModel((L,) * s.dimension, s.coupling) for L in point.sizes if L % 2 == 0]
    check = check_with_correlators(models, point.temperature, draws, s.seed, s.workers, point.regime)
    lines = [f"correlators at L/2, with corrections {', '.join(f'L^-{power:g}' for power in check.exponents)}:"]
    for label, part in (("delta_s", check.spin), ("delta_eps", check.energy)):
        if part is None:
            lines.append(f"  {label} lost in noise: more states are needed")
            continue
        parts = f"statistical {part.statistical:.1g}, systematic {part.systematic:.1g}"
        quality = f", p = {part.p_value:.2g}" if part.freedom else ""
        lines.append(f"  {label} = {part.value} ({parts}{quality}, L = {', '.join(map(str, part.sizes))})")
    return lines


def document(found: SearchFound) -> dict[str, Any]:
    """What point.json holds: the critical point, what is known of it, and the draws of each size."""
    s, point = found.settings, found.point
    draws = {str(L): n for L, n in found.search.draws.items()}
    about = {"coupling": s.coupling.label, "dimension": s.dimension, "made_with": list(found.search.made_with)}
    return {**about, **plain(point), "known": plain(known_of(point)), "draws": draws}


def write(found: SearchFound, out: Path) -> tuple[Path, Path, Path]:
    """JSON at `out`, beside it the crossings as a table (.csv) and a page with figures (.html); returns the three."""
    point = found.point
    paths = out, out.with_suffix(".csv"), out.with_suffix(".html")
    write_json(out, document(found))
    write_file(paths[1], crossing_table(point).encode())
    write_page(point, paths[2], made=made_with(found), makes=found.search.made_with)
    return paths


def made_with(found: SearchFound) -> list[tuple[str, str]]:
    """What the numbers were made with, for the page: the same for equal arguments, whenever they were computed."""
    s = found.settings
    draws = ", ".join(f"L = {L}: {n:,}".replace(",", "\u202f") for L, n in found.search.draws.items())
    spent = f"budget={s.budget!r}" if s.budget is not None else f"draws={s.draws}, chains={s.chains}"
    wrapping = ", wrapping=True" if s.wrapping else ""
    call = f"find_critical_point({s.coupling!r}, {s.sizes}, dimension={s.dimension}, {spent}, seed={s.seed}{wrapping})"
    return [
        ("spinlens", str(versions()["spinlens"])),
        ("in Python", call),
        ("seed", str(s.seed)),
        ("sweeps of each size, all temperatures together", draws),
        ("temperatures of each size", str(s.points)),
    ]


def crossing_table(point: CriticalPoint) -> str:
    """The crossings of every pair of sizes as CSV."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    names = ("temperature", "value", "delta_spin", "delta_energy")
    writer.writerow(["ratio", "L_small", "L_large", *(f"{name}{end}" for name in names for end in ("", "_error"))])
    for ratio, crossings in (("U4", point.crossings), ("xi/L", point.xi_crossings), ("Rp", point.polynomial_crossings)):
        for pair in crossings:
            numbers = [x for name in names for x in (getattr(pair, name).value, getattr(pair, name).error)]
            writer.writerow([ratio, *pair.sizes, *numbers])
    return table.getvalue()
