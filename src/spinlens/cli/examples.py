"""What stands in the help of a command beside its options: a line or two as one would type them, and its sentences."""

from __future__ import annotations

import inspect
from collections.abc import Callable

EXAMPLES: dict[str, tuple[str, ...]] = {
    "sample": (
        "spinlens sample -s 1.2 -L 64 -T 6.6:7.0:0.1 -n 5000 -o states.nc",
        "spinlens sample -L 16 -T 2.269185 -n 20000 --keep-spins -o critical.nc",
    ),
    "critical": ("spinlens critical -s 1.2 -L 8,16,32,64 --budget 5m -o point.json",),
    "train": (
        "spinlens train critical.nc --filters 1 -o learned",
        "spinlens train many.npy --shape 16x16 --hidden 64,16 -o stack",
    ),
    "flow": (
        "spinlens flow critical.nc --machine learned --block majority -o flow",
        "spinlens flow -s 1.2 -L 16 --controls --dry-run",
    ),
    "reproduce": (
        "spinlens reproduce --preset quick -o study",
        "spinlens reproduce my.toml --dry-run",
    ),
    "show": (
        "spinlens show critical.nc",
        "spinlens show point.json --csv > point.csv",
    ),
    "plot": (
        "spinlens plot states.nc --quantity binder -o binder.pdf",
        "spinlens plot learned --figure receptive-fields",
    ),
    "read": (
        "spinlens read critical.nc",
        "spinlens read many.npy -s 1.2 -L 16 --calibration instruments.safetensors",
    ),
    "mcrg": ("spinlens mcrg critical.nc --rule majority",),
    "gap": ("spinlens gap learned -s 1.2 -T 6.835",),
    "report": ("spinlens report study --figures pdf", "spinlens report study study-other-seed --out seeds.html"),
    "cite": ("spinlens cite study > used.bib",),
    "study status": ("spinlens study status study",),
    "study peek": ("spinlens study peek study",),
    "study verify": ("spinlens study verify study",),
    "study clean": ("spinlens study clean study --yes",),
    "study export": ("spinlens study export study -o study.zip",),
    "study unpack": ("spinlens study unpack study.zip -o copy",),
}


def example(command: str) -> str:
    """The examples of a command as they stand below its help, a paragraph each."""
    lines = EXAMPLES[command]
    return "\n\n".join([f"Example{'s' * (len(lines) > 1)}:", *(f"  {line}" for line in lines)])


def flowing(command: Callable[..., None]) -> str:
    """The docstring of a command with a line a paragraph, to be broken where the terminal ends."""
    paragraphs = inspect.cleandoc(command.__doc__ or "").split("\n\n")
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs)
