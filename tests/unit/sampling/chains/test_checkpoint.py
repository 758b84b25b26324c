"""Files of chains: whole, damaged, of other arguments, and of strangers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from spinlens import IsingModel, NearestNeighbour, sample
from spinlens.errors import CheckpointError
from spinlens.files import bound_folder
from spinlens.sampling.chains.checkpoint import Snapshot, decode, encode
from spinlens.versions import made_with

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
    for damaged in (content[:-1], content[:200] + b"x" + content[201:], b"", content.replace(b"chain 2", b"chain 9")):
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


def test_draws_that_go_on_with_other_libraries_say_so(tmp_path, monkeypatch):
    """After an upgrade half of the draws were of each, and nothing said it."""
    old = {**made_with(), "numpy": "1.26.4"}
    with monkeypatch.context() as patch:
        patch.setattr(bound_folder, "made_with", lambda: old)
        sample(SQUARE, 2.5, 20, checkpoint=tmp_path / "run")
    assert "mixed_with" not in sample(SQUARE, 2.5, 20, checkpoint=tmp_path / "other").attrs
    with pytest.warns(RuntimeWarning, match="its numbers are a mixture"):
        data = sample(SQUARE, 2.5, 40, checkpoint=tmp_path / "run")
    assert json.loads(data.attrs["mixed_with"]) == [old]


def test_snapshots_come_back_whole():
    arrays = {"a": np.arange(5, dtype=np.uint64) << np.uint64(60), "b": np.array([True, False]), "c": np.empty((0, 0))}
    owner = {"run": "a", "chain": 1}
    found = decode(encode(Snapshot(arrays, {"clusters": 7, "warm": True}), owner), "a.spl", owner)
    assert found.notes == {"clusters": 7, "warm": True}
    for name, array in arrays.items():
        np.testing.assert_array_equal(found.arrays[name], array)
        assert found.arrays[name].dtype == array.dtype


RUNS = {
    "small": {"model": SQUARE, "temperatures": [2.5, 3.0], "draws": 20, "seed": 3},
    "large": {"model": IsingModel((8, 8), NearestNeighbour()), "temperatures": [2.5, 3.0], "draws": 20, "seed": 3},
    "bits": {"model": SQUARE, "temperatures": [2.5, 3.0], "draws": 20, "algorithm": "multi-spin-metropolis"},
    "ladder": {"model": SQUARE, "temperatures": [2.5, 3.0], "draws": 20, "exchange": True, "keep_spins": True},
    "means": {"model": SQUARE, "temperatures": [2.5, 3.0], "draws": 20, "series": False, "correlations": True},
}


def test_every_file_under_every_other_name_is_refused(tmp_path, small_steps):
    """Of another run, temperature or chain: kernels index by the sizes of their own run and check none.

    Each file in the place of every other one, and four times by a run that goes on from it.
    """
    files = {}
    for name, run in RUNS.items():
        sample(**run, checkpoint=tmp_path / name)
        files |= {path: path.read_bytes() for path in (tmp_path / name).glob("*.spl")}
    assert len(files) == 4 + 4 + 2 + 2 + 4
    names = list(files)
    for place, (path, content) in enumerate(files.items()):
        run = RUNS[path.parent.name]
        for other in names:
            if other != path:
                with pytest.raises(CheckpointError, match="holds another state"):
                    decode(files[other], str(path), _notes(content)["owner"])
        for other in (names[(place + apart) % len(names)] for apart in (1, 4, 7, 12)):
            path.write_bytes(files[other])
            with pytest.raises(CheckpointError, match="holds another state"):
                sample(**run, checkpoint=path.parent)
        path.write_bytes(content)


def _altered(content, name, array):
    """The file with another array of that name, under a checksum that is right."""
    owner = _notes(content)["owner"]
    found = decode(content, "", owner)
    return encode(Snapshot({**found.arrays, name: array}, found.notes), owner)


def _notes(content):
    body = content.partition(b"\n")[2]
    header = json.loads(body[8 : 8 + int.from_bytes(body[:8], "little")])
    return json.loads(header["__metadata__"]["notes"])


@pytest.mark.parametrize(
    ("run", "name", "array"),
    [
        ("small", "state.words", np.zeros(3, np.uint64)),
        ("small", "state.spins_bits", np.zeros(9, np.uint8)),
        ("small", "state.more", np.zeros(9, np.uint8)),
        ("small", "record.series.m2", np.zeros(3)),
        ("small", "warmup.run", np.zeros(3)),
        ("bits", "state.words", np.zeros(15, np.uint64)),
        ("bits", "state.streams", np.zeros(1, np.uint64)),
        ("ladder", "state.replicas", np.zeros(2, np.int64)),
        ("ladder", "visits", np.zeros((3, 20), np.int32)),
        ("ladder", "spins.bits", np.zeros((20, 1), np.uint8)),
        ("means", "record.bins.means", np.zeros((1, 1))),
        ("means", "record.blocking.count", np.zeros(1, np.int64)),
        ("means", "modes.counts", np.array([1, 0, 2])),
    ],
)
def test_a_state_of_other_shapes_is_refused_before_a_kernel_sees_it(tmp_path, small_steps, run, name, array):
    sample(**RUNS[run], checkpoint=tmp_path)
    path = next(iter(sorted(tmp_path.glob("*.spl"))))
    path.write_bytes(_altered(path.read_bytes(), name, array))
    with pytest.raises(CheckpointError):
        sample(**RUNS[run], checkpoint=tmp_path)
