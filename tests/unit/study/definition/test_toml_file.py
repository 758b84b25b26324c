"""Study files: presets, round trips, and mistakes named by their place."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinlens.errors import InputError
from spinlens.study.definition.spec import Study
from spinlens.study.definition.toml_file import PRESETS, load_study, parse_study, to_toml
from spinlens.study.stages import study_tasks


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_survives_printing_and_loading(preset, tmp_path):
    study = load_study(preset)
    (tmp_path / "my.toml").write_text(to_toml(study), encoding="utf-8")
    assert study.study.name == preset
    assert load_study(tmp_path / "my.toml") == study


def test_the_study_of_lazy_machines_is_one():
    study = load_study(Path(__file__).parents[3] / "data" / "lazy.toml")
    assert [recipe.name for recipe in study.machines.recipes] == ["hardly-trained"]
    assert len(study_tasks(study)) > 50


def test_what_is_left_out_is_as_in_quick():
    quick = load_study("quick")
    assert parse_study({}) == quick
    changed = parse_study({"criticality": {"draws": 12345}})
    assert changed.criticality.draws == 12345
    assert changed.criticality.sizes == quick.criticality.sizes
    assert changed.model_copy(update={"criticality": quick.criticality}) == quick


@pytest.mark.parametrize(("section", "length"), [("stack", "updates"), ("coarse", "epochs"), ("coarse", "updates")])
def test_the_length_of_a_training_that_is_given_replaces_the_one_of_quick(section, length):
    training = getattr(parse_study({section: {length: 12}}), section)
    assert {"epochs": training.epochs, "updates": training.updates} == {"epochs": None, "updates": None, length: 12}


def test_sigma_and_seed_can_be_replaced():
    study = load_study("quick", sigma=1.75, seed=7)
    assert (study.models[1].sigma, study.study.seed) == (1.75, 7)
    assert study.models[0] == load_study("quick").models[0]
    with pytest.raises(InputError, match="has 5 power-law models, whose sigma are in its file"):
        load_study("map-quick", sigma=1.75)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[criticality]\ndrawss = 3", r"unknown key 'drawss' in \[criticality\]; did you mean 'draws'\?"),
        ("[critical]\na = 1", r"unknown key 'critical'; did you mean 'criticality'\?"),
        ("[[machines.recipes]]\nname = 'a'\nstep = 1", r"unknown key 'step' in .*did you mean 'steps'"),
        ("[criticality]\nsizes = [8, 16]", "criticality: sizes must be at least three increasing"),
        (
            "[criticality]\nsizes = [2, 8, 16]",
            r"criticality\.sizes\[0\]: it should be greater than or equal to 4, got 2",
        ),
        ("[criticality]\ndraws = 1e4", r"criticality\.draws: it should be a valid integer"),
        ("[criticality]\ndraws = true", r"criticality\.draws: it should be a valid integer"),
        ("[[models]]\nname = 'a'\ncoupling = 'power-law'", r"models\[0\]: a power law needs sigma"),
        (
            "[[models]]\nname = 'a'\ncoupling = 'power-law'\nsigma = 0",
            r"models\[0\]\.sigma: it should be greater than or equal to 0.001",
        ),
        ("[[models]]\nname = '../a'\ncoupling = 'nearest-neighbour'", r"models\[0\]\.name: .*pattern"),
        (
            "[[models]]\nname = 'a'\ncoupling = 'nearest-neighbour'\nsigma = 1.0",
            "belong to coupling = 'power-law' only",
        ),
        ("models = []", "models: .*at least 1"),
        ("[ensembles]\nsize = 20", r"stack\.hidden must be blocks of 2x2 of size 20: \[100, 25\]"),
        ("[ensembles]\nsize = 10", r"2 layers of 2x2 blocks do not fit on size 10: .*stack\.seeds = 0"),
        ("[ensembles]\nsize = 8", "2 layers of 2x2 blocks do not fit on size 8"),
        ("[ensembles]\nsize = 2", r"ensembles\.size: it should be greater than or equal to 4, got 2"),
        ("[[ensembles.grids]]\nname = 'low'\ntemperatures = [0.91, 1.0]", "grid low holds 0.91, which is not among"),
        ("[[ensembles.grids]]\nname = 'critical'\ntemperatures = [1.0]", "training sets must have different names"),
        (
            "[[machines.recipes]]\nname = 'a'\ntraining_set = 'warm'",
            "recipe a: training_set must be one of grid, .*low",
        ),
        ("[[machines.recipes]]\nname = 'a'\ntorus = true\nstride = 5", "recipe a: stride 5 does not divide the sides"),
        ("[[machines.recipes]]\nname = 'a'\nstride = 2", "recipe a: a stride of 2 needs shared weights"),
        ("[[machines.recipes]]\nname = 'a'\ntorus = true\nhidden = 100", "recipe a: .*multiple of 144 hidden units"),
        (
            "[[machines.recipes]]\nname = 'a'\noptimizer = 'natural'\nbiases = true",
            "recipe a: optimizer='natural' .*leave .*biases",
        ),
        ("[[machines.recipes]]\nname = 'a'\noptimizer = 'natural'\nlearning_rate = 2.0", "recipe a: learning_rate is"),
        (
            "[[machines.recipes]]\nname = 'a'\n[[machines.recipes.phases]]\nhidden = 3",
            "phases train one and the same machine: hidden belongs to the recipe",
        ),
        (
            "[[machines.recipes]]\nname = 'a'\n[[machines.recipes.phases]]\nstride = 2",
            "phases train one and the same machine: stride belongs to the recipe",
        ),
        (
            "[[machines.recipes]]\nname = 'a'\n[[machines.recipes.phases]]\noptimizer = 'natural'\nl1 = 0.1",
            "recipe a: optimizer='natural'",
        ),
        ("[[machines.recipes]]\nname = 'a'\nepochs = 3\nupdates = 100", "give epochs or updates, not both"),
        ("[[machines.recipes]]\nname = 'exact'", "recipes and controls must have different names"),
        ("[controls]\nlike = 'b'", r"controls\.like must be one of the recipes cd1-grid, .*got 'b'"),
        ("[controls]\nseeds = 9", r"redrawn machines need controls\.seeds <= the machines of cd1-grid"),
        (
            "[[machines.recipes]]\nname = 'a'\ntorus = true\n[controls]\nkinds = ['redrawn']",
            "controls.kinds holds 'redrawn', which needs a recipe without torus",
        ),
        ("[stack]\nbottom = 'b'", r"stack\.bottom must be one of the recipes"),
        ("[ensembles]\ntemperatures = [0.0, 0.9, 0.95, 1.05, 1.1]", "must hold 1.0"),
        (
            "[ensembles]\ntemperatures = [-1.0, 0.9, 0.95, 1.0, 1.1]",
            r"temperatures\[0\].*greater than or equal to 0, got -1",
        ),
        ("[flows]\nsteps = 10", "record must increase and end at or before steps = 10"),
        ("[flows]\nstarts = [0.91, 1.0]", "0.91, which is not among"),
        ("[flows]\nstarts = [0.9]", "starts must hold 1.0, the critical point, or nothing"),
        ("[flows]\nrecord = [0, 5]", "record.*at least 3 items"),
        ("[flows]\nrules = ['kadanoff']", "rules"),
        ("[ensembles]\ntemperatures = [0.9, 0.95, 1.0, 1.1, inf]", r"temperatures\[4\].*less than or equal to 1000"),
        ("[ensembles]\ntemperatures = [1e-6, 0.9, 0.95, 1.0, 1.1]", "must be 0 or at least 0.05"),
        ("[[models]]\nname = 'a'\ncoupling = 'power-law'\nsigma = 1e-300", "sigma"),
        ("[study]\nversion = 1\n[machines]\nannealing_runs = 100", "is a study file of version 1, whose machines"),
        ("[study]\nversion = 3", r"study\.version: it should be 2, got 3"),
        ("[study]\nname = 1979-05-27", r"study\.name: it should be a valid string"),
        ("[study]\nseed = -1", r"study\.seed: it should be greater than or equal to 0"),
        ("study = 3", "study: it should be an object, got 3"),
        ("a = ", "is not valid TOML"),
        ("a = " + "[" * 5000, "is not valid TOML"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_place(tmp_path, text, message):
    (tmp_path / "my.toml").write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        load_study(tmp_path / "my.toml")
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "my.toml") in str(caught.value)


def test_files_that_are_no_text(tmp_path):
    (tmp_path / "big.toml").write_bytes(b"#" * (2**20 + 1))
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    for path in ("big.toml", "binary.toml", "absent.toml", "."):
        with pytest.raises(InputError):
            load_study(tmp_path / path)
    with pytest.raises(InputError, match="null byte"):
        load_study("a\0.toml")


@pytest.mark.parametrize("name", ["quik", "", "../quick", "/etc/passwd", "QUICK"])
def test_unknown_presets(name):
    with pytest.raises(InputError, match="there is no preset"):
        load_study(name)


@pytest.mark.parametrize(
    "options", [{"sigma": 0.0}, {"sigma": float("nan")}, {"sigma": -1.0}, {"seed": -1}, {"sigma": 1e9}]
)
def test_bad_replacements(options):
    with pytest.raises(InputError):
        load_study("quick", **options)


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(list(Study.model_fields)), st.data())
@settings(max_examples=max(200, settings.default.max_examples), deadline=None)
def test_any_document_is_a_study_or_one_sentence(section, data):
    """Mutate one value of the quick preset, or add one, at random."""
    document = tomllib.loads(to_toml(Study()))
    target = document[section]
    while isinstance(target, list) and isinstance(target[0], dict):
        target = data.draw(st.sampled_from(target))
    target[data.draw(st.sampled_from([*target, "extra"]))] = data.draw(plain)
    try:
        study = parse_study(document)
    except InputError as error:
        message = str(error)
    else:
        message = ""
        assert parse_study(tomllib.loads(to_toml(study))) == study
    assert "\n" not in message


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "../up", "a/b", "a\\b", "", ".hidden", "a\nb", "x" * 41])
@pytest.mark.parametrize("place", ["study", "models", "recipes"])
def test_names_that_are_more_than_names_are_refused(name, place):
    model = {"name": name, "coupling": "nearest-neighbour"}
    documents = {"study": {"study": {"name": name}}, "models": {"models": [model]}}
    documents["recipes"] = {"machines": {"recipes": [{"name": name}]}}
    with pytest.raises(InputError, match=r"name: .*pattern"):
        parse_study(documents[place])


def test_a_file_cannot_ask_for_a_list_of_tasks_that_fills_the_memory():
    with pytest.raises(InputError, match=r"machines\.seeds: it should be less than or equal to 100000"):
        parse_study({"machines": {"seeds": 10**12}})
    with pytest.raises(InputError, match=r"are .*; at most 250000"):
        parse_study({"machines": {"seeds": 100_000}})


def test_any_number_of_unknown_keys_takes_a_moment():
    """Comparing each with each took 10 s for 4,000 of them."""
    with pytest.raises(InputError, match=r"unknown key 'a0'.* \(and 39999 more\)"):
        parse_study({f"a{number}": 0 for number in range(40_000)})


def test_layers_beyond_any_lattice_are_refused_at_once():
    """2^layers was worked out first, and never was."""
    with pytest.raises(InputError, match=r"coarse\.layers: it should be less than or equal to 16"):
        parse_study({"coarse": {"layers": 10**30}})
