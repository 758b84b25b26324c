"""Machines, instruments, maps and flows: what validation/ holds of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from tables.markdown import estimate, instrument, load, over_seeds, signed, table


def likelihood() -> str:
    """Loss of machines on 4 × 4 lattices by recipe, in nats a state, seed by seed."""
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for entry in load("validation/machines/likelihood_bound.json"):
        found[entry["recipe"]][entry["case"]] = ", ".join(f"{gap:.4f}" for gap in entry["gaps"])
    cases = list(next(iter(found.values())))
    return table(["recipe", *cases], [[recipe, *(gaps[case] for case in cases)] for recipe, gaps in found.items()])


def critical_states() -> str:
    """States of machines of 16 × 16 at T_c beside held-out ones."""
    machines = load("validation/machines/critical_states.json")["machines"]
    rows = []
    for name in machines[0]["observables"]:
        compared = [_compared(machine["observables"][name]) for machine in machines]
        rows.append([_OBSERVABLES.get(name, name), compared[0][0], *(cell for row in compared for cell in row[1:])])
    return table(["", "data", *(word for m in machines for word in (m["machine"], "deviation"))], rows)


_OBSERVABLES = {"E": "energy", "m2": "⟨m²⟩", "m4": "⟨m⁴⟩"}


def _compared(entry: Mapping[str, Any]) -> tuple[str, str, str]:
    return estimate(entry["data"]), estimate(entry["machine"]), signed(entry["deviation"], 1)


def committed_gaps() -> str:
    """Gaps of the machines of the committed study, mean over seeds, in nats a site."""
    models = list(load("validation/study/results.json")["models"].values())
    recipes = dict.fromkeys(m["recipe"] for model in models for m in model["machines"] if not m["control"])
    rows = []
    for recipe in recipes:
        own = [[m["gap"]["value"] for m in model["machines"] if m["recipe"] == recipe] for model in models]
        rows.append([recipe, len(own[0]), *(over_seeds(gaps) for gaps in own)])
    return table(["recipe", "machines", *(model["label"] for model in models)], rows)


def instruments() -> str:
    """Range, largest bias and scatter of pulls of each thermometer on held-out ensembles."""
    rows = []
    for label, found in load("validation/thermometers/instruments.json").items():
        T_c = found["about"]["T_c"]
        for name, one in found["thermometers"].items():
            low, high = (T / T_c for T in one["range"])
            reach = f"{low:.2f} … {high:.2f}"
            rows.append(
                [
                    label,
                    instrument(name),
                    reach,
                    f"{one['largest_bias'] / T_c:.3f}",
                    f"{one['rms_pull']:.2f}",
                    one["pulls"],
                ]
            )
    return table(["lattice", "instrument", "range / T_c", "largest bias / T_c", "r.m.s. pull", "of"], rows)


def impostors() -> str:
    """What instruments and the joint test say of states that are at no temperature of the square."""
    found = load("validation/thermometers/instruments.json")["nearest neighbour"]
    T_c, names = found["about"]["T_c"], ("energy", "magnetization", "xi", "pseudo_likelihood", "network")
    rows = []
    for kind, entry in found["made_up"].items():
        read = [entry["readings"][name] for name in names]
        cells = [f"{one['T'] / T_c:.2f}" if one["in_range"] else "out of range" for one in read]
        test = entry["equilibrium"]
        rows.append(
            [
                re.sub(r"PowerLaw\(sigma=([\d.]+).*\)", r"power law, σ = \1,", kind),
                *cells,
                estimate((test["distance"], test["distance_error"])),
                _chance(test["p_value"]),
            ]
        )
    return table(["states", *(f"T/T_c by {instrument(name)}" for name in names), "D", "p"], rows)


def _chance(p: float) -> str:
    return f"{p:.1g}" if p > 1e-6 else "< 10⁻⁶"


def false_alarms() -> str:
    """How often the joint test rejects true ensembles at 5 %."""
    found = load("validation/thermometers/false_alarms.json")
    rows = [
        [label, n, f"{100 * rate['rate']:.1f} ± {100 * rate['error']:.1f}", rate["tests"]]
        for label, entry in found.items()
        if label != "about"
        for n, rate in entry["rates"].items()
    ]
    return table(["lattice", "states", "rejected, %", "of"], rows)


def block_spins() -> str:
    """Exponents of majority blocks by step, with all operators, beside known ones."""
    rows = []
    for run in load("validation/mcrg/results.json"):
        for step in sorted({entry["step"] for entry in run["table"] if "case" in run}):
            pair = {e["sector"]: e for e in run["table"] if e["step"] == step}
            sides = f"{pair['even']['before'][0]} → {pair['even']['after'][0]}"
            cells = [cell for sector in ("even", "odd") for cell in _exponent(pair[sector], run["known"], sector)]
            rows.append([run["case"], sides, *cells])
    return table(["lattice", "step", "y_t", "known", "y_h", "known"], rows)


def _exponent(entry: Mapping[str, Any], known: Mapping[str, float], sector: str) -> tuple[str, str]:
    return estimate(entry["exponents"][-1]), f"{known[sector]:g}" if sector in known else ""


def matching() -> str:
    """T_c of two-lattice matching by the number of blockings."""
    runs = [run for run in load("validation/mcrg/results.json") if "matching" in run]
    most = max(len(run["table"]) for run in runs)
    rows = [
        [
            run["matching"],
            *(estimate(entry["combined"]) for entry in run["table"]),
            f"{run['systematic']:.4f}",
            f"{run['known']:.6g}",
        ]
        for run in runs
    ]
    return table(["lattices", *(f"n = {n}" for n in range(most)), "systematic", "known"], rows)


def learned_maps() -> str:
    """Exponents of learned coarse-grainings beside block spins, mean over seeds where there are several."""
    rows = []
    for label, entries in load("validation/mcrg/learned.json").items():
        grouped: dict[tuple[str, int], list[Mapping[str, Any]]] = defaultdict(list)
        for entry in entries:
            name = "learned" if entry["map"].startswith("learned ") else entry["map"]
            grouped[name, entry["from"]].append(entry)
        for (name, side), found in grouped.items():
            rows.append([label, name, f"{side} → {side // 2}", len(found), _mean(found, "y_t"), _mean(found, "y_h")])
    return table(["lattice", "map", "step", "seeds", "y_t", "y_h"], rows)


def _mean(entries: list[Mapping[str, Any]], key: str) -> str:
    values = [entry[key]["value"] for entry in entries if entry[key]]
    return "" if not values else estimate(entries[0][key]) if len(values) == 1 else over_seeds(values)


def published_ends() -> str:
    """Ends of published flows made again, as far as several seeds of them are committed."""
    published = load("validation/flow_ends/flow_ends.json")["rows"]
    found = load("validation/flow_ends/results.json")
    rows = []
    for row, key in ((published[0], "L = 10, lattice"), (published[1], "L = 10, mean-field")):
        own = found[key]["m"]
        rows.append(
            [
                f"L = {row['L']}, {row['trained_on']}",
                row["m"],
                f"{own['mean']:.3f}",
                f"{own['sd']:.3f}",
                signed((row["m"] - own["mean"]) / own["sd"], 1),
                len(found[key]["machines"]),
            ]
        )
    return table(
        ["trained on", "|m| published", "|m| here", "spread between seeds", "published − here, in spreads", "seeds"],
        rows,
    )


def faults() -> str:
    """Kills survived, and what users wait for."""
    kills = load("validation/faults/kill_quick.json")
    killed = f"SIGKILL of `{kills['preset']}` at random instants, {kills['kills']} times"
    differ = (
        f"{kills['files_compared']} files compared with the unbroken study, {len(kills['files_that_differ'])} differ"
    )
    rows = [[killed, differ]]
    marks = load("validation/faults/marks.json")["marks"]
    for name, mark in marks.items():
        for bound in mark.keys() & {"at_most", "at_least"}:
            value = mark.get("ratio", mark.get("wall"))
            unit = "" if "ratio" in mark or "seconds" in mark else " s"
            rows.append([name, f"{value:g}{unit} ({bound.replace('_', ' ')} {mark[bound]:g}{unit} asked)"])
    return table(["what", "found"], rows)
