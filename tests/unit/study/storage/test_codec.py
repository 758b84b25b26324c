"""Payloads survive the way to disk and back, always as the same bytes, and hostile files do nothing."""

import contextlib
import io
import pickle
import struct
import tempfile
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from spinlens.errors import ArtefactError, InputError
from spinlens.files.netcdf import dataset_bytes
from spinlens.statistics.estimate import Estimate
from spinlens.study.definition.tasks import FORMAT
from spinlens.study.storage.codec import Arrays, decode, encode
from spinlens.study.storage.store import Artefact, check

KEY = "0123456789abcdef" * 4


def made_up_dataset(L=6, dims=("x", "y")):
    generator = np.random.default_rng(1)
    spins = generator.choice([-1, 1], (2, 3, *(L,) * len(dims))).astype(np.int8)
    return xr.Dataset(
        {
            "spins": (("temperature", "draw", *dims), spins, {"units": "1"}),
            "energy": (("temperature", "draw"), generator.normal(size=(2, 3)), {"units": "J"}),
            "in_range": (("temperature",), [True, False]),
            "number": ((), 3),
            "small": (("temperature",), np.array([0, 1], dtype=np.int8)),
        },
        coords={"temperature": [0.0, np.inf], "start": ("temperature", ["cold", "heiß"])},
        attrs={"label": "σ = 1.2", "empty": "", "nothing": None, "flag": True, "list": [1, "a"], "T_c": 2.5, "L": L},
    )


@pytest.mark.parametrize("dims", [("x",), ("x", "y"), ("x", "y", "z")])
def test_a_dataset_comes_back_as_it_was(dims):
    dataset = made_up_dataset(dims=dims)
    suffix, content = encode(dataset, {"task": "a"})
    back = decode(suffix, content)
    assert suffix == ".nc"
    xr.testing.assert_identical(back, dataset)
    assert {name: back[name].dtype for name in back.variables} == {
        name: dataset[name].dtype for name in dataset.variables
    }
    assert back.attrs == dataset.attrs
    assert type(back.attrs["L"]) is int


def test_a_dataset_opens_with_plain_xarray(tmp_path):
    (tmp_path / "states.nc").write_bytes(dataset_bytes(made_up_dataset()))
    with xr.open_dataset(tmp_path / "states.nc") as dataset:
        np.testing.assert_array_equal(dataset.energy, made_up_dataset().energy)
        assert dataset.spins_bits.dims == ("temperature", "draw", "spins_byte")
        assert dataset.start.values.tolist() == ["cold", "heiß"]


@pytest.mark.parametrize("texts", [["", "a"], [["σ", "ab"], ["", "Δε"]], "one", [""]])
def test_texts_come_back_as_they_were(texts):
    dataset = xr.Dataset(
        {"t": (("row", "column")[: np.ndim(texts)], np.array(texts))}, attrs={"J": "J", "long": "ö" * 10**5}
    )
    back = decode(*encode(dataset))
    xr.testing.assert_identical(back, dataset)
    assert back["t"].dtype.kind == "U"


def test_spins_take_one_bit():
    spins = np.ones((10, 64, 64), dtype=np.int8)
    content = dataset_bytes(xr.Dataset({"spins": (("draw", "x", "y"), spins)}))
    assert len(content) < spins.size / 8 + 12_000


def test_arrays_come_back_as_they_were():
    payload = Arrays({"weights": np.eye(3), "mask": np.array([True, False]), "s": np.int8([1, -1])}, {"steps": [1, 2]})
    suffix, content = encode(payload)
    back = decode(suffix, content)
    assert suffix == ".safetensors"
    assert back.attrs == payload.attrs
    for name, array in payload.arrays.items():
        np.testing.assert_array_equal(back.arrays[name], array)
        assert back.arrays[name].dtype == array.dtype


def test_a_dict_of_arrays_is_arrays():
    back = decode(*encode({"a": np.arange(3.0)}))
    assert isinstance(back, Arrays)
    assert (list(back.arrays), back.attrs) == (["a"], {})
    np.testing.assert_array_equal(back.arrays["a"], [0.0, 1.0, 2.0])


def test_json_knows_numpy_estimates_and_what_is_not_available():
    payload = {
        "T": Estimate(2.0, 0.5),
        "n": np.int64(3),
        "x": np.float32(0.5),
        "a": np.arange(2),
        "nan": [np.nan, -np.inf],
    }
    suffix, content = encode(payload)
    assert suffix == ".json"
    assert decode(suffix, content) == {
        "T": {"value": 2.0, "error": 0.5},
        "n": 3,
        "x": 0.5,
        "a": [0, 1],
        "nan": [None, None],
    }


def test_json_refuses_objects():
    with pytest.raises(InputError, match="cannot hold set"):
        encode({"a": {1, 2}})


def test_the_same_payload_gives_the_same_bytes():
    payloads = [made_up_dataset(), Arrays({"b": np.eye(2), "a": np.eye(3)}, {"x": 1, "y": 2, "z": 3}), {"a": 1.5}]
    about = {"task": "t", "inputs": {"b": 1, "a": 2}}
    first = [encode(payload, about) for payload in payloads]
    time.sleep(1.1)  # HDF5 can keep times in seconds
    assert [encode(payload, about) for payload in payloads] == first
    assert [encode(decode(*item), about) for item in first] == first


def test_a_newer_format_is_said():
    suffix, content = encode({"a": 1}, {"format": FORMAT + 1})
    with pytest.raises(ArtefactError, match=f"'format': {FORMAT + 1}"):
        decode(suffix, content)


class Bomb:
    def __reduce__(self):
        return (pytest.fail, ("a file from a stranger ran code",))


@pytest.mark.parametrize("suffix", [".nc", ".safetensors", ".json", ".pkl"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00" * 100,
        pickle.dumps(Bomb()),
        b"\x89HDF\r\n\x1a\n" + b"\xff" * 200,
        struct.pack("<Q", 2**62) + b"{}",
        b"[" * 100_000,
        b'{"spinlens": 1, "payload": 2}',
        b'{"spinlens": {"format": true}}',
    ],
)
def test_nonsense_is_refused(suffix, content):
    with pytest.raises(ArtefactError):
        decode(suffix, content)


def test_object_arrays_in_numpy_files_cannot_come_in():
    buffer = io.BytesIO()
    np.save(buffer, np.array([Bomb()], dtype=object), allow_pickle=True)
    for suffix in (".nc", ".safetensors", ".json"):
        with pytest.raises(ArtefactError):
            decode(suffix, buffer.getvalue())


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # h5netcdf's File.__del__
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damage_is_an_artefact_error_and_seen_by_the_checksum(data):
    suffix, content = encode(data.draw(st.sampled_from([made_up_dataset(3), Arrays({"w": np.eye(2)}), {"a": [1, 2]}])))
    position = data.draw(st.integers(0, len(content) - 1))
    damaged = bytearray(content[: data.draw(st.sampled_from([len(content), position]))])
    if damaged:
        damaged[position % len(damaged)] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(ArtefactError):
        decode(suffix, bytes(damaged))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, f"a-{KEY[:16]}-{check(KEY, content)}{suffix}")
        path.write_bytes(damaged)
        with pytest.raises(ArtefactError, match="is damaged"):
            Artefact(str(path), KEY).payload()
