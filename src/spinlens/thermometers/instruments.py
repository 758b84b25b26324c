"""All instruments of one lattice at once: thermometers by name, and the equilibrium test."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import AnyArray, Spins
from spinlens.border import checked
from spinlens.errors import ArtefactError, InputError
from spinlens.files.formats import INSTRUMENTS
from spinlens.files.held import Held
from spinlens.lattice.ising import IsingModel
from spinlens.lattice.model_document import TABLE, model_document, model_from, needs_table
from spinlens.machines.files import storage
from spinlens.progress import Parts, Progress, Tell, counted, silent, telling
from spinlens.sampling.sampler import sample
from spinlens.showing import Card, Shown
from spinlens.thermometers import portrait
from spinlens.thermometers.correlation_function import CorrelationThermometer
from spinlens.thermometers.correlation_length import CorrelationLengthThermometer
from spinlens.thermometers.energy import EnergyThermometer
from spinlens.thermometers.ensembles import Ensemble, calibration, ensemble
from spinlens.thermometers.equilibrium import EquilibriumReference
from spinlens.thermometers.magnetization import MagnetizationThermometer
from spinlens.thermometers.network import NetworkThermometer
from spinlens.thermometers.pseudo_likelihood import PseudoLikelihoodThermometer
from spinlens.thermometers.readings import EquilibriumTest, Readings
from spinlens.thermometers.thermometer import Thermometer

if TYPE_CHECKING:
    from matplotlib.axes import Axes

THERMOMETERS: Mapping[str, type[Thermometer]] = {
    kind.name: kind
    for kind in (
        EnergyThermometer,
        MagnetizationThermometer,
        CorrelationLengthThermometer,
        CorrelationThermometer,
        PseudoLikelihoodThermometer,
        NetworkThermometer,
    )
}
"""Every kind of thermometer by its name."""

_CHAINS = 4
_SAMPLING = 9.0  # time that sampling takes in units of that of the calibration
_PILOT = 400  # draws a chain from which the distance between kept states is decided


@dataclass(frozen=True, eq=False, repr=False)
class InstrumentSet(Shown, Mapping[str, Thermometer]):
    """The calibrated instruments of one lattice: a mapping from name to thermometer, and the equilibrium test.

    Wherever flows take `instruments`, this fits as it stands, and `equilibrium` where they take the joint test.

    Attributes
    ----------
    model : IsingModel
        The lattice that all were calibrated on.
    thermometers : dict of str to Thermometer
        By name; ``instruments["energy"]`` is the same.
    equilibrium : EquilibriumReference
        The joint test.
    """

    model: IsingModel
    thermometers: Mapping[str, Thermometer]
    equilibrium: EquilibriumReference

    @property
    def shape(self) -> tuple[int, ...]:
        """Sides of the lattice that all were calibrated on."""
        return self.model.shape

    def _card(self) -> Card:
        rows = [
            (name, portrait.reach(one), f"{len(one.curve.temperatures)} temperatures")
            for name, one in self.thermometers.items()
        ]
        line = f"InstrumentSet({portrait.lattice(self.model)}: {', '.join(self.thermometers)})"
        return Card(line, {}, [("instrument", "reads", "calibrated at"), *rows])

    def read(self, states: Held | Ensemble) -> Readings:
        """What every thermometer says about an ensemble, by name; see `Thermometer.read`."""
        given = ensemble(states, self.model)
        return Readings({
            name: thermometer.read_values(thermometer.statistic(given), given.off_lattice, given.chains)
            for name, thermometer in self.thermometers.items()
        })  # fmt: skip

    def test(self, states: Held | Ensemble) -> EquilibriumTest:
        """Whether the ensemble is at any temperature of the model; see `equilibrium_test`."""
        return self.equilibrium.test(states)

    def plot(self, ax: Axes | None = None, *, name: str | None = None, **options: Any) -> Axes:
        """Draw the calibration curve of one instrument, the first unless named; see `spinlens.plot.calibration`."""
        return self[next(iter(self)) if name is None else name].plot(ax, **options)

    def to_arrays(self) -> dict[str, AnyArray]:
        """Everything that determines the instruments, as named arrays; `from_arrays` takes it back."""
        parts: dict[str, Thermometer | EquilibriumReference] = {**self.thermometers, "equilibrium": self.equilibrium}
        return {f"{name}.{key}": value for name, part in parts.items() for key, value in part.to_arrays().items()}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, AnyArray], model: IsingModel) -> InstrumentSet:
        """The instruments that `to_arrays` described; `model` is the one they were calibrated with."""
        checks.instance("arrays", arrays, Mapping, "a mapping of arrays, as of to_arrays")
        parts: dict[str, dict[str, AnyArray]] = {}
        for name, value in arrays.items():
            instrument, _, key = str(name).partition(".")
            parts.setdefault(instrument, {})[key] = value
        if "equilibrium" not in parts or not set(parts) <= {*THERMOMETERS, "equilibrium"}:
            raise InputError(f"these arrays hold no set of instruments; they name {sorted(parts)}")
        reference = EquilibriumReference.from_arrays(parts.pop("equilibrium"), model)
        known = {name: kind.from_arrays(parts[name], model) for name, kind in THERMOMETERS.items() if name in parts}
        return cls(model, known, reference)

    def save(self, path: str | Path) -> None:
        """Write the instruments and their model into one safetensors file, complete or not at all."""
        table = {TABLE: self.model.coupling_table} if needs_table(self.model) else {}
        document = {"kind": INSTRUMENTS, "model": json.dumps(model_document(self.model))}
        storage.write_file(Path(path), {**self.to_arrays(), **table}, document)

    @classmethod
    def load(cls, path: str | Path) -> InstrumentSet:
        """Read what `save` wrote; `ArtefactError` for anything else."""
        arrays, document = storage.read_file(Path(path))
        if document.get("kind") != INSTRUMENTS:
            raise ArtefactError(f"{path} holds no set of instruments: give a file that InstrumentSet.save wrote")
        return cls.from_arrays(arrays, model_from(json.loads(document["model"]), arrays.pop(TABLE, None)))

    def __getitem__(self, name: str) -> Thermometer:
        return self.thermometers[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.thermometers)

    def __len__(self) -> int:
        return len(self.thermometers)


@checked
def calibrate_instruments(
    model: IsingModel,
    temperatures: npt.ArrayLike,
    states: Held | None = None,
    *,
    names: Sequence[str] = tuple(THERMOMETERS),
    samples: int = 1000,
    seed: int = 0,
    workers: int | None = None,
    network: Mapping[str, int] | None = None,
    progress: Progress = None,
) -> InstrumentSet:
    """Calibrate all thermometers and the equilibrium test of one lattice, on states given or sampled here.

    Cost: that of the states where they are sampled, then O(states · N log N) and the training of the network.

    Parameters
    ----------
    model : IsingModel
        The lattice; instruments read states of this model and shape only.
    temperatures : array_like
        (n_temperatures ≥ 3,), in units of J/k_B, any order; 0 is allowed, infinity is left out. From about 0.5 to
        2.6 T_c, a twentieth of T_c apart around T_c, reads flows on both sides.
    states : array_like, Dataset or path, optional
        (n_temperatures, n_samples, *shape) independent equilibrium states of ±1, or (n_temperatures, n_chains,
        n_draws, *shape) correlated ones, or a Dataset of `sample` at these temperatures. Sampled here unless given.
    names : sequence of str, optional
        Which of "energy", "magnetization", "xi" (ξ/L), "correlation" (G(r)), "pseudo_likelihood" and "network"; all by
        default.
    samples : int, default 1000
        States per temperature where they are sampled here.
    seed : int, default 0
        Of the sampling and of the network; the same arguments give the same instruments.
    workers : int, optional
        Threads to sample with; as many as there are cores by default.
    network : dict of str to int, optional
        `hidden` and `epochs` of the network.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    InstrumentSet
        A mapping name → `Thermometer` with `.equilibrium`, `.read(states)` and `.test(states)`.

    Raises
    ------
    InputError
        Unknown names, too few temperatures or shapes that do not fit.
    SpinsError
        Entries other than ±1.

    Examples
    --------
    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> model = IsingModel((4, 4), NearestNeighbour())
    >>> instruments = calibrate_instruments(model, [1.8, 2.2, 2.6, 3.0, 3.5], names=["energy", "xi"], samples=200)
    >>> sorted(instruments), instruments["xi"].shape
    (['energy', 'xi'], (4, 4))
    """
    chosen = [checks.choice("name of a thermometer", name, tuple(THERMOMETERS)) for name in dict.fromkeys(names)]
    seed = checks.seed(seed)
    if unknown := set(network or {}) - {"hidden", "epochs"}:
        raise InputError(f"network has hidden and epochs, and no {min(map(str, unknown))!r}")
    options = {NetworkThermometer.name: {**(network or {}), "seed": seeding.purpose_seed(seed, "network thermometer")}}
    with telling(progress) as tell:
        parts = Parts(tell, [_SAMPLING, 1])
        if states is None:
            states = sample_independent(model, temperatures, samples, seed, workers, parts.part(0))
        known = calibration(model, temperatures, states)
        told = counted(chosen, len(chosen), parts.part(1), "instruments")
        made = {name: THERMOMETERS[name].calibrate_on(known, **options.get(name, {})) for name in told}
        return InstrumentSet(model, made, EquilibriumReference.calibrate_on(known))


def sample_independent(
    model: IsingModel,
    temperatures: npt.ArrayLike,
    samples: int,
    seed: int = 0,
    workers: int | None = None,
    tell: Tell = silent,
) -> Spins:
    """Equilibrium states far enough apart to count as independent: (n_temperatures, samples, *shape).

    At each temperature a pilot run measures τ_int, and four chains keep a state every 4 τ_int sweeps, at which
    exp(−4) of a correlation is left.
    """
    grid = checks.temperatures(np.asarray(temperatures, dtype=np.float64).tolist())
    draws = -(-checks.positive_integer("samples", samples) // _CHAINS)
    result = np.empty((len(grid), samples, *model.shape), dtype=np.int8)
    for number, temperature in enumerate(counted(grid, len(grid), tell, "temperatures")):
        first, second = (seeding.purpose_seed(seed, "calibration", purpose, number) for purpose in ("pilot", "states"))
        pilot = sample(model, temperature, _PILOT, _CHAINS, first, workers=workers, progress=False)
        thin = max(1, int(np.ceil(4 * float(np.nanmax([1.0, *pilot["tau_int"].values.ravel()])))))
        data = sample(
            model, temperature, draws, _CHAINS, second, keep_spins=True, thin=thin, workers=workers, progress=False
        )
        result[number] = data["spins"].values.reshape(-1, *model.shape)[:samples]
    return result
