"""What the numbers were made with: versions of packages, and the arithmetic of the processor."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = ("spinlens", "numpy", "scipy", "numba", "xarray", "h5netcdf", "h5py", "safetensors", "scikit-learn")
_OF_NUMBERS = ("spinlens", "numpy", "scipy", "numba")
_SWITCHES = ("NPY_DISABLE_CPU_FEATURES", "NUMBA_CPU_FEATURES")
"""Variables of the environment that change how NumPy and numba round, without a trace in what they say they are."""

Make = dict[str, str]


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages that numbers may depend on; read from disk once.

    >>> list(versions())[:3]
    ['python', 'spinlens', 'numpy']
    """
    return {"python": platform.python_version()} | {package: _version(package) for package in _PACKAGES}


@cache
def made_with() -> Make:
    """What decides the last bits of a number: packages that compute, kernels of the BLAS, target of the compiler.

    The same arguments and seed give the same bytes where all of it is the same. Loads NumPy, SciPy and numba.

    >>> list(made_with())[:6]
    ['spinlens', 'numpy', 'scipy', 'numba', 'blas', 'cpu']
    """
    switched = {name.lower(): os.environ[name] for name in _SWITCHES if os.environ.get(name)}
    packages = {name: _version(name) for name in _OF_NUMBERS}
    return {**packages, "blas": _blas(), "cpu": _processor(), **switched}


def differences(make: Mapping[str, str], other: Mapping[str, str]) -> str:
    """What two makes differ in, in words; empty where nothing does.

    >>> differences({"numpy": "2.4.0", "cpu": "znver4"}, {"numpy": "2.4.0", "cpu": "haswell"})
    'cpu znver4 and haswell'
    """
    names = [name for name in {**make, **other} if make.get(name) != other.get(name)]
    return ", ".join(f"{name} {make.get(name, 'none')} and {other.get(name, 'none')}" for name in names)


def computed_with(makes: Iterable[Mapping[str, object]]) -> list[tuple[str, str]]:
    """A line a make for people, what it is and its words: more than one where numbers are a mixture.

    >>> computed_with([{"numpy": "1.26.4"}, {"numpy": "2.4.0", "cpu": "znver4"}])
    [('computed with', 'numpy 1.26.4'), ('and with', 'numpy 2.4.0, cpu znver4')]
    """
    words = [", ".join(f"{name} {value}" for name, value in make.items()) for make in makes]
    return [("computed with" if number == 0 else "and with", make) for number, make in enumerate(words)]


def together(*makes: Iterable[Make]) -> list[Make]:
    """All different makes, in an order of their own."""
    every = {tuple(make.items()): make for some in makes for make in some}
    return [every[key] for key in sorted(every)]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"


def _blas() -> str:
    """Each library of linear algebra with its version and the kernels that it has chosen for this processor."""
    import numpy.linalg  # noqa: F401  # loaded, so that they can be asked
    import scipy.linalg  # noqa: F401
    from threadpoolctl import threadpool_info

    words = ("internal_api", "version", "architecture")
    found = {" ".join(str(one[word]) for word in words if one.get(word)) for one in threadpool_info()
             if one["user_api"] == "blas"}  # fmt: skip
    return ", ".join(sorted(found)) or "unknown"


def _processor() -> str:
    """The processor that numba compiles for."""
    from llvmlite.binding import get_host_cpu_name
    from numba import config

    return str(getattr(config, "CPU_NAME", None) or get_host_cpu_name())
