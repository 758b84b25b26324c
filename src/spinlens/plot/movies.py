"""Movies of flows: lattices that change step by step."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.animation import AbstractMovieWriter, FFMpegWriter, PillowWriter
from matplotlib.figure import Figure

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.files.atomic import PARTIAL, destination, refusals, refuse_special
from spinlens.plot import style
from spinlens.plot.lattices import enlarged
from spinlens.plot.tiles import Tiling, draw_tiles
from spinlens.progress import Progress, counted, telling

_TITLE = 0.3  # inches
_DPI = 120
Frames = Iterable[tuple[Array, str]]  # states and the words above them

_REST = 4  # frames for which the first and the last state are shown


def movie(
    trajectory: Any,
    path: str | os.PathLike[str],
    *,
    samples: int = 1,
    frames_per_second: int = 8,
    width: float = 3.2,
    title: Callable[[int], str] | None = None,
    progress: Progress = None,
) -> Path:
    """Write states along a flow as a movie, one frame a record.

    Blocks of a renormalization are drawn larger and larger, so that the lattice keeps its size. Records on a
    logarithmic grid (``rbm_flow(..., steps=1000, record=32)``) show the fast beginning and the slow end alike.

    Parameters
    ----------
    trajectory : Trajectory
        Of `rbm_flow`, `block_spin_flow`, `stacked_flow`, `updown_flow`; states of two-dimensional lattices.
    path : path-like
        Ends in .gif, which matplotlib writes itself, or in .mp4, which needs the program ffmpeg.
    samples : int, default 1
        How many states to show side by side, the first ones of the flow.
    frames_per_second : int, default 8
        Speed.
    width : float, default 3.2
        Inches, at 120 pixels each.
    title : callable, optional
        Step → words above the frame; "step 12" by default.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    Path
        Of the movie, which is there whole or not at all.

    Raises
    ------
    InputError
        Another ending, no ffmpeg for .mp4 (install it, or write a .gif), something else than a flow of square lattices.
    StudyError
        The file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from spinlens import block_spin_flow
    >>> flow = block_spin_flow(np.ones((1, 8, 8), dtype=np.int8), steps=2)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     movie(flow, f"{folder}/blocks.gif").name
    'blocks.gif'
    """
    target = Path(path)
    writer = _writer(target, checks.positive_integer("frames_per_second", frames_per_second))
    count = checks.positive_integer("samples", samples)
    records = _records(trajectory, count)
    words = title or (lambda step: f"step {step}")
    with refusals(target), tempfile.TemporaryDirectory(suffix=PARTIAL, prefix=".", dir=target.parent) as room:
        partial = Path(room) / f"movie{target.suffix}"
        with style.context(), telling(progress) as tell:
            frames = counted(zip(records, map(words, trajectory.steps), strict=True), len(records), tell, "frames")
            _write(writer, partial, records, frames, width)
        place = destination(target)
        refuse_special(place)
        os.replace(partial, place)
    return target


def _writer(target: Path, speed: int) -> AbstractMovieWriter:
    ending = checks.choice("the ending of a movie's name", target.suffix, (".gif", ".mp4"))
    if ending == ".gif":
        return PillowWriter(fps=speed)
    if not FFMpegWriter.isAvailable():
        raise InputError(
            f"{target.name} needs the program ffmpeg, which is not on the path: install it, or write "
            f"{target.with_suffix('.gif').name}"
        )
    return FFMpegWriter(fps=speed, codec="h264", extra_args=["-pix_fmt", "yuv420p"])


def _records(trajectory: Any, count: int) -> list[Array]:
    """Of each record, the first `count` states, all drawn equally large: (count, x, y)."""
    if not (hasattr(trajectory, "steps") and hasattr(trajectory, "states")):
        raise InputError(
            f"plot.movie shows a Trajectory of rbm_flow or block_spin_flow, got {type(trajectory).__name__}"
        )
    if any(np.ndim(states) != 3 for states in trajectory.states):
        raise InputError("plot.movie shows flows of square lattices, states (n, x, y)")
    if len(trajectory.states[0]) < count:
        raise InputError(f"{count} samples were asked for, the flow has {len(trajectory.states[0])}")
    shown = [enlarged([states[k] for states in trajectory.states]) for k in range(count)]
    return [np.stack(states) for states in zip(*shown, strict=True)]


def _write(writer: AbstractMovieWriter, path: Path, records: list[Array], frames: Frames, width: float) -> None:
    shape, count = records[0].shape[1:], len(records[0])
    columns = int(np.ceil(np.sqrt(count)))
    height = Tiling((shape[0], shape[1]), count, columns, 0, width).height + _TITLE
    wide, high = (2 * round(inches * _DPI / 2) / _DPI for inches in (width, height))  # even numbers of pixels, for mp4
    figure = Figure(figsize=(wide, high), dpi=_DPI, facecolor="white")
    ax = figure.add_axes((0.02, 0.01, 0.96, (high - _TITLE) / high - 0.01))
    between = any(np.any(np.abs(states) != 1) for states in records)
    colors = style.BETWEEN if between else style.SPINS
    head = figure.text(0.5, 1 - 0.5 * _TITLE / high, "", ha="center", va="center", fontsize=10)
    with writer.saving(figure, str(path), _DPI):
        for number, (states, words) in enumerate(frames):
            ax.clear()
            draw_tiles(ax, states, columns, cmap=colors, vmin=-1, vmax=1)
            head.set_text(words)
            for _ in range(_REST if number in (0, len(records) - 1) else 1):
                writer.grab_frame(facecolor="white")  # a clear one would leave the frames before it in a gif
