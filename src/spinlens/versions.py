"""Versions of what the numbers were made with."""

from __future__ import annotations

import platform
from functools import cache
from importlib.metadata import PackageNotFoundError, version

_PACKAGES = ("spinlens", "numpy", "scipy", "numba", "xarray", "h5netcdf", "h5py", "safetensors", "scikit-learn")


@cache
def versions() -> dict[str, str]:
    """Versions of Python and of the packages that numbers may depend on; read from disk once.

    >>> list(versions())[:3]
    ['python', 'spinlens', 'numpy']
    """
    return {"python": platform.python_version()} | {package: _version(package) for package in _PACKAGES}


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
