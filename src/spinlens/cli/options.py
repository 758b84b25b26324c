"""What the commands share: options with their help, and reading them; each mistake names the option."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from spinlens.errors import InputError, StudyInterrupted
from spinlens.signals import first_signal

if TYPE_CHECKING:
    from spinlens.lattice.couplings import Coupling

Seed = Annotated[int, Option(help="The one seed; the same seed gives the same numbers.")]
Workers = Annotated[int | None, Option(help="Cores to use; the numbers do not depend on it.  [default: all]")]
Force = Annotated[bool, Option("--force", help="Replace what an earlier run wrote there.")]
StudyPath = Annotated[Path, Argument(help="A study folder.", metavar="DIR")]

CouplingName = Annotated[
    str | None, Option(help="nearest-neighbour or power-law.  [default: power-law when --sigma is given]")
]
Sigma = Annotated[float | None, Option(help="Power law J(r) = r^-(d+sigma), sigma > 0.")]
Cell = Annotated[str, Option(help="Power law at lattice points (point) or integrated over unit cells.")]
Images = Annotated[str, Option(help="Images of the power law: periodic (all, Ewald sum) or minimum.")]
Dimension = Annotated[int, Option(help="Dimension of the lattice: 1, 2 or 3.")]


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
    from spinlens.lattice.kinds import COUPLING_KINDS
    from spinlens.lattice.model_document import coupling_of

    words = name or ("nearest-neighbour" if sigma is None else "power-law")
    document: dict[str, Any] = {"kind": COUPLING_KINDS[choice("--coupling", words, tuple(COUPLING_KINDS))]}
    if words == "power-law":
        if sigma is None:
            raise InputError("--coupling power-law needs --sigma, for example --sigma 1.2")
        choice("--images", images, ("periodic", "minimum"))
        choice("--cell", cell, ("point", "integrated"))
        return coupling_of({**document, "sigma": sigma, "images": images, "cell": cell, "strength": strength})
    if sigma is not None:
        raise InputError("--sigma belongs to --coupling power-law; leave one of the two out")
    if (images, cell) != ("periodic", "point"):
        raise InputError("--images and --cell belong to --coupling power-law; leave them out")
    return coupling_of({**document, "strength": strength})


def numbers(option: str, text: str, kind: type[int] | type[float]) -> list[Any]:
    """Numbers of a comma-separated option."""
    try:
        return [kind(part) for part in text.replace(",", " ").split()]
    except ValueError:
        raise InputError(f"{option} must be comma-separated numbers, got {text!r}") from None


def read_states(path: Path) -> Any:
    """States of any file, opened and not read; see `spinlens.open`."""
    from spinlens.files.held import has_sites, opened

    held = opened(path)
    try:
        has_sites(held)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    return held


def check_output(path: Path, force: bool) -> None:
    """Refuse an output file that cannot be written, before anything is computed."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; give --out a file name")
    if path.exists() and not force:
        raise InputError(f"{path} exists; choose another --out or add --force")
    if not path.absolute().parent.is_dir():
        raise InputError(f"the folder {path.parent} does not exist")


def interruptible(message: str) -> AbstractContextManager[None]:
    """Turn the first SIGINT or SIGTERM into a `StudyInterrupted`; a second one kills as usual."""

    def stop(number: int) -> None:
        raise StudyInterrupted(message, number)

    return first_signal(stop)
