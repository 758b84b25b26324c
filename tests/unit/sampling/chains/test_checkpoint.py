"""Files of chains: whole, damaged, of other arguments, and of strangers."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.errors import CheckpointError
from spinlens.sampling.chains.checkpoint import Snapshot, decode, encode

SQUARE = IsingModel((4, 4), NearestNeighbour())


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"seed": 4}, "seed was 3 and is 4"),
        ({"temperatures": 2.6}, "temperatures was"),
        ({"algorithm": "wolff"}, 'algorithm was "auto" and is "wolff"'),
        ({"thin": 2}, "thin was 1 and is 2"),
        ({"chains": 3}, "chains was 2 and is 3"),
        ({"series": False}, "series was true and is false"),
        ({"model": IsingModel((4, 4), NearestNeighbour(), field=0.1)}, "model was"),
    ],
)
def test_a_checkpoint_of_other_arguments_is_refused(tmp_path, change, text):
    arguments = {"model": SQUARE, "temperatures": 2.5, "draws": 20, "seed": 3}
    sample(**arguments, checkpoint=tmp_path / "run")
    with pytest.raises(CheckpointError, match=text):
        sample(**{**arguments, **change}, checkpoint=tmp_path / "run")


def test_damage_and_strangers_are_refused(tmp_path, small_steps):
    path = tmp_path / "run"
    sample(SQUARE, 2.5, 40, checkpoint=path)
    file = path / "chain-0000-0001.spl"
    content = file.read_bytes()
    for damaged in (content[:-1], content[:200] + b"x" + content[201:], b"", content.replace(b"chain 1", b"chain 9")):
        file.write_bytes(damaged)
        with pytest.raises(CheckpointError, match="chain-0000-0001"):
            sample(SQUARE, 2.5, 40, checkpoint=path)
    (path / "checkpoint.json").write_text("{")
    with pytest.raises(CheckpointError, match="damaged"):
        sample(SQUARE, 2.5, 40, checkpoint=path)
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "thesis.tex").write_text("mine")
    with pytest.raises(CheckpointError, match="holds other files"):
        sample(SQUARE, 2.5, 40, checkpoint=tmp_path / "thesis")
    with pytest.raises(CheckpointError, match="cannot write"):
        sample(SQUARE, 2.5, 40, checkpoint=tmp_path / "thesis" / "thesis.tex")


def test_snapshots_come_back_whole():
    arrays = {"a": np.arange(5, dtype=np.uint64) << np.uint64(60), "b": np.array([True, False]), "c": np.empty((0, 0))}
    found = decode(encode(Snapshot(arrays, {"clusters": 7, "warm": True})))
    assert found.notes == {"clusters": 7, "warm": True}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found.arrays[name], array)
        assert found.arrays[name].dtype == array.dtype
