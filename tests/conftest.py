"""Shared by all tests: one BLAS thread, and helpers that compare with exact numbers."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")  # before anything loads NumPy

sys.path.insert(0, str(Path(__file__).parent))  # for modules that tests share

settings.register_profile("thousand", max_examples=1000)
"""``pytest --hypothesis-profile=thousand``: a thousand bad study files and command lines instead of a hundred."""


@pytest.fixture(scope="session")
def reference_data() -> Callable[[str], dict[str, Any]]:
    """Reads a file of tests/data, each of which names its source."""
    folder = Path(__file__).parent / "data"

    def read(name: str) -> dict[str, Any]:
        return json.loads((folder / f"{name}.json").read_text())

    return read
