"""Long tasks go on from their state underway: after a kill, on another worker, and with larger numbers."""

import itertools
import subprocess
import sys
from pathlib import Path

import pytest
import toy_tasks

from spinlens.errors import StudyError, TaskError
from spinlens.study.definition.tasks import Task, checkpoint_key, task_keys
from spinlens.study.running.runner import run
from spinlens.study.storage.store import CHECKPOINTS, StudyFolder


def walk(tmp_path, draws=10, cut=False, grows=()):
    inputs = {"seed": 1, "draws": draws, "log": str(tmp_path / "log")}
    if cut:
        inputs["cut"] = str(tmp_path / "cut")
    return Task("walk/a", "toy_tasks:walk", inputs, checkpoint=True, grows=grows)


def began(tmp_path):
    return [int(word) for word in (tmp_path / "log").read_text().split()]


@pytest.fixture
def position(tmp_path):
    """Where an unbroken walk of 10 steps ends."""
    return run([walk(tmp_path)], tmp_path / "unbroken").results["walk/a"]["x"]


def test_a_task_goes_on_on_another_worker(tmp_path, position):
    task = Task("other/b", "toy_tasks:states", {"L": 8, "seed": 0})
    outcome = run([walk(tmp_path, cut=True), task], tmp_path / "study", workers=2)
    assert outcome.results["walk/a"]["x"] == position
    assert began(tmp_path) == [0, 6]
    assert not list((tmp_path / "study" / CHECKPOINTS).iterdir())


