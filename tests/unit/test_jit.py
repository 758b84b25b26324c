"""Compiled kernels follow the sources of their whole folder; what numba does alone does not."""

import subprocess
import sys

SHARED = "from spinlens._jit import inline\n\n@inline\ndef shared(x):\n    return x + {}\n"
CALLERS = """from numba import njit
from spinlens._jit import kernel
from kernels.shared import shared

@kernel
def ours(x):
    return shared(x)

@njit(nogil=True, cache=True)
def plain(x):
    return shared(x)
"""


def results(folder, amount):
    """What both callers give for 1 in a new process, with `shared` adding `amount`."""
    (folder / "kernels" / "shared.py").write_text(SHARED.format(amount))
    code = "from kernels.callers import ours, plain; print(ours(1), plain(1))"
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    return [int(word) for word in found.split()]


def test_a_change_beside_a_kernel_is_seen(tmp_path):
    (tmp_path / "kernels").mkdir()
    (tmp_path / "kernels" / "callers.py").write_text(CALLERS)
    assert results(tmp_path, 10) == [11, 11]
    assert results(tmp_path, 200) == [201, 11]  # numba alone goes on with what it has
