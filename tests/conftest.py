"""Shared by all tests: one BLAS thread, and what more than one of them needs."""

from __future__ import annotations

import json
import lzma
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


@pytest.fixture(scope="session")
def spinlens() -> Callable[..., int]:
    """The command ``spinlens ARGUMENTS``, run in this process; returns its exit code."""
    from spinlens.cli import app

    def call(*arguments: object) -> int:
        before = sys.argv
        sys.argv = ["spinlens", *map(str, arguments)]
        try:
            with pytest.raises(SystemExit) as stopped:
                app.main()
        finally:
            sys.argv = before
        return stopped.value.code

    return call


@pytest.fixture
def old_study(tmp_path: Path) -> Path:
    """The folder of a small finished study of an earlier version, unpacked."""
    from spinlens.study.storage import archive

    packed = Path(__file__).parent / "data" / "study_format_2.zip.xz"
    (tmp_path / "study.zip").write_bytes(lzma.decompress(packed.read_bytes()))
    archive.unpack(tmp_path / "study.zip", tmp_path / "study")
    return tmp_path / "study"


@pytest.fixture(scope="session")
def made_up_study() -> Callable[..., tuple[dict[str, Any], dict[str, Any]]]:
    """`make(seed)` of tests/made_up_study.py: results and datasets of a study that never ran."""
    from made_up_study import make

    return make
