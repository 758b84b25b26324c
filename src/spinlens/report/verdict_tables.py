"""Tables of the verdicts: effects against their margins, recipe by recipe, and the controls of the gate."""

from __future__ import annotations

from collections.abc import Sequence

from spinlens.report.tables import MISSING, Table, estimate, plain
from spinlens.study.claims.effects import SIGNS
from spinlens.study.results_document import Results, entries, finite

_OF_THE_GATE = ("B", "C")


def effects(claim: Results) -> Table:
    """Each number with its margin, on which side of it it lies, the smallest that would be outside, what decides it."""
    rows = tuple(
        (
            str(item.get("name", "")),
            str(item.get("subject") or ""),
            f"{SIGNS[str(item.get('bound') or '')]}{estimate(item)}{_unit(item)}",
            f"{plain(item.get('margin'))}{_unit(item)}",
            str(item.get("side", "")),
            _short(item.get("detectable")),
            _times(item),
        )
        for item in entries(claim, "effects")
    )
    return Table(("effect", "of", "value", "margin", "side", "outside from", "data needed"), rows)


def parts(claim: Results) -> Table:
    """Recipe by recipe what the rule found."""
    rows = tuple(
        (
            str(part.get("subject", "")),
            str(part.get("stratum") or ""),
            plain(part.get("machines")) if part.get("machines") else MISSING,
            str(part.get("found", "")),
            str(part.get("because") or ""),
        )
        for part in entries(claim, "parts")
        if not _is_gate(claim, part)
    )
    return Table(("recipe", "kind", "machines", "found", "because"), rows)


def gate(claims: Sequence[Results]) -> Table:
    """The controls that had to come out as they must before anything was judged."""
    rows = tuple(_control(part) for claim in claims for part in entries(claim, "parts") if _is_gate(claim, part))
    return Table(("control", "must be", "is", "as it must", "because"), rows)


def failed_controls(claim: Results) -> list[str]:
    """Names of the controls of a claim that did not come out as they must."""
    rows = [_control(part) for part in entries(claim, "parts") if part.get("stratum") == "control"]
    return list(dict.fromkeys(subject.rsplit(", ", 1)[-1] for subject, wanted, found, *_ in rows if found != wanted))


def missing_controls(claim: Results) -> list[str]:
    """Names of the controls that the study of a claim lacks."""
    parts = [part for part in entries(claim, "parts") if part.get("found") == "missing"]
    return list(dict.fromkeys(str(part.get("subject")).rsplit(", ", 1)[-1] for part in parts))


def _control(part: Results) -> tuple[str, ...]:
    subject, found = str(part.get("subject", "")), str(part.get("found", ""))
    wanted = "inside" if subject.endswith("exact") else "outside"
    return subject, wanted, found, plain(found == wanted), str(part.get("because") or "")


def _is_gate(claim: Results, part: Results) -> bool:
    return claim.get("id") in _OF_THE_GATE and part.get("stratum") == "control"


def _unit(item: Results) -> str:
    return f" {item['unit']}" if item.get("unit") else ""


def _short(value: object) -> str:
    known = finite(value)
    return MISSING if known is None else f"{known:.2g}"


def _times(item: Results) -> str:
    more = finite(item.get("more"))
    if item.get("side") in ("inside", "outside"):
        return "decided"
    return MISSING if more is None else f"{more:.1f} times" if more < 10 else f"{more:.0f} times"
