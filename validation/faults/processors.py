"""The same seed under the kernels of other processors: how far numbers are from those of this one.

    python validation/faults/processors.py

Children compute what `tests/contracts/test_rounding.py` does, with OpenBLAS and NumPy told that the processor is an
older one. Writes processors.json here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "tests" / "contracts"))

import numpy as np
from test_rounding import BOUNDS, OLDER, computed

RESULT = Path(__file__).with_suffix(".json")
OTHERS = {
    "OpenBLAS Nehalem": {"OPENBLAS_CORETYPE": "Nehalem"},
    "OpenBLAS Haswell": {"OPENBLAS_CORETYPE": "Haswell"},
    "NumPy without AVX": {"NPY_DISABLE_CPU_FEATURES": OLDER["NPY_DISABLE_CPU_FEATURES"]},
}


def main() -> None:
    here = computed()
    rows = {}
    for name, environment in OTHERS.items():
        there = computed(**environment)
        apart = {"same draws": here["draws"] == there["draws"]}
        for quantity in BOUNDS:
            one, other = (np.array(found[quantity]) for found in (here, there))
            apart[quantity] = float(f"{np.abs(one - other).max() / np.abs(one).max():.2g}")
        rows[name] = apart
        print(name, apart, flush=True)
    result = {"made_with": here["make"], "bounds": BOUNDS, "apart": rows}
    RESULT.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
