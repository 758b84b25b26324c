"""What a chain keeps of its draws: all of them, or averages in a fixed amount of memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import numpy.typing as npt

from spinlens.arrays import AnyArray, Array, Spins
from spinlens.errors import CheckpointError
from spinlens.sampling.chains.binning import Bins, Blocking, binned_tau
from spinlens.sampling.chains.checkpoint import taken
from spinlens.statistics.autocorrelation import integrated_time

Arrays = Mapping[str, AnyArray]

_RECENT = 1 << 13  # draws that a progress display looks at
_MODE_BINS = 32
PRODUCTS = (
    ("energy", "energy"),
    ("energy", "m2"),
    ("energy", "m4"),
    ("bonds", "bonds"),
    ("bonds", "m2"),
    ("bonds", "m4"),
)


class Series:
    """Every draw of every observable, `values` (n,) by name."""

    def __init__(self) -> None:
        self._parts: dict[str, list[Array]] = {}
        self.draws = 0

    def take(self, observables: Mapping[str, Array]) -> None:
        for name, values in observables.items():
            self._parts.setdefault(name, []).append(values)
        self.draws += len(next(iter(observables.values())))

    @property
    def values(self) -> dict[str, Array]:
        """The series of each observable, (draws,)."""
        for name, parts in self._parts.items():
            if len(parts) > 1:
                self._parts[name] = [np.concatenate(parts)]
        return {name: parts[0] for name, parts in self._parts.items()}

    def tau_int(self) -> float:
        recent = [np.concatenate(parts[-8:])[-_RECENT:] for parts in self._parts.values()]
        times = [integrated_time(values).value for values in recent if len(values) >= 4]
        return max(times, default=float("nan"))

    def arrays(self) -> dict[str, AnyArray]:
        values = self.values
        return {"names": _coded(values), **{f"series.{name}": series for name, series in values.items()}}

    def restore(self, arrays: Arrays, draws: int) -> None:
        names = _decoded(arrays["names"])
        self._parts = {name: [taken(arrays, f"series.{name}", (draws,), np.float64)] for name in names}
        self.draws = draws


class Averages:
    """Bin means, blocking variances and products of observables, in a fixed amount of memory.

    Besides the observables themselves it keeps |m| and the products that specific heat, slopes of moments and their
    errors need, since none of them follows from bin means: `abs_magnetization`, `energy_squared`, `energy_m2`, ….
    """

    def __init__(self) -> None:
        self.names: tuple[str, ...] = ()
        self.bins, self.blocking = Bins(0), Blocking.empty(0)

    @property
    def draws(self) -> int:
        return self.bins.draws

    def take(self, observables: Mapping[str, Array]) -> None:
        values = with_products(observables)
        if not self.names:
            self._open(tuple(values))
        stretch = np.stack([values[name] for name in self.names])
        self.bins.add(stretch)
        self.blocking.add(stretch)

    def _open(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.bins, self.blocking = Bins(len(names)), Blocking.empty(len(names))

    @property
    def variances(self) -> Array:
        """Variance of single draws, (k,)."""
        return np.asarray(self.blocking.variances()[:, 0])

    def tau_int(self) -> float:
        rows = zip(self.bins.values, self.variances, strict=True)
        times = [binned_tau(bins[None], self.bins.length, variance) for bins, variance in rows]
        return max(times, default=float("nan"))

    def arrays(self) -> dict[str, AnyArray]:
        if not self.names:
            return {}
        parts = {"bins": self.bins.arrays(), "blocking": self.blocking.arrays()}
        flat = {f"{part}.{name}": array for part, items in parts.items() for name, array in items.items()}
        return {"names": _coded(self.names), **flat}

    def restore(self, arrays: Arrays, draws: int) -> None:
        if arrays:
            self._open(_decoded(arrays["names"]))
            self.bins.restore(under("bins", arrays))
            self.blocking.restore(under("blocking", arrays))
        if self.draws != draws:
            raise CheckpointError(f"saved averages are over {self.draws} of {draws} draws; remove them to start over")


class Modes:
    """|s_k|²/N of every Fourier mode, averaged over at most 32 bins: the correlation function in transform space."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self.shape = shape
        self.bins = Bins(int(np.prod(shape[:-1])) * (shape[-1] // 2 + 1), _MODE_BINS)

    def take(self, states: Spins) -> None:
        """Take n further states, (n, N)."""
        axes = tuple(range(1, len(self.shape) + 1))
        modes = np.fft.rfftn(states.reshape(-1, *self.shape).astype(np.float64), axes=axes)
        power = (modes.real**2 + modes.imag**2) / np.prod(self.shape)
        self.bins.add(power.reshape(len(states), -1).T)

    def correlations(self) -> Array:
        """G(r) = ⟨s_0 s_r⟩ of each bin, (bins, *shape)."""
        power = self.bins.values.T.reshape(-1, *self.shape[:-1], self.shape[-1] // 2 + 1)
        return np.asarray(np.fft.irfftn(power, s=self.shape, axes=tuple(range(1, len(self.shape) + 1))))


def with_products(observables: Mapping[str, Array]) -> dict[str, Array]:
    """The observables, |m| and the products of `PRODUCTS` whose factors are there."""
    values = dict(observables)
    if "magnetization" in values:
        values["abs_magnetization"] = np.abs(values["magnetization"])
    for first, second in PRODUCTS:
        if first in observables and second in observables:
            values[product_name(first, second)] = observables[first] * observables[second]
    return values


def product_name(first: str, second: str) -> str:
    """Name of a product: energy_squared, energy_m2."""
    return f"{first}_squared" if first == second else f"{first}_{second}"


def under(part: str, arrays: Arrays) -> dict[str, AnyArray]:
    """The arrays whose names begin with ``part.``, without it."""
    return {name.removeprefix(f"{part}."): array for name, array in arrays.items() if name.startswith(f"{part}.")}


def _coded(names: Iterable[str]) -> npt.NDArray[np.uint8]:
    """Names as one array, so that a checkpoint keeps their order."""
    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)


def _decoded(coded: AnyArray) -> tuple[str, ...]:
    return tuple(bytes(coded).decode().split())
