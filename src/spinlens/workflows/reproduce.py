"""The whole study from Python: compute what is missing, write the report, say what was found."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import TemplateError

from spinlens import checks
from spinlens.border import checked
from spinlens.errors import SpinlensError, StudyError
from spinlens.progress import Progress, telling
from spinlens.report import findings as words
from spinlens.report.deciding import deciding_time
from spinlens.report.pages.figure_files import illustrations, panels, write_pdfs
from spinlens.report.pages.study import write_report
from spinlens.study.definition.costs import sized
from spinlens.study.definition.spec import Study
from spinlens.study.definition.toml_file import load_study, to_toml
from spinlens.study.planning.contents import catalogue
from spinlens.study.running.runner import Outcome, run
from spinlens.study.stages import study_tasks
from spinlens.study.stages.figures import figure_data
from spinlens.study.storage import provenance
from spinlens.study.storage.refusals import named_errors
from spinlens.study.storage.store import StudyFolder, StudyResults
from spinlens.workflows.citing import cite

if TYPE_CHECKING:
    from matplotlib.figure import Figure

RESULTS = "results"
"""The task whose JSON payload is results.json."""

_MISFITS = (AttributeError, LookupError, TypeError, ValueError, ArithmeticError)


@checked
def reproduce(
    study: Study | str | os.PathLike[str] = "quick",
    out: str | os.PathLike[str] = "study-quick",
    workers: int | None = None,
    scheduler: str | None = None,
    progress: Progress = None,
    mixed: bool = False,
) -> dict[str, Any]:
    """Run a study, or what is missing of it, and write ``results.json`` and ``report.html`` into its folder.

    Lattices are sampled to their critical points, machines are trained on their states, flows of machines and of block
    spins are followed and read with thermometers, and the claims are judged by rules written before the data.
    Whatever stops it, the same call goes on where it was and ends with the same numbers.

    Parameters
    ----------
    study : Study, str or path
        A study, the name of a preset ("quick", "standard", "full", "map-quick", "map"), or the path of a study file;
        text ends in .toml.
    out : path
        The study folder, made when missing; a folder with other files in it is refused.
    workers : int, optional
        Processes; as many as there are cores by default. The numbers do not depend on it.
    scheduler : str, optional
        Address of a Dask scheduler, ``tcp://host:port``, whose workers are used instead of processes here.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default bars in notebooks and at the prompt. A callable is told a
        `Step` whenever a task is finished; see `spinlens.progress`.
    mixed : bool, default False
        Go on with a study that other libraries or another processor began, and take workers that differ; results.json
        and the page say so. Without it such a study is refused: its numbers agree within errors, but digits differ.

    Returns
    -------
    dict
        What results.json holds: for every model its T_c, Δ_s and Δ_ε as {"value", "error"} with errors of one standard
        deviation beside known values, machines, flows and layers; and the claims with outcome and evidence.

    Raises
    ------
    InputError
        The study file has a mistake, named with its place; or no Dask scheduler answers.
    TaskError
        Some tasks failed. All others are finished and saved: mend the cause and call again.
    StudyInterrupted
        Ctrl-C, SIGTERM or a closed terminal; call again to go on.
    StudyError
        The folder is in use, cannot be written or belongs to something else, its results are of another version, other
        libraries or another processor, or the study would not fit into memory; the message says what to do.

    Notes
    -----
    ``spinlens reproduce --dry-run`` measures what a study would take on the machine at hand: time, memory and disk.

    Examples
    --------
    >>> results = reproduce("quick", out="study", workers=2)  # doctest: +SKIP
    >>> reproduce("quik")
    Traceback (most recent call last):
    spinlens.errors.InputError: there is no preset 'quik'; did you mean 'quick'?
    """
    spec = study if isinstance(study, Study) else load_study(study)
    tasks, files = sized(study_tasks(spec)), {"study.toml": to_toml(spec)}
    with telling(progress) as tell:
        outcome = run(tasks, out, checks.workers("workers", workers), scheduler, tell, files, mixed, _finish)
    found: dict[str, Any] = outcome.results[RESULTS]
    return found


def report(
    folder: str | os.PathLike[str], pdfs: bool = False, page: str | os.PathLike[str] | None = None
) -> dict[str, Any]:
    """Write ``results.json`` and ``report.html`` of a finished study anew from its artefacts; returns the results.

    With `pdfs` every figure as ``figures/NAME.pdf`` too, to which the page leads. With a `page` the report is written
    there, and the folder is left as it is.
    """
    study = StudyFolder(folder)
    found = study.results(catalogue(study).keys)
    if pdfs:
        with study.locked(), named_errors(study.path):
            write_pdfs(found[RESULTS], figure_data(found[RESULTS]["study"], found), study.path / "figures")
    with drawn_from(study.path):
        if page is None:
            with study.locked():
                return _write_outputs(found)
        values: dict[str, Any] = found[RESULTS]
        write_report(values, figure_data(values["study"], found), Path(page), provenance.read(study), cite(values))
        return values


@contextlib.contextmanager
def drawn_from(folder: Path) -> Iterator[None]:
    """Say in one sentence what of a study's numbers no page can be made of: they may be a stranger's."""
    try:
        yield
    except SpinlensError:
        raise
    except (*_MISFITS, TemplateError) as error:
        raise StudyError(
            f"the results in {folder} are not of the shape that this version draws ({type(error).__name__}: {error}); "
            "spinlens study verify says whether they are whole"
        ) from error


def is_finished(folder: str | os.PathLike[str]) -> bool:
    """Whether a study has its results."""
    study = StudyFolder(folder)
    keys = catalogue(study).keys
    return RESULTS in keys and study.artefact(RESULTS, keys[RESULTS]) is not None


@checked
def study_figures(folder: str | os.PathLike[str], *names: str) -> dict[str, list[Figure]]:
    """The figures of a study as matplotlib has them, to be changed and saved.

    Parameters
    ----------
    folder : path
        A finished study.
    *names : str
        Which figures, by the names of their downloads; all of the page when none is given.

    Returns
    -------
    dict of str to list of Figure
        The panels of each, in the order of the page; none where the study has no data for it.

    Raises
    ------
    InputError
        A name that no figure has; the message lists them.
    StudyError
        No study there, or not a finished one: run ``spinlens reproduce`` again, it goes on.

    Examples
    --------
    >>> from spinlens import study_figures
    >>> near, far = study_figures("study", "gap-effects")["gap-effects"]  # doctest: +SKIP
    >>> far.savefig("gap.pdf")  # doctest: +SKIP
    """
    study = StudyFolder(folder)
    found = study.results(catalogue(study).keys)
    results = found[RESULTS]
    return panels(illustrations(results, figure_data(results["study"], found), names))


def report_path(folder: str | os.PathLike[str]) -> Path:
    """Where the report of a study lies."""
    return Path(folder) / "report.html"


def findings(results: Mapping[str, Any], folder: str | os.PathLike[str] | None = None) -> list[str]:
    """What a study found, in some lines of words that name the published claims.

    With the `folder` of the study they also say how long it would take to decide what is open.

    >>> findings({"claims": [{"id": "A", "outcome": "supported"}]})
    ['Monte Carlo finds the long-range critical point, as arXiv:2002.02664 says. [A supported]']
    """
    runs = [] if folder is None else provenance.read(StudyFolder(folder))["runs"]
    lines = words.findings(results)
    said = (line.said(deciding_time((id for id, _ in line.claims), line.decides, runs)) for line in lines)
    return list(said) or ["this study has no verdicts"]


def _finish(outcome: Outcome) -> None:
    """Write results and page, unless nothing was computed and they stand."""
    if outcome.seconds or not _outputs_stand(outcome.results):
        _write_outputs(outcome.results)


def _outputs_stand(results: StudyResults) -> bool:
    """Whether results.json says what the results task says and a report lies beside it."""
    if not report_path(results.folder.path).is_file():
        return False
    try:
        written = (results.folder.path / "results.json").read_text(encoding="utf-8")
        return bool(json.loads(written) == results[RESULTS])
    except (OSError, ValueError):
        return False


def _write_outputs(results: StudyResults) -> dict[str, Any]:
    """Of a study that this process holds."""
    folder = results.folder
    values: dict[str, Any] = results[RESULTS]
    data = figure_data(values["study"], results)
    with named_errors(folder.path):
        folder.write_json("results.json", values)
        write_report(values, data, report_path(folder.path), provenance.read(folder), cite(values))
    return values
