"""What a study has found so far: the document of results.json, of the tasks that are done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spinlens.study.definition.names import TaskName
from spinlens.study.stages.collect import critical_entry, document, model_entry
from spinlens.study.stages.lattice import Artefacts, Inputs


def interim(inputs: Inputs, artefacts: Artefacts) -> dict[str, Any]:
    """As `collect.results` of the artefacts that there are; the verdicts are those of an unfinished study.

    A model is there as soon as its critical point is, all of it when its reference and its instruments are, and a
    machine when the end of its flow is known.
    """
    study = inputs["study"]
    found = {
        model["name"]: _so_far(study, model, inputs["machines"][model["name"]], artefacts)
        for model in study["models"]
        if f"critical/{model['name']}" in artefacts
    }
    return document(study, found)


def _so_far(
    study: Mapping[str, Any], model: Mapping[str, Any], machines: Sequence[Mapping[str, Any]], artefacts: Artefacts
) -> dict[str, Any]:
    name = model["name"]
    if not {f"reference/{name}", f"thermometers/{name}/L{study['ensembles']['size']}"} <= artefacts.keys():
        return critical_entry(artefacts[f"critical/{name}"])
    ended = [one for one in machines if str(TaskName("end", name, one["recipe"], one["number"])) in artefacts]
    return model_entry(study, model, ended, artefacts)
