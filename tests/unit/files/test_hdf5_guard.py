"""HDF5 files from strangers: what reads other files, grows in memory or leads astray is refused before it is read."""

import io
import json
import struct
import tracemalloc

import numpy as np
import pytest
import xarray as xr

from spinlens.errors import ArtefactError
from spinlens.files.hdf5_guard import longest_object
from spinlens.files.netcdf import dataset_bytes, dataset_from_bytes
from spinlens.study.storage.codec import decode

DATA = xr.Dataset(
    {"spins": (("draw", "x", "y"), np.ones((3, 4, 4), dtype=np.int8)), "start": ("draw", ["cold", "heiß", ""])},
    coords={"draw": [1, 2, 3]},
    attrs={"label": "σ = 1.2", "list": [1, "a"]},
)


def hdf5(make):
    """Bytes of a netCDF file to which `make` has added something."""
    import h5py

    buffer = io.BytesIO(dataset_bytes(DATA, {"spinlens": '{"format":2}'}))
    with h5py.File(buffer, "r+") as file:
        make(file)
    return buffer.getvalue()


def huge_chunk(file):
    file.create_dataset("bomb", (10,), "f8", maxshape=(None,), chunks=(2**21,), compression="gzip")[:] = 1.0


def hidden_text(file):
    """Text inside of records."""
    import h5py

    record = np.dtype([("text", h5py.string_dtype()), ("number", "i4")])
    file.create_dataset("bomb", data=np.array([("x" * 50_000, 1)] * 200, dtype=record))


def lists(file):
    import h5py

    file.create_dataset("bomb", (200,), dtype=h5py.vlen_dtype("i8"))[:] = np.zeros(1000, dtype=int)


def many_texts(file):
    import h5py

    file.attrs.create("bomb", ["x" * 100] * 500, dtype=h5py.string_dtype())


def many_records_of_text(file):
    import h5py

    record = np.dtype([("text", h5py.string_dtype()), ("number", "i4")])
    file.attrs.create("bomb", np.array([("x" * 100, 1)] * 500, dtype=record))


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
    (hidden_text, "neither numbers nor text"),
    (lists, "neither numbers nor text"),
    (many_texts, "an attribute of 500 texts"),
    (many_records_of_text, "an attribute of 500 texts"),
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


def test_text_that_is_shared_counts_as_often_as_it_is_read():
    """One text of 50,000 bytes to which 1,000 elements refer would take 50 million."""
    import h5py

    def one_text(file):
        file.create_dataset("bomb", (1000,), dtype=h5py.string_dtype())[0] = "x" * 50_000

    content = bytearray(hdf5(one_text))
    with h5py.File(io.BytesIO(content)) as file:
        place = file["bomb"].id.get_offset()
    content[place : place + 16_000] = 1000 * content[place : place + 16]
    with h5py.File(io.BytesIO(content)) as file:
        assert file["bomb"][999] == b"x" * 50_000
    with pytest.raises(ArtefactError, match="claims to hold arrays"):
        decode(".nc", bytes(content))


def test_groups_in_circles_end():
    def circle(file):
        file["a/b"] = file.create_group("a/c")
        file["a/c/d"] = file["a"]

    assert decode(".nc", hdf5(circle)).sizes["draw"] == 3


def test_addresses_of_another_width_are_refused():
    import h5py

    plan = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    plan.set_sizes(4, 4)
    access = h5py.h5p.create(h5py.h5p.FILE_ACCESS)
    access.set_fapl_core(backing_store=False)
    with h5py.File(h5py.h5f.create(b"four", fcpl=plan, fapl=access)) as file:
        file.attrs["text"] = "abc"
        file.flush()
        content = file.id.get_file_image()
    with pytest.raises(ArtefactError, match="8 bytes"):
        dataset_from_bytes(content)


def free_text(file):
    """Text of any length in a dataset and an attribute, as the first versions wrote it."""
    import h5py

    file.create_dataset("text", data=["cold", "heiß"], dtype=h5py.string_dtype())
    file.attrs["note"] = "of any length"


def test_text_of_any_length_is_read():
    back = dataset_from_bytes(hdf5(free_text))
    assert back["text"].values.tolist() == ["cold", "heiß"]
    assert back.attrs["note"] == "of any length"


def test_our_own_files_have_no_text_in_heaps():
    assert longest_object(dataset_bytes(DATA)) == 8  # the dimension lists of netCDF: one reference an axis
    assert longest_object(hdf5(free_text)) == len("of any length")  # the twin
    assert longest_object(dataset_bytes(DATA.assign_attrs(log="x" * 70_000))) == 70_000  # what no attribute can hold


@pytest.mark.parametrize("length", [2**64 - 16, 2**64 - 1, 2**47 + 5, 2**40, 4096])
def test_a_text_whose_length_in_the_heap_is_damaged_is_refused(length):
    """HDF5 does not come back from some of these: it goes on from where the length leads, or reads as much."""
    content = bytearray(hdf5(free_text))
    place = content.index(b"of any length") - 8
    assert struct.unpack_from("<Q", content, place) == (13,)
    struct.pack_into("<Q", content, place, length)
    with pytest.raises(ArtefactError, match="a heap of text or lists in it is damaged"):
        dataset_from_bytes(bytes(content))


@pytest.mark.parametrize("length", [0, 8, 5000, 2**64 - 16])
def test_free_space_that_leads_astray_is_refused(length):
    heap = bytearray(4096)
    struct.pack_into("<5sxxxQ", heap, 0, b"GCOL\x01", 4096)
    struct.pack_into("<HHIQ", heap, 16, 0, 0, 0, 4080)
    assert longest_object(b"before" + heap + b"after") == 0
    struct.pack_into("<Q", heap, 24, length)
    with pytest.raises(ArtefactError, match="is damaged"):
        longest_object(b"before" + heap + b"after")


def test_text_that_looks_like_a_heap_is_none():
    label = "GCOL\x01\0\0\0" + "\0" * 8
    assert dataset_from_bytes(dataset_bytes(DATA.assign_attrs(label=label + "x"))).attrs["label"] == label + "x"
