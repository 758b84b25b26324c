"""Versions that are kept with numbers."""

from __future__ import annotations

import os
import subprocess
import sys

from spinlens.versions import differences, made_with, together, versions


def test_versions_name_what_the_numbers_depend_on():
    found = versions()
    assert {"python", "spinlens", "numpy", "numba", "h5netcdf"} <= set(found)
    assert "unknown" not in found.values()


def test_a_make_names_what_decides_the_last_bits():
    found = made_with()
    assert list(found)[:6] == ["spinlens", "numpy", "scipy", "numba", "blas", "cpu"]
    assert "unknown" not in found.values()
    assert found == made_with()


def test_another_kernel_is_another_make():
    """As on an older processor: OpenBLAS is told which kernels to take, numba what to compile for."""
    if "openblas" not in made_with()["blas"]:
        return
    code = "from spinlens.versions import made_with; m = made_with(); print(m['blas'], m['cpu'], sep='|')"
    older = {**os.environ, "OPENBLAS_CORETYPE": "Nehalem", "NUMBA_CPU_NAME": "nehalem"}
    found = subprocess.run([sys.executable, "-c", code], env=older, stdout=subprocess.PIPE, text=True, check=True)
    blas, cpu = found.stdout.strip().split("|")
    assert "Nehalem" in blas
    assert cpu == "nehalem"
    assert {**made_with(), "blas": blas} != made_with()


def test_makes_are_told_apart_and_put_together():
    one, two = {"numpy": "2.4", "cpu": "a"}, {"numpy": "1.26", "cpu": "a"}
    assert differences(one, one) == ""
    assert differences(one, two) == "numpy 2.4 and 1.26"
    assert differences(one, {**one, "npy": "x"}) == "npy none and x"
    assert together([one], [two, one], []) == [two, one]
