"""The whole study from Python: compute what is missing, write the report, say what was found."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spinlens.study.definition.spec import Study
    from spinlens.study.running.progress import Progress
    from spinlens.study.storage.store import StudyResults

RESULTS = "results"
"""The task whose JSON payload is results.json."""


def reproduce(
    study: Study | str = "quick",
    out: str | os.PathLike[str] = "study-quick",
    workers: int = 1,
    scheduler: str | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Run a study, or what is missing of it, and write ``results.json`` and ``report.html`` into its folder.

    Parameters
    ----------
    study : a `Study`, the name of a preset, or the path of a study file.
    out : the study folder, made when missing; a folder with other files in it is refused.
    workers : processes; the numbers do not depend on it.
    scheduler : address of a Dask scheduler to use instead.
    progress : where to say how far it is (`spinlens.study.running.progress`); nothing is said by default.

    Returns
    -------
    The results, as in results.json.
    """
    from spinlens.study.definition.toml_file import load_study, to_toml
    from spinlens.study.running.runner import run
    from spinlens.study.stages import study_tasks

    spec = load_study(study) if isinstance(study, str) else study
    tasks = study_tasks(spec)
    outcome = run(tasks, out, workers, scheduler, progress, {"study.toml": to_toml(spec)})
    if len(outcome.reused) == len(tasks) and _outputs_stand(outcome.results):
        found: dict[str, Any] = outcome.results[RESULTS]
        return found
    return _write_outputs(outcome.results)


def report(folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Write ``results.json`` and ``report.html`` of a finished study anew from its artefacts; returns the results."""
    from spinlens.study.storage.catalogue import catalogue
    from spinlens.study.storage.store import StudyFolder

    study = StudyFolder(folder)
    return _write_outputs(study.results(catalogue(study).keys))


def findings(results: Mapping[str, Any]) -> list[str]:
    """What a study found, one line for each model and one for the claims."""
    lines = [_model_line(name, model) for name, model in results.get("models", {}).items()]
    outcomes = [f"{claim['id']} {claim['outcome']}" for claim in results.get("claims", [])]
    return [*lines, f"claims: {', '.join(outcomes)}"] if outcomes else lines


def _outputs_stand(results: StudyResults) -> bool:
    """Whether results.json says what the results task says and a report lies beside it."""
    import json

    written = results.folder.path / "results.json"
    if not report_path(results.folder.path).is_file():
        return False
    try:
        return bool(json.loads(written.read_text(encoding="utf-8")) == results[RESULTS])
    except (OSError, ValueError):
        return False


def _write_outputs(results: StudyResults) -> dict[str, Any]:
    from spinlens.report.pages.study import write_report
    from spinlens.study.stages.collect import figure_data
    from spinlens.study.storage import provenance
    from spinlens.study.storage.store import named_errors

    folder = results.folder
    values: dict[str, Any] = results[RESULTS]
    data = figure_data(values["study"], results)
    with folder.locked(), named_errors(folder.path):
        folder.write_json("results.json", values)
        write_report(values, data, report_path(folder.path), provenance.read(folder))
    return values


def _model_line(name: str, model: Mapping[str, Any]) -> str:
    critical, reference = model.get("critical") or {}, model.get("reference") or {}
    parts = [_number(symbol, critical.get(key), reference.get(key)) for key, symbol in _SYMBOLS]
    return f"{model.get('label', name)}: {', '.join(part for part in parts if part)}"


_SYMBOLS: Sequence[tuple[str, str]] = (("temperature", "T_c"), ("delta_spin", "Δ_s"), ("delta_energy", "Δ_ε"))


def _number(symbol: str, found: Mapping[str, float] | None, known: Mapping[str, Any] | None) -> str:
    from spinlens.statistics.estimate import Estimate

    if not found or found.get("value") is None or found.get("error") is None:
        return ""
    text = f"{symbol} = {Estimate(found['value'], found['error'])}"
    return f"{text} (known {Estimate(known['value'], known.get('error') or 0.0)})" if known else text


def report_path(folder: str | os.PathLike[str]) -> Path:
    """Where the report of a study lies."""
    return Path(folder) / "report.html"
