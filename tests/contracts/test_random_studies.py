"""Accepted means computed: random small study files run to their end; `validation/faults` runs 100 of them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from random_studies import accepted_studies, random_study
from spinlens.errors import InputError
from spinlens.flows.published import SMALLEST
from spinlens.study.definition.coarse import PUBLISHED_SIDE
from spinlens.study.definition.spec import Study
from spinlens.study.definition.toml_file import load_study, parse_study, to_toml
from spinlens.workflows.reproduce import reproduce

NEVER = {"study.version"}  # there is one


@pytest.mark.parametrize(("seed", "study"), accepted_studies(0, 2))
def test_what_is_accepted_runs_to_its_end(tmp_path: Path, seed: int, study: Study) -> None:
    """Ten seconds and more each: a study has forty stages, whatever its size."""
    (tmp_path / "study.toml").write_text(to_toml(study))
    assert load_study(str(tmp_path / "study.toml")) == study
    found = reproduce(study, tmp_path / "study", workers=1, progress=False)
    assert found["models"].keys() == {model.name for model in study.models}
    for model in found["models"].values():
        assert math.isfinite(model["critical"]["temperature"]["value"])
    assert (tmp_path / "study" / "report.html").stat().st_size > 50_000


def test_every_key_of_the_format_is_drawn() -> None:
    known = {f"{table}.{key}" for table, field in Study.model_fields.items() for key in _keys(field.default)}
    drawn = {
        f"{table}.{key}"
        for seed in range(300)
        for table, value in random_study(seed).items()
        for entry in (value if isinstance(value, list) else [value])
        for key in entry
    }
    assert known - drawn == NEVER


def _keys(section: Any) -> list[str]:
    return list(type(section[0] if isinstance(section, tuple) else section).model_fields)


def test_a_lattice_too_small_for_published_estimators_is_refused() -> None:
    document: dict[str, Any] = {"ensembles": {"size": 4}, "stack": {"seeds": 0}, "flows": {"rules": []}}
    document["coarse"] = {"seeds": 0}
    with pytest.raises(InputError, match=r"published\.seeds = 1 needs ensembles\.size >= 6, got 4"):
        parse_study(document)
    parse_study({**document, "published": {"seeds": 0}})
    assert PUBLISHED_SIDE == SMALLEST
