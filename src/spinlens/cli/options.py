"""What the commands share: options with their help, and reading them; each mistake names the option."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from typer import Argument, Option

from spinlens.cli.choices import CELLS, COUPLINGS, IMAGES, one_of
from spinlens.errors import InputError, StudyInterrupted
from spinlens.signals import first_signal

if TYPE_CHECKING:
    from spinlens.lattice.couplings import Coupling

Result = TypeVar("Result")

LATTICE, FILES = "Lattice", "Files"
"""Groups of options in the help."""

Temperatures = Annotated[
    list[str],
    Option(
        "--temperatures", "-T", metavar="LIST",
        help="In J/k_B: comma-separated, as ranges 1.0:3.0:0.1, or the option several times; 0 and inf are legal.",
    ),
]  # fmt: skip
Seed = Annotated[int, Option("--seed", help="The one seed; the same seed gives the same numbers.")]
Workers = Annotated[
    int | None,
    Option("--workers", "-w", help="Cores to use; the numbers do not depend on it.", show_default="all"),
]
Force = Annotated[bool, Option("--force", "-f", help="Replace what an earlier run wrote there.", rich_help_panel=FILES)]
AsJson = Annotated[
    bool, Option("--json", help="Print the result as one JSON document, and nothing else.", rich_help_panel=FILES)
]
StudyPath = Annotated[Path, Argument(help="A study folder.", metavar="DIR")]
StatesPath = Annotated[Path, Argument(help="States, as .nc, .npy, .npz or HDF5.", metavar="FILE")]

Size = Annotated[
    int | None,
    Option("--size", "-L", help="Side L of the lattice, at least 3.", show_default="32", rich_help_panel=LATTICE),
]
Dimension = Annotated[
    int, Option("--dimension", "-d", help="Dimension of the lattice: 1, 2 or 3.", rich_help_panel=LATTICE)
]
Shape = Annotated[
    str | None,
    Option("--shape", help="Unequal sides, such as 32x16, instead of --size.", rich_help_panel=LATTICE),
]
FlatShape = Annotated[
    str | None,
    Option(
        "--shape", help="Sides of the lattice, such as 16x16, of flat states and machines.", rich_help_panel=LATTICE,
        show_default="that of the states, or equal sides",
    ),
]  # fmt: skip
CouplingName = Annotated[
    str | None,
    one_of(
        "--coupling", COUPLINGS, "Who acts on whom", show_default="power-law when --sigma is given",
        rich_help_panel=LATTICE,
    ),
]  # fmt: skip
Sigma = Annotated[
    float | None,
    Option("--sigma", "-s", help="Power law J(r) = r^-(d+sigma), sigma > 0.", rich_help_panel=LATTICE),
]
Cell = Annotated[
    str, one_of("--cell", CELLS, "Power law at points or integrated over unit cells", rich_help_panel=LATTICE)
]
Images = Annotated[
    str,
    one_of(
        "--images", IMAGES, "Images of the power law, all of them (Ewald sum) or the nearest", rich_help_panel=LATTICE
    ),
]
Strength = Annotated[
    float, Option("--strength", "-J", help="Amplitude J of the coupling, above 0.", rich_help_panel=LATTICE)
]


def preset_name(text: str) -> str:
    """The name of a preset; a file name here is a common mistake."""
    if text.endswith(".toml"):
        raise InputError(f"{text!r} is a file, not a preset; use --study {text}")
    return text


def cores(workers: int | None) -> int:
    """Cores asked for, or all that this process may use."""
    from spinlens import checks

    return checks.workers("--workers", workers)


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
    from spinlens.lattice.kinds import COUPLING_KINDS
    from spinlens.lattice.model_document import coupling_of

    words = name or ("nearest-neighbour" if sigma is None else "power-law")
    document: dict[str, Any] = {"kind": COUPLING_KINDS[words]}
    if words == "power-law":
        if sigma is None:
            raise InputError("--coupling power-law needs --sigma, for example --sigma 1.2")
        return coupling_of({**document, "sigma": sigma, "images": images, "cell": cell, "strength": strength})
    if sigma is not None:
        raise InputError("--sigma belongs to --coupling power-law; leave one of the two out")
    if (images, cell) != ("periodic", "point"):
        raise InputError("--images and --cell belong to --coupling power-law; leave them out")
    return coupling_of({**document, "strength": strength})


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
    from spinlens.files.atomic import destination, refusals, refuse_special

    if path.is_dir():
        raise InputError(f"{path} is a folder; give --out a file name")
    with refusals(path):
        refuse_special(destination(path))
    if path.exists() and not force:
        raise InputError(f"{path} exists; choose another --out or add --force")
    if not path.absolute().parent.is_dir():
        raise InputError(f"the folder {path.parent} does not exist")


def anew_if_forced(work: Callable[[], Result], folder: Path, force: bool) -> Result:
    """`work()`, which goes on with what `folder` keeps; where forced, what belongs to other arguments goes first."""
    from spinlens.files.atomic import refusals
    from spinlens.files.bound_folder import OtherArguments, emptied

    try:
        return work()
    except OtherArguments:
        if not force:
            raise
    with refusals(folder):
        emptied(folder)
    return work()


def interruptible(message: str) -> AbstractContextManager[None]:
    """Turn the first SIGINT, SIGTERM or SIGHUP into a `StudyInterrupted`; a second one kills as usual."""

    def stop(number: int) -> None:
        raise StudyInterrupted(message, number)

    return first_signal(stop)


def echo_json(document: Any) -> None:
    """The document as JSON on stdout; what is not finite is null."""
    import json

    from spinlens.files.plain import plain

    print(json.dumps(plain(document), indent=1, ensure_ascii=False))
