"""Bad values for every option of every command, and for every key of a study file, in turn.

A line ends with 0 or with 2 and one sentence; a study file is accepted, and its tasks can be listed, or is refused by
an `InputError`. What a line would compute is left out: it is the reading of options that is attacked.
"""

from __future__ import annotations

import contextlib
import copy
import inspect
import io
import math
import os
import sys
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin
from unittest import mock

import numpy as np
from typer.models import ArgumentInfo

from spinlens.cli import app
from spinlens.errors import InputError
from spinlens.study.definition.toml_file import parse_study, preset_text
from spinlens.study.stages import study_tasks

HUGE = "1" + "0" * 23
VALUES = {
    "integer": ("-1", "0", HUGE, str(2**64), "1.5", "nan", "x", ""),
    "float": ("nan", "inf", "-1", "0", "1e400", "1e300", "1e-300", "x", "", HUGE),
    "text": (
        "",
        " ",
        "x",
        "-1",
        "nan",
        HUGE,
        "0x0",
        "3x",
        "a,,b",
        "1:2:0",
        "\x1b]0;t\x07",
        "a\0b",
        "ü" * 300,
        "\udcff",
    ),
    "path": ("", ".", "/dev/null", "/proc/none/a", "missing/a", "taken", "a\0b", "ü" * 300, "\x1b]0;t\x07", "\udcff"),
}
"""What is typed, by the kind of the option."""

BASE = {
    "sample": "--temperatures 2.3 --size 4 --draws 4 --warmup 0",
    "critical": "--sizes 4,6,8 --draws 20",
    "train": "states.npy --shape 4x4 --hidden 2 --epochs 1",
    "flow": "states.npy --size 4 --machine machine.safetensors --steps 2 --temperature 2.3",
    "reproduce": "quick", "show": "states.npy", "plot": "states.npy", "read": "states.npy --size 4",
    "mcrg": "states.npy",
    "gap": "machine.safetensors --size 4 --temperature 2.3", "report": "taken", "cite": "", "study status": "taken",
    "study peek": "taken", "study verify": "taken", "study clean": "taken", "study export": "taken",
    "study unpack": "taken.zip",
}  # fmt: skip
"""Lines that could be carried out, but for what is computed, with files of `furnish`."""

COMPUTING = (
    "spinlens.workflows.reproduce.reproduce", "spinlens.sampling.sampler.sample", "spinlens.workflows.critical.search",
    "spinlens.workflows.train.run_training", "spinlens.workflows.flow.run_flow",
    "spinlens.thermometers.instruments.calibrate_instruments", "spinlens.comparisons.gap.gap",
    "spinlens.study.planning.planning.plan", "spinlens.renormalization.mcrg.mcrg",
)  # fmt: skip


@dataclass(frozen=True)
class Said:
    """One line or file, how it ended and what was said."""

    what: str
    code: int
    words: str

    @property
    def wrong(self) -> bool:
        """Whether it ended in anything but success, or one sentence."""
        lines = self.words.rstrip("\n").count("\n") + 1
        return self.code not in (0, 2) or "Traceback" in self.words or (self.code == 2 and lines > 1)

    def __str__(self) -> str:
        return f"{self.what!r}: {self.code} {self.words[-300:]}"


def furnish(folder: Path) -> None:
    """Files for the lines of `BASE`: states, a machine, a file that is neither."""
    from spinlens import RBM

    np.save(folder / "states.npy", np.where(np.arange(40 * 16).reshape(40, 16) * 7919 % 5 < 2, -1, 1).astype(np.int8))
    RBM.from_weights(np.full((16, 2), 0.1)).save(folder / "machine.safetensors")
    (folder / "taken").write_text("mine")