def test_a_task_goes_on_after_a_kill_of_the_main_process(tmp_path, position):
    code = (
        f"import sys; sys.path.insert(0, {str(Path(toy_tasks.__file__).parent)!r})\n"
        "from spinlens.study.running.runner import run, Task\n"
        f"inputs = {walk(tmp_path, cut=True).inputs!r}\n"
        f"run([Task('walk/a', 'toy_tasks:walk', inputs, checkpoint=True)], {str(tmp_path / 'study')!r})"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == -9
    assert run([walk(tmp_path, cut=True)], tmp_path / "study").results["walk/a"]["x"] == position
    assert began(tmp_path) == [0, 6]


@pytest.mark.parametrize("content", ["", "{", '{"n": "a"}', "[]"])
def test_a_damaged_state_costs_time_only(tmp_path, position, content):
    task = walk(tmp_path)
    folder = tmp_path / "study" / CHECKPOINTS
    with StudyFolder(tmp_path / "study").locked() as study:
        kept = study.checkpoint(task, task_keys([task]))
    kept.mkdir()
    (kept / "state.json").write_text(content)
    assert run([task], tmp_path / "study").results["walk/a"]["x"] == position
    assert not list(folder.iterdir())


def test_a_longer_walk_goes_on_where_the_shorter_one_ended(tmp_path, position):
    run([walk(tmp_path, draws=7, grows=("draws",))], tmp_path / "study")
    longer = run([walk(tmp_path, draws=10, grows=("draws",))], tmp_path / "study")
    assert longer.results["walk/a"]["x"] == position
    assert began(tmp_path)[-2:] == [0, 7]
    assert run([walk(tmp_path, draws=7, grows=("draws",))], tmp_path / "study").reused == ("walk/a",)


def test_other_inputs_start_anew(tmp_path):
    one, two = walk(tmp_path, 7, grows=("draws",)), walk(tmp_path, 10, grows=("draws",))
    other = Task(one.name, one.function, {**one.inputs, "seed": 2}, checkpoint=True, grows=("draws",))
    keys = [checkpoint_key(task, task_keys([task])) for task in (one, two, other)]
    assert keys[0] == keys[1] != keys[2]


def test_a_checkpoints_folder_that_is_a_link_is_refused(tmp_path):
    (tmp_path / "outside").mkdir()
    with StudyFolder(tmp_path / "study").locked():
        (tmp_path / "study" / CHECKPOINTS).symlink_to(tmp_path / "outside")
    with pytest.raises(StudyError, match="link out of the study folder"):
        run([walk(tmp_path)], tmp_path / "study")


def scans(draws, sizes=(64,)):
    """Chains of L = 64 in pieces of 2048 draws, or of several sizes after one another."""
    inputs = {"model": {"kind": "NearestNeighbour"}, "seed": 0, "draws": draws, "chains": 1, "points": 3}
    tasks = [Task("locate/nn", "toy_tasks:first_look", {"temperature": 2.27})]
    for before, L in zip((None, *sizes), sizes, strict=False):
        own = {**inputs, "size": L} | ({} if before is None else {"before": before})
        options = {"checkpoint": True, "grows": ("draws", f"scan/nn/L{before}")}
        function, needs = "spinlens.study.stages.lattice:scan", (tasks[-1].name,)
        tasks.append(Task(f"scan/nn/L{L}", function, own, needs, **options))
    return tasks


def test_a_scan_with_more_draws_is_prolonged(tmp_path, digest, monkeypatch):
    run(scans(5000), tmp_path / "unbroken")
    run(scans(2500), tmp_path / "study")
    kept = sorted((tmp_path / "study" / CHECKPOINTS).rglob("chain-*"))
    assert len(kept) == 3
    drawn = count_draws(monkeypatch)
    run(scans(5000), tmp_path / "study")
    assert sum(drawn) <= 3 * (5000 - 2048)
    digests = digest(tmp_path / "study")
    assert digest(tmp_path / "unbroken").items() <= digests.items()
    assert len(digests) == 3


def test_scans_after_one_another_are_prolonged(tmp_path, digest, monkeypatch):
    """The window of a size follows from the first thousand draws of the size before, so that it stays where it is."""
    monkeypatch.setattr("spinlens.sampling.chains.chain.CHUNK", 2**14)  # pieces of 256 and of 64 draws
    run(scans(1400, (8, 16)), tmp_path / "unbroken")
    run(scans(1100, (8, 16)), tmp_path / "study")
    assert len(sorted((tmp_path / "study" / CHECKPOINTS).rglob("chain-*"))) == 6
    drawn = count_draws(monkeypatch)
    run(scans(1400, (8, 16)), tmp_path / "study")
    assert sum(drawn) <= 3 * (1400 - 1024) + 3 * (1400 - 1088)
    assert digest(tmp_path / "unbroken").items() <= digest(tmp_path / "study").items()


def test_a_damaged_chain_is_begun_anew(tmp_path, digest):
    run(scans(2100), tmp_path / "unbroken")
    run(scans(2050), tmp_path / "study")
    kept = sorted((tmp_path / "study" / CHECKPOINTS).rglob("chain-*"))
    kept[1].write_bytes(kept[1].read_bytes()[:-1])
    run(scans(2100), tmp_path / "study")
    assert digest(tmp_path / "unbroken").items() <= digest(tmp_path / "study").items()


def drawn_states(draws):
    """States to learn from on 8 × 8 at two temperatures, in pieces that a chain saves."""
    common = {"model": {"kind": "NearestNeighbour"}, "seed": 0, "size": 8, "temperatures": [1.0, 1.5], "thin": 60}
    here, critical = "spinlens.study.stages.lattice", Task("critical/nn", "toy_tasks:critical", {"value": 2.27})
    options = {"checkpoint": True, "grows": ("draws", "critical_draws")}
    sizes = {"draws": draws, "critical_draws": draws}
    states = Task("training/nn", f"{here}:training", {**common, **sizes}, ("critical/nn",), **options)
    tests = {"calibration": 50, "test": 50}
    return [critical, states, Task("ensemble/nn/L8", f"{here}:ensemble", {**common, **tests}, ("critical/nn",))]


def test_more_states_go_on_with_the_chains(tmp_path, digest, monkeypatch):
    run(drawn_states(3000), tmp_path / "unbroken")
    run(drawn_states(2500), tmp_path / "study")
    assert len(sorted((tmp_path / "study" / CHECKPOINTS).rglob("chain-*"))) == 3
    drawn = count_draws(monkeypatch)
    run(drawn_states(3000), tmp_path / "study")
    assert sum(drawn) < 3 * 60 * (3000 - 2000)
    assert digest(tmp_path / "unbroken").items() <= digest(tmp_path / "study").items()


def learning(layers):
    """A machine that learns these states in two phases of two and four epochs, or a stack in six for each layer."""
    options = {"steps": 1, "persistent": True, "epochs": 6, "learning_rate": 0.02, "batch_size": 50, "l1": 0.0}
    states = {"training_set": "critical", "temperatures": [1.0], "size": 8, "draws": 200, "seed": 0, "number": 0}
    if len(layers) > 1:
        function, own = "stack", {"upward": "sampled", "hidden": layers, "options": options}
    else:
        phases = [{**options, "epochs": 2}, {**options, "epochs": 4}]
        function, own = "machine", {"hidden": layers[0], "options": phases}
    name, inputs = f"{function}/nn/0", {**states, **own}
    return Task(name, f"spinlens.study.stages.learning:{function}", inputs, ("training/nn",), checkpoint=True)


@pytest.mark.parametrize("layers", [[8], [16, 4]], ids=["machine", "stack"])
@pytest.mark.parametrize("damaged", [False, True], ids=["sound", "damaged"])
def test_a_training_goes_on_at_the_epoch_saved_last(tmp_path, digest, monkeypatch, layers, damaged):
    from types import SimpleNamespace

    from spinlens.machines.training import learner

    tasks = [*drawn_states(200), learning(layers)]
    run(tasks, tmp_path / "unbroken")
    epochs, run_epoch, clock = [], learner.run_epoch, itertools.count(step=100)

    def counted(recipe, state, *rest):
        if len(epochs) == len(layers) * 6 - 2:
            epochs.append(0)
            raise RuntimeError("the power is gone")
        run_epoch(recipe, state, *rest)
        epochs.append(state.epoch)

    monkeypatch.setattr(learner, "run_epoch", counted)
    monkeypatch.setattr(learner, "time", SimpleNamespace(monotonic=lambda: next(clock)))  # every epoch is saved
    with pytest.raises(TaskError, match="the power is gone"):
        run(tasks, tmp_path / "study")
    if damaged:
        for path in (tmp_path / "study" / CHECKPOINTS).rglob("*.safetensors"):
            path.write_bytes(path.read_bytes()[:-7])
    epochs[:] = [0] * 100
    run(tasks, tmp_path / "study")
    done = epochs[100:]
    whole = [1, 2, 3, 4, 5, 6] * len(layers) if len(layers) > 1 else [1, 2, 1, 2, 3, 4]
    assert done == (whole if damaged else whole[-2:])
    assert digest(tmp_path / "unbroken") == digest(tmp_path / "study")


def count_draws(monkeypatch):
    """Sweeps that chains of this process do from now on."""
    from spinlens.sampling.chains.chain import Chain

    drawn, advance = [], Chain.advance

    def counted(chain):
        drawn.append(advance(chain))
        return drawn[-1]

    monkeypatch.setattr(Chain, "advance", counted)
    return drawn


STUDY = {"machines": {"seeds": 2}, "stack": {"seeds": 2}, "criticality": {"sizes": [8, 16, 32], "draws": 1000}}


def changed(**changes):
    """Tasks of the preset quick whose results another study of larger numbers does not have yet."""
    from spinlens.study.definition.toml_file import parse_study
    from spinlens.study.stages import study_tasks

    old, new = (task_keys(study_tasks(parse_study(study))) for study in (STUDY, {**STUDY, **changes}))
    assert set(old) <= set(new)
    return {name for name, key in new.items() if old.get(name) != key}


def test_more_seeds_reuse_everything_but_the_summary():
    names = changed(machines={"seeds": 3})
    assert {name.split("/", 1)[0] for name in names} == {"machine", "end", "results"}
    assert all(name.endswith("/2") for name in names if name != "results")


def test_one_more_recipe_reuses_all_machines():
    from spinlens.study.definition.toml_file import parse_study

    recipes = [recipe.model_dump(exclude_none=True) for recipe in parse_study({}).machines.recipes]
    names = changed(machines={"seeds": 2, "recipes": [*recipes, {**recipes[0], "name": "more", "epochs": 99}]})
    assert {name.split("/", 1)[0] for name in names} == {"machine", "flow", "end", "published", "results"}
    assert all("/more/" in name for name in names if name != "results")


def test_one_more_model_reuses_the_others():
    from spinlens.study.definition.toml_file import parse_study

    models = [model.model_dump(exclude_none=True) for model in parse_study({}).models]
    names = changed(models=[*models, {"name": "other", "coupling": "power-law", "sigma": 1.5}])
    assert all("/other" in name for name in names if name != "results")


def test_one_more_size_reuses_the_scans():
    names = changed(criticality={"sizes": [8, 16, 32, 64], "draws": 1000})
    assert {name for name in names if name.split("/")[0] in ("locate", "scan")} == {
        "scan/nearest-neighbour/L64",
        "scan/power-law/L64",
    }


def test_more_draws_keep_the_bracket_and_go_on_with_the_chains():
    from spinlens.study.definition.toml_file import parse_study
    from spinlens.study.stages import study_tasks

    assert not {name for name in changed(criticality={**STUDY["criticality"], "draws": 2000}) if "locate" in name}
    found = []
    for draws in (1000, 2000):
        tasks = study_tasks(parse_study({**STUDY, "criticality": {**STUDY["criticality"], "draws": draws}}))
        keys = task_keys(tasks)
        found.append({task.name: checkpoint_key(task, keys) for task in tasks if task.stage == "scan"})
    assert found[0] == found[1]
    assert len(found[0]) == 6
