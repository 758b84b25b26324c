"""What the commands share: reading options and writing files, each mistake an `InputError` that names the option."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Literal, cast

from spinlens.errors import ArtefactError, InputError, StudyError, StudyInterrupted

if TYPE_CHECKING:
    import xarray as xr

    from spinlens.lattice.couplings import Coupling

_COUPLINGS = ("nearest-neighbour", "power-law")


def preset_name(text: str) -> str:
    """The name of a preset; a file name here is a common mistake."""
    if text.endswith(".toml"):
        raise InputError(f"{text!r} is a file, not a preset; use --study {text}")
    return text


def cores(workers: int | None) -> int:
    """Cores asked for, or all that this process may use."""
    from spinlens.checks import positive_integer

    if workers is not None:
        return positive_integer("--workers", workers)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def one_thread_of_blas() -> None:
    """Before NumPy is loaded: tasks use one thread of linear algebra, more would only wait."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")


def make_sides(shape: str | None, size: int | None, dimension: int | None, default: int = 32) -> tuple[int, ...]:
    """Sides of the lattice, from ``--shape 32x16`` or from ``--size`` and ``--dimension``."""
    from spinlens.checks import positive_integer

    if shape is None:
        side = positive_integer("--size", default if size is None else size, 3)
        return (side,) * positive_integer("--dimension", 2 if dimension is None else dimension)
    if size is not None or dimension is not None:
        raise InputError(f"--shape {shape} gives all sides; leave --size and --dimension out")
    try:
        return tuple(int(side) for side in shape.lower().replace("×", "x").split("x"))
    except ValueError:
        raise InputError(f"--shape must be sides joined by x, such as 32x16, got {shape!r}") from None


def make_coupling(
    name: str | None, sigma: float | None, images: str, cell: str = "point", strength: float = 1.0
) -> Coupling:
    """The coupling that the options describe."""
    from spinlens.checks import choice
    from spinlens.lattice.couplings import NearestNeighbour, PowerLaw

    chosen = choice("--coupling", name or ("nearest-neighbour" if sigma is None else "power-law"), _COUPLINGS)
    if chosen == "nearest-neighbour":
        if sigma is not None:
            raise InputError("--sigma belongs to --coupling power-law; leave one of the two out")
        if (images, cell) != ("periodic", "point"):
            raise InputError("--images and --cell belong to --coupling power-law; leave them out")
        return NearestNeighbour(strength)
    if sigma is None:
        raise InputError("--coupling power-law needs --sigma, for example --sigma 1.2")
    chosen_images = cast(Literal["periodic", "minimum"], choice("--images", images, ("periodic", "minimum")))
    chosen_cell = cast(Literal["point", "integrated"], choice("--cell", cell, ("point", "integrated")))
    return PowerLaw(sigma, images=chosen_images, cell=chosen_cell, strength=strength)


def numbers(option: str, text: str, kind: type[int] | type[float]) -> list[Any]:
    """Numbers of a comma-separated option."""
    try:
        return [kind(part) for part in text.replace(",", " ").split()]
    except ValueError:
        raise InputError(f"{option} must be comma-separated numbers, got {text!r}") from None


def read_states(path: Path) -> xr.Dataset:
    """A file of `spinlens sample --keep-spins`, read with the care that files of strangers need."""
    from spinlens.study.storage.codec import dataset_from_bytes

    content = path.read_bytes()
    try:
        dataset = dataset_from_bytes(content)
    except ArtefactError:
        raise
    except Exception as error:  # whatever a damaged or foreign file provokes in the reader
        raise InputError(f"{path} is not a file of spinlens sample ({type(error).__name__})") from None
    if "spins" not in dataset:
        raise InputError(f"{path} holds no states: sample with --keep-spins")
    return dataset


def check_output(path: Path, force: bool) -> None:
    """Refuse an output file that cannot be written, before anything is computed."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; give --out a file name")
    if path.exists() and not force:
        raise InputError(f"{path} exists; choose another --out or add --force")
    if not path.absolute().parent.is_dir():
        raise InputError(f"the folder {path.parent} does not exist")


def write_file(path: Path, content: bytes) -> None:
    """Write a file in one step: it is complete or not there."""
    from spinlens.files.atomic import replace_file

    try:
        replace_file(path, content, path.with_name(f".{path.name}.partial"))
    except OSError as error:
        raise StudyError(f"cannot write {path}: {error.strerror or error}") from None


@contextlib.contextmanager
def interruptible(message: str) -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into a `StudyInterrupted`; a second one kills as usual."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, frame: FrameType | None) -> None:
        restore()
        raise StudyInterrupted(message, number)

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, stop)
    try:
        yield
    finally:
        restore()
