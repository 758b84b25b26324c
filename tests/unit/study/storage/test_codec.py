"""Payloads survive the way to disk and back, always as the same bytes, and hostile files do nothing."""

import io
import json
import pickle
import struct
import time
import tracemalloc

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from spinlens.errors import ArtefactError, InputError
from spinlens.statistics.estimate import Estimate
from spinlens.study.storage.codec import (
    Arrays,
    dataset_bytes,
    dataset_from_bytes,
    decode,
    encode,
    pack_spins,
    unpack_spins,
)


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
    assert isinstance(decode(*encode({"a": np.arange(3.0)})), Arrays)


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


@pytest.mark.parametrize(
    "payload", [made_up_dataset(), Arrays({"b": np.eye(2), "a": np.eye(3)}, {"x": 1, "y": 2, "z": 3}), {"a": 1.5}]
)
def test_the_same_payload_gives_the_same_bytes(payload):
    first = encode(payload, {"task": "t", "inputs": {"b": 1, "a": 2}})
    time.sleep(1.1)  # HDF5 can keep times in seconds
    assert encode(payload, {"task": "t", "inputs": {"b": 1, "a": 2}}) == first
    assert encode(decode(*first), {"task": "t", "inputs": {"b": 1, "a": 2}}) == first


@given(
    arrays.arrays(np.int8, arrays.array_shapes(min_dims=2, max_dims=4, max_side=5), elements=st.sampled_from([-1, 1]))
)
@settings(max_examples=50, deadline=None)
def test_packing_is_exact(spins):
    bits = pack_spins(spins)
    assert bits.shape[-1] == -(-spins.shape[-1] * spins.shape[-2] // 8)
    np.testing.assert_array_equal(unpack_spins(bits, spins.shape[-2:]), spins)


@pytest.mark.parametrize("sides", [(9, 9), (3, 3), (0, 8)])
def test_bits_of_another_lattice_are_refused(sides):
    with pytest.raises(ArtefactError, match="do not make a lattice"):
        unpack_spins(pack_spins(np.ones((2, 5, 5), dtype=np.int8)), sides)


def test_a_newer_format_is_said():
    suffix, content = encode({"a": 1}, {"format": 2})
    with pytest.raises(ArtefactError, match="'format': 2"):
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


def test_a_header_that_lies_about_its_size_takes_no_memory():
    import h5netcdf

    buffer = io.BytesIO()
    with h5netcdf.File(buffer, "w") as file:
        file.dimensions = {"x": 2**40}
        file.create_variable("huge", ("x",), dtype="f8", chunks=(1024,))
    with pytest.raises(ArtefactError, match="claims to hold"):
        dataset_from_bytes(buffer.getvalue())
    header = json.dumps({"a": {"dtype": "F64", "shape": [2**40], "data_offsets": [0, 2**43]}}).encode()
    with pytest.raises(ArtefactError):
        decode(".safetensors", struct.pack("<Q", len(header)) + header)


def hdf5(make):
    """Bytes of a netCDF file to which `make` has added something."""
    import h5py

    buffer = io.BytesIO(dataset_bytes(made_up_dataset(), {"spinlens": '{"format":1}'}))
    with h5py.File(buffer, "r+") as file:
        make(file)
    return buffer.getvalue()


def huge_chunk(file):
    file.create_dataset("bomb", (10,), "f8", maxshape=(None,), chunks=(2**21,), compression="gzip")[:] = 1.0


def shared_text(file):
    import h5py

    data = file.create_dataset("bomb", (200,), dtype=h5py.string_dtype(), chunks=(200,))
    data[:] = "x" * 50_000


def many_texts(file):
    import h5py

    file.attrs.create("bomb", ["x" * 100] * 500, dtype=h5py.string_dtype())


def external_link(file):
    import h5py

    file["bomb"] = h5py.ExternalLink("/etc/hostname", "/")


def external_storage(file):
    file.create_dataset("bomb", (10,), "u1", external=[("/etc/hostname", 0, 10)])


def virtual(file):
    import h5py

    layout = h5py.VirtualLayout((10,), "f8")
    layout[:] = h5py.VirtualSource("/tmp/other.h5", "x", (10,))
    file.create_virtual_dataset("bomb", layout)


def soft_link(file):
    import h5py

    file["bomb"] = h5py.SoftLink("/spins_bits")


def large_fill(file):
    file.create_dataset("bomb", (2**35,), "f8", chunks=(1024,))


BOMBS = [
    (huge_chunk, "claims to hold chunks"),
    (many_texts, "an attribute of 500 texts"),
    (external_link, "is a link out of its place"),
    (external_storage, "lies in another file"),
    (virtual, "lies in another file"),
    (soft_link, "is a link out of its place"),
    (large_fill, "claims to hold arrays"),
]


@pytest.mark.parametrize(("make", "message"), BOMBS, ids=[make.__name__ for make, _ in BOMBS])
def test_netcdf_that_reads_other_files_or_grows_in_memory_is_refused(make, message):
    content = hdf5(make)
    tracemalloc.start()
    with pytest.raises(ArtefactError, match=message):
        decode(".nc", content)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50 * 2**20


def test_text_that_is_shared_counts_as_often_as_it_is_read():
    """One text of a megabyte that a thousand elements refer to would take a gigabyte."""
    import h5py

    from spinlens.study.storage import hdf5_guard as untrusted

    with h5py.File(io.BytesIO(hdf5(shared_text)), "r") as file:
        untrusted.inspect(file, 2**18)
        with pytest.raises(ArtefactError, match="claims to hold"):
            untrusted.inspect(file, 2**10)


def test_groups_in_circles_end():
    def circle(file):
        file["a/b"] = file.create_group("a/c")
        file["a/c/d"] = file["a"]

    assert decode(".nc", hdf5(circle)).sizes["draw"] == 3


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # h5netcdf's File.__del__
@given(st.data())
@settings(max_examples=60, deadline=None)
def test_damaged_bytes_never_escape_as_other_errors(data):
    suffix, content = encode(data.draw(st.sampled_from([made_up_dataset(3), Arrays({"w": np.eye(2)}), {"a": [1, 2]}])))
    position = data.draw(st.integers(0, len(content) - 1))
    damaged = bytearray(content[: data.draw(st.sampled_from([len(content), position]))])
    if damaged:
        damaged[position % len(damaged)] ^= data.draw(st.integers(1, 255))
    try:
        decode(suffix, bytes(damaged))
    except ArtefactError:
        return
