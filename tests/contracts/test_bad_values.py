"""Small inputs that once gave wrong numbers, lost work or foreign errors: the right value, or one typed sentence."""

import copy
import pickle
from pathlib import Path

import numpy as np
import pytest

import spinlens as sl
from spinlens import RBM
from spinlens.comparisons.controls import Case
from spinlens.errors import InputError, SpinlensError, SpinsError
from spinlens.machines.files.packed import pack_states

SQUARE = sl.IsingModel((4, 4), sl.NearestNeighbour())
X = np.random.default_rng(0).choice(np.array([-1, 1], dtype=np.int8), size=(60, 4))
MACHINE = RBM.from_weights(np.full((4, 2), 0.3))


@pytest.fixture(scope="module")
def data():
    return sl.sample(SQUARE, [2.2, 2.3], draws=12, warmup=0, keep_spins=True, workers=1)


@pytest.mark.parametrize("kind", [np.int64, np.float32, np.float16, np.uint8])
def test_numbers_of_numpy_are_numbers(kind):
    """Unsigned and low-precision ones gave ΣJ = 10^260 and nan; others failed when the draws were written."""
    table = sl.PowerLaw(kind(1)).table((8, 8))
    np.testing.assert_array_equal(table, sl.PowerLaw(1.0).table((8, 8)))
    model = sl.IsingModel((4, 4), sl.NearestNeighbour(kind(1)))
    assert sl.sample(model, kind(2), draws=4, warmup=0, workers=1).attrs["model"].count('"strength": 1.0') == 1


def test_options_of_numpy_are_written(tmp_path):
    machine = RBM(np.int64(2), epochs=1, seed=np.int64(1)).fit(X, checkpoint=tmp_path / "state")
    machine.save(tmp_path / "a.safetensors")
    assert RBM.load(tmp_path / "a.safetensors").get_params() == machine.get_params()


def test_seeds_of_128_bits_can_be_kept(tmp_path):
    seed = 122807528840384100672342137672332424406
    drawn = sl.sample(SQUARE, 2.3, draws=4, warmup=0, seed=seed, workers=1)
    drawn.to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    sl.save(drawn, tmp_path / "b.nc")
    for name in ("a.nc", "b.nc"):
        assert sl.open(tmp_path / name).attrs["seed"] == str(seed)


@pytest.mark.parametrize(("coupling", "T"), [(sl.NearestNeighbour(), 0.002), (sl.NearestNeighbour(800.0), 2.0)])
def test_the_coldest_lattices_are_ordered(coupling, T):
    drawn = sl.sample(sl.IsingModel((4, 4), coupling), T, draws=10, workers=1)
    assert float(drawn["energy"][..., -1].max()) == -2 * coupling.strength
    assert np.isinf(drawn["fugacity"]).all()


@pytest.mark.parametrize("sigma", [300.0, 1000.0, 110, 1e-300, np.nan, np.inf, "1", 10**400, True])
def test_a_power_that_no_table_holds_is_refused(sigma):
    with pytest.raises(InputError, match="sigma must be a number"):
        sl.PowerLaw(sigma)


def test_training_goes_on_from_the_weights_that_are_there(tmp_path):
    trained = RBM(2, epochs=20, learning_rate=0.5, persistent=True).fit(X)
    trained.save(tmp_path / "a.safetensors")
    loaded = RBM.load(tmp_path / "a.safetensors").set_params(learning_rate=1e-9)
    before = loaded.weights_.copy()
    loaded.partial_fit(X)
    np.testing.assert_allclose(loaded.weights_, before, atol=1e-6)
    assert [entry["epoch"] for entry in loaded.history_] == list(range(1, 22))
    given = RBM.from_weights(np.full((4, 2), 0.3)).set_params(learning_rate=1e-9).partial_fit(X)
    np.testing.assert_allclose(given.weights_, 0.3, atol=1e-6)


def test_options_that_change_between_trainings(tmp_path):
    machine = RBM(2, epochs=1).fit(X)
    before = machine.set_params(optimizer="adam", learning_rate=1e-9).weights_.copy()
    np.testing.assert_allclose(machine.partial_fit(X).weights_, before, atol=1e-6)
    with pytest.raises(InputError, match="n_hidden is 3"):
        machine.set_params(n_hidden=3).partial_fit(X)
    machine.save(tmp_path / "a.safetensors")
    assert RBM.load(tmp_path / "a.safetensors").n_hidden == 2