def lines(folder: Path, every: int = 1, computed: Sequence[str] = COMPUTING) -> Iterator[Said]:
    """Every option and argument of every command in turn with every bad value of its kind; `computed` is left out.

    With `every` above 1 so much fewer of them, some of each command.
    """
    here = Path.cwd()
    os.chdir(folder)
    try:
        with contextlib.ExitStack() as stack:
            for name in computed:
                stack.enter_context(mock.patch(name, side_effect=SystemExit(0)))
            for command, words in list(_command_lines())[::every]:
                yield said([*command.split(), *words])
    finally:
        os.chdir(here)


def said(arguments: Sequence[str]) -> Said:
    """What the command line makes of a line."""
    out, err = io.StringIO(), io.StringIO()
    argv = mock.patch.object(sys, "argv", ["spinlens", *arguments])
    with argv, contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = app._run()
        except SystemExit as end:
            code = int(end.code or 0)
    return Said(" ".join(arguments), code, err.getvalue())


def _command_lines() -> Iterator[tuple[str, list[str]]]:
    for command, function in _commands():
        base = BASE[command].split()
        for option, kind in _options(function):
            for value in VALUES[kind]:
                yield command, [*base, f"{option}={value}"] if option else [value, *base[1:]]


def _commands() -> Iterator[tuple[str, Callable[..., None]]]:
    """The function of every command, by the words that call it."""
    for prefix, group in (("", app.app), ("study ", app.study.app)):
        for item in group.registered_commands:
            assert item.callback is not None
            yield f"{prefix}{item.name or item.callback.__name__}", item.callback


def _options(function: Callable[..., None]) -> Iterator[tuple[str, str]]:
    """The long name of every option that takes a value, "" for the first argument, with the kind of its values."""
    for name, note in inspect.get_annotations(function, eval_str=True).items():
        if get_origin(note) is not Annotated:
            continue
        kind, info = get_args(note)[:2]
        kinds = {*get_args(kind), kind} & set(_KINDS)
        if kinds:
            names = [*(info.param_decls or ()), f"--{name.replace('_', '-')}"]
            option = "" if isinstance(info, ArgumentInfo) else next(one for one in names if one.startswith("--"))
            yield option, _KINDS[kinds.pop()]


_KINDS: dict[Any, str] = {int: "integer", float: "float", str: "text", list[str]: "text", Path: "path"}


WRONG: tuple[Any, ...] = (
    "x", "", "\x1b]0;t\x07", True, -1, 0, 1.5, math.nan, math.inf, -math.inf, 10**30, 2**63, 1e300, [], ["x"], [[]], {},
    {"x": 1}, [math.nan], [10**30],
)  # fmt: skip
"""What is put in the place of every value of a study file."""


def study_files(every: int = 1) -> Iterator[Said]:
    """The quick preset with each value in turn replaced, removed, or joined by a key that nobody knows."""
    base = tomllib.loads(preset_text("quick"))
    changes = [(place, value) for place in _places(base, ()) for value in (*WRONG, _GONE, _UNKNOWN)]
    for place, value in changes[::every]:
        yield _read(f"{'.'.join(map(str, place))} = {value!r}"[:80], _changed(base, place, value))


_GONE, _UNKNOWN = object(), object()


def _places(part: Any, place: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """Every key of a document, tables and lists of tables with their insides."""
    items: Any = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, value in items:
        yield (*place, key)
        yield from _places(value, (*place, key))


def _changed(base: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    document = copy.deepcopy(base)
    part: Any = document
    for key in place[:-1]:
        part = part[key]
    if value is _GONE:
        del part[place[-1]]
    elif value is _UNKNOWN:
        (part if isinstance(part, dict) else document)["nobody\x1b knows"] = 1
    else:
        part[place[-1]] = value
    return document


def _read(what: str, document: dict[str, Any]) -> Said:
    """Accepted where its tasks can be listed, too; refused in one sentence."""
    try:
        study_tasks(parse_study(document))
    except InputError as error:
        return Said(what, 2, str(error))
    except Exception as error:
        return Said(what, 70, f"{type(error).__name__}: {error}")
    return Said(what, 0, "")
