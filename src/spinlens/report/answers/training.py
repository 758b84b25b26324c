"""The answer of `spinlens train`: how near the machine is to its lattice, and which couplings it has learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spinlens.report.answers.answer import Answer, Fact, said, small
from spinlens.report.tables import MISSING, plain
from spinlens.study.results_document import Results, entries, finite, reference, section

Judged = Mapping[str, Any]


def training_answer(judged: Judged, about: Results) -> Answer:
    """What was trained on what; whether it has learned the lattice; likelihood, couplings, mixing.

    `about` says in words which `machine` learned from which `states`.
    """
    return Answer(
        f"What the machine learned: {about.get('machine', 'a machine')}, from {about.get('states', 'states')}",
        f"{_short(judged)}.",
        tuple(filter(None, (_likelihood(judged), _couplings(judged), _mixing(judged), _modes(judged)))),
        _facts(judged),
        _WORDS,
    )


_WORDS = (
    "Gap: how far the machine’s distribution is from that of the lattice, ⟨ln p_{lattice} − ln p_{machine}⟩ over "
    "states of the lattice. J_eff(r): pair couplings traced out of the weights, to hold against J(r) / T. Held out: "
    "states that it did not learn from. τ: how many steps v → h → v′ its chain remembers."
)


def _short(judged: Judged) -> str:
    gap = section(judged, "gap")
    found = reference(gap)
    if found is None:
        return "How near it is to a lattice is not known, because the states do not say theirs"
    if gap.get("learned") is True:
        return f"It has learned the lattice: its gap is {small(found)} nats a site, below 10^{{−3}}"
    return (
        f"It has not learned the lattice: its gap is {small(found)} nats a site, where 10^{{−3}} would count as learned"
    )


def _likelihood(judged: Judged) -> str:
    found, history = reference(judged.get("log_likelihood")), entries(judged, "history")
    if found is None:
        return ""
    return f"Held-out states have ln p = {said(found)} nats on average after {len(history)} epochs."


def _couplings(judged: Judged) -> str:
    """The couplings at r = 1 and 2 beside those of the lattice."""
    rows = entries(judged, "couplings")
    shown = [row for row in rows if row.get("r") in (1, 2) and finite(row.get("true")) and finite(row.get("learned"))]
    if not shown:
        return ""
    said_of = [f"{row['learned'] / row['true']:.2f} times that at r = {row['r']:.3g}" for row in shown]
    return f"Beside J(r) / T of the lattice, its coupling is {' and '.join(said_of)}."


def _mixing(judged: Judged) -> str:
    tau = reference(judged.get("gibbs_tau"))
    return "" if tau is None else f"Its chain remembers {said(tau)} Gibbs steps (τ of |m|)."


def _modes(judged: Judged) -> str:
    """How many directions of the weights rise out of the noise; the modes of shared weights are waves, of any size."""
    if judged.get("filters"):
        return ""
    edge = finite(judged.get("noise_edge"))
    values = [value for value in judged.get("singular_values") or () if finite(value) is not None]
    if edge is None or not values:
        return ""
    count = sum(value > edge for value in values)
    return f"{count} of its {len(values)} singular values rise above the edge of random weights."


def _facts(judged: Judged) -> tuple[Fact, ...]:
    gap, nearest = section(judged, "gap"), next(iter(entries(judged, "couplings")), {})
    learned, true = finite(nearest.get("learned")), finite(nearest.get("true"))
    method = gap.get("method")
    gap_note = f"measured by {method}" if method else "states of a known lattice are needed"
    beside = f"J(1)/T = {true:.4f}" if true is not None else "the lattice is not known"
    return (
        Fact("gap to the lattice, nats a site", small(reference(gap)), gap_note),
        Fact("J_eff at the nearest sites", MISSING if learned is None else f"{learned:.4f}", beside),
        Fact("held-out ln p, nats a state", said(reference(judged.get("log_likelihood"))), _last(judged)),
        Fact("τ of its chain, Gibbs steps", said(reference(judged.get("gibbs_tau"))), "of |m|"),
    )


def _last(judged: Judged) -> str:
    layers: Sequence[Any] = judged.get("layers") or ()
    return f"the first of {len(layers)} layers" if layers else f"{plain(len(entries(judged, 'history')))} epochs"
