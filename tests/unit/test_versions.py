"""Versions that are kept with numbers."""

from __future__ import annotations

from spinlens.versions import versions


def test_versions_name_what_the_numbers_depend_on():
    found = versions()
    assert {"python", "spinlens", "numpy", "numba", "h5netcdf"} <= set(found)
    assert "unknown" not in found.values()
