"""Who computed a study, when, with what and how long, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spinlens.progress import duration
from spinlens.report.tables import Table, plain
from spinlens.study.results_document import Results, entries, finite, section
from spinlens.versions import computed_with


def runs(provenance: Mapping[str, Any]) -> Table:
    """A row a run: when, how long, on what, by which command."""
    rows = tuple(
        (
            str(run.get("started", "")).replace("T", " ").replace("+00:00", " UTC"),
            "" if (seconds := finite(run.get("wall_seconds"))) is None else duration(seconds),
            plain(run.get("ended")),
            f"{plain(run.get('workers'))} of {plain(run.get('cores'))}",
            plain(run.get("host")),
            plain(run.get("command")),
        )
        for run in entries(provenance, "runs")
    )
    return Table(("started", "took", "ended", "workers of cores", "host", "command"), rows)


def makes(results: Results) -> list[Mapping[str, Any]]:
    """The libraries and processor kernels that numbers were computed with, one unless they are a mixture.

    >>> makes({"made_with": [{"numpy": "2.4.0", "cpu": "znver4"}]})
    [{'numpy': '2.4.0', 'cpu': 'znver4'}]
    """
    return entries(results, "made_with")


def made_with(results: Results, provenance: Mapping[str, Any]) -> Table:
    """Versions, seed and the machine of the last run."""
    study, last = section(results, "study"), next(reversed(entries(provenance, "runs")), {})
    versions = {**section(last, "versions"), "spinlens": results.get("spinlens")}
    memory = ", ".join(
        f"{name.replace('_', ' ')} {mib:g} MiB" for name, mib in section(last, "peak_memory_mib").items()
    )
    rows = (
        ("spinlens", plain(versions.pop("spinlens"))),
        ("study", f"{study.get('name') or 'without a name'}, seed {plain(study.get('seed'))}"),
        *computed_with(makes(results)),
        ("system", plain(last.get("system"))),
        ("versions", ", ".join(f"{name} {version}" for name, version in versions.items())),
        ("peak memory", memory),
    )
    return Table(("what", "with"), tuple(row for row in rows if row[1] and row[1] != "–"))
