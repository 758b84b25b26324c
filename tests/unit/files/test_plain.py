"""Dataclasses of numbers as JSON data, and back."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import pytest

from spinlens.errors import ArtefactError, InputError
from spinlens.files.plain import plain, read_json, restored, write_json


@dataclass(frozen=True)
class Part:
    value: float
    name: str = "part"


@dataclass(frozen=True)
class Whole:
    parts: tuple[Part, ...]
    pair: tuple[int, str]
    by_number: dict[int, Part]
    maybe: Part | None
    extra: dict[str, float] = field(default_factory=dict)


WHOLE = Whole((Part(1.0), Part(2.0, "b")), (3, "c"), {4: Part(5.0)}, None, {"d": 6.0})


def test_a_dataclass_comes_back():
    assert restored(Whole, plain(WHOLE)) == WHOLE


def test_arrays_and_numpy_numbers_become_lists_and_numbers():
    assert plain({1: np.arange(3), "x": np.float64(0.5), "y": (np.inf, True)}) == {
        "1": [0, 1, 2], "x": 0.5, "y": [None, True],
    }  # fmt: skip
    with pytest.raises(InputError, match="set"):
        plain({1, 2})


def test_none_is_nan_where_a_number_is_asked_for():
    assert math.isnan(restored(Part, {"value": None}).value)


def test_files(tmp_path):
    write_json(tmp_path / "whole.json", plain(WHOLE))
    assert read_json(tmp_path / "whole.json", Whole, "whole") == WHOLE
    with pytest.raises(ArtefactError, match="cannot read"):
        read_json(tmp_path / "missing.json", Whole, "whole")
    (tmp_path / "part.json").write_text('{"parts": 3}')
    with pytest.raises(ArtefactError, match=r"part\.json holds no whole"):
        read_json(tmp_path / "part.json", Whole, "whole")