BAD_STATES = {
    "nan": np.full((3, 4), np.nan), "inf": np.full((3, 4), np.inf), "two": np.full((3, 4), 2), "bits": (X + 1) // 2,
    "zeros": np.zeros((3, 4), np.int8), "bytes": np.full((3, 4), 255, np.uint8), "wide": np.full((3, 4), 2**40),
    "large": np.full((3, 4), 1e300), "complex": np.full((3, 4), 1j), "text": np.full((3, 4), "up"),
    "objects": np.full((3, 4), None), "narrow": X[:, :3], "none": None, "ragged": [[1, -1], [1]],
}  # fmt: skip
G = np.random.default_rng(0)
OF_STATES = {
    "free_energy": MACHINE.free_energy,
    "hidden_mean": MACHINE.hidden_mean,
    "transform": MACHINE.transform,
    "score": MACHINE.score,
    "sample_hidden": lambda x: MACHINE.sample_hidden(x, G),
    "gibbs": lambda x: MACHINE.gibbs(x, 1, G),
    "fit": lambda x: RBM(2, epochs=1).fit(x),
    "pseudo_log_likelihood": lambda x: sl.pseudo_log_likelihood(MACHINE, x),
    "gibbs_autocorrelation": lambda x: sl.gibbs_autocorrelation(MACHINE, chains=3, start=x),
    "rbm_flow": lambda x: sl.rbm_flow(MACHINE, x, steps=2),
    "compare_physics": lambda x: sl.compare_physics(MACHINE, x, {"m": lambda s: s.mean(axis=1)}),
    "records": lambda x: list(MACHINE.records(x, [1])),
}
LEGAL = {("narrow", "fit"), ("none", "gibbs_autocorrelation")}
MEANS = ("hidden_mean", "transform", "sample_hidden", "records", "gibbs_autocorrelation")


@pytest.mark.parametrize("name", OF_STATES)
@pytest.mark.parametrize("kind", BAD_STATES)
def test_states_are_signs_wherever_they_enter(name, kind):
    if (kind == "zeros" and name in MEANS) or (kind, name) in LEGAL:
        return  # 0 is a mean; a machine may have three units, and its chains begin anywhere
    with pytest.raises(SpinlensError):
        OF_STATES[name](BAD_STATES[kind])


def test_a_machine_of_nan_is_no_machine():
    machine = RBM.from_weights(np.full((4, 2), 0.3))
    machine.weights_[0, 0] = np.nan
    for call in (
        lambda: machine.hidden_mean(X),
        lambda: machine.free_energy(X),
        lambda: machine.log_z(),
        lambda: machine.sample(3),
        lambda: sl.rbm_flow(machine, X, steps=2),
        lambda: sl.gibbs_autocorrelation(machine, chains=3),
    ):
        with pytest.raises(InputError, match="finite"):
            call()
    with pytest.raises(InputError, match="finite"):
        RBM.from_weights(np.full((13, 4), 1e39))


def test_machines_that_have_learned_nothing_say_so():
    for call in (
        lambda: RBM(2).transform(X),
        lambda: RBM(2).fit(X, start=RBM(2)),
        lambda: sl.rbm_flow(RBM(2), X, steps=3),
        lambda: sl.spectrum(RBM(2)),
        lambda: sl.effective_couplings(RBM(2)),
        lambda: sl.pseudo_log_likelihood(RBM(2), X),
        lambda: RBM(2).history_,
    ):
        with pytest.raises(InputError, match="has no weights yet"):
            call()
    assert not hasattr(RBM(2), "weights_")
    assert not hasattr(pickle.loads(pickle.dumps(copy.copy(RBM(2)))), "weights_")


def test_lattices_whose_dimension_cannot_be_told_are_asked_for(data):
    one, spins = np.ones((4, 4), dtype=np.int8), data["spins"].values[0]
    for states in (one, spins, np.ones((4, 4, 4))):
        with pytest.raises(SpinsError, match="give the shape of one lattice"):
            sl.block_spins(states, generator=G)
        with pytest.raises(SpinsError, match="give the shape of one lattice"):
            sl.block_spin_flow(states, 1)
    assert sl.block_spins(one, generator=G, shape=(4, 4)).shape == (1, 2, 2)
    assert sl.block_spins(one, generator=G, shape=(4,)).shape == (4, 2)
    assert sl.block_spins(spins, generator=G, shape=(4, 4)).shape == (24, 2, 2)
    assert sl.block_spins(data.isel(temperature=0), generator=G).shape == (24, 2, 2)


def test_data_that_cannot_be_are_not_reweighted(data):
    assert np.isfinite(sl.reweight(data, 2.25)["energy"]).all()
    for name, change in (
        ("bonds", lambda x: x - 10**6),
        ("bonds", lambda x: x * 1e300),
        ("bonds", lambda x: x + 0.5),
        ("m2", lambda x: -x),
        ("m4", lambda x: x * 1e300),
        ("spins", lambda x: 0 * x),
    ):
        with pytest.raises(InputError, match="changed since they were drawn"):
            sl.reweight(data.assign({name: change(data[name])}), 2.25)


def test_selections_of_a_dataset(data):
    whole = sl.to_inference(data, 2.2)
    one = sl.to_inference(data.isel(chain=0), 2.2)
    np.testing.assert_array_equal(one["energy"].values[0], whole["energy"].values[0])
    assert sl.to_inference(data.isel(temperature=0)).equals(whole)


def test_packed_states_are_a_sequence():
    packed = pack_states(X)
    np.testing.assert_array_equal(np.stack(list(packed)), X)
    np.testing.assert_array_equal(packed[-1], X[-1])
    np.testing.assert_array_equal(packed[2:5], X[2:5])
    np.testing.assert_array_equal(np.asarray(packed), X)


@pytest.mark.parametrize("seed", [-1, None, [2], 1.5, "1", 2**300, True])
def test_seeds_are_checked_before_work(seed):
    for call in (
        lambda: MACHINE.log_z("ais", seed=seed),
        lambda: MACHINE.sample(2, seed=seed),
        lambda: sl.sample(SQUARE, 2.0, 4, seed=seed),
        lambda: RBM(2, seed=seed),
    ):
        with pytest.raises(InputError, match="seed must be an integer"):
            call()


@pytest.mark.parametrize(
    "options",
    [
        {"momentum": None}, {"track_at": 0.5}, {"track_at": []}, {"torus": 16}, {"annealing": (0, 0)},
        {"annealing": (np.nan, 1)}, {"annealing": 3}, {"augment": "44"}, {"n_hidden": 10**23}, {"optimizer": []},
        {"learning_rate": 10**400}, {"track": 1, "track_at": (1.0,)},
    ],
)  # fmt: skip
def test_options_of_training_are_checked(options):
    with pytest.raises(InputError):
        RBM(**{"n_hidden": 2, **options})


def test_mistakes_are_named_at_once(tmp_path):
    for call in (
        lambda: MACHINE.gibbs(X, 1, 0),
        lambda: sl.block_spins(X.reshape(-1, 2, 2), generator=0),
        lambda: RBM(2).fit(X, checkpoint=tmp_path / "c", checkpoint_seconds=np.nan),
        lambda: sl.sample(SQUARE, 2.0, 4, checkpoint=tmp_path / "d", checkpoint_seconds=np.nan),
        lambda: sl.IsingModel((2**16, 2**16), sl.NearestNeighbour()),
        lambda: sl.CouplingTable([["a"]]),
    ):
        with pytest.raises(SpinlensError):
            call()


def test_widths_of_a_stack_may_be_an_array():
    assert sl.StackedRBM(np.array([4, 2])).n_hidden == (4, 2)


@pytest.mark.parametrize("values", [{"number": "/../../x"}, {"number": -1}, {"n_hidden": 2.5}])
def test_what_names_files_is_a_number(values):
    with pytest.raises(InputError, match="must be an integer"):
        Case("lattice", "CD-1", **{"n_hidden": 4, **values})


@pytest.mark.parametrize("kind", [str, Path])
def test_a_study_file_is_named_by_text_or_path(tmp_path, kind):
    (tmp_path / "a.toml").write_text("[nonsense]")
    with pytest.raises(InputError, match="unknown key 'nonsense'"):
        sl.reproduce(kind(tmp_path / "a.toml"), tmp_path / "out")
