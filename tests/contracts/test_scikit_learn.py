"""Machines are transformers of scikit-learn: its own checks, each failure named with its reason; pipelines and grids.

The checks draw Gaussian numbers, and machines take ±1: here they learn from the signs of what they are given.
"""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import RBM, StackedRBM
from spinlens.errors import InputError, SpinsError

pytest.importorskip("sklearn", minversion="1.7", reason="check_estimator lists its results since 1.7")

from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

OTHER_WORDS = "refused by an error of ours, in other words than the check looks for"
EXPECTED = {
    "check_do_not_raise_errors_in_init_or_set_params": "a wrong option is refused where it is given, not an hour later",
    "check_n_features_in_after_fitting": OTHER_WORDS,
    "check_complex_data": OTHER_WORDS,
    "check_dtype_object": "numbers in an array of objects are refused: they may be anything",
    "check_estimators_empty_data_messages": OTHER_WORDS,
    "check_estimators_nan_inf": OTHER_WORDS,
    "check_fit2d_predict1d": OTHER_WORDS,
    "check_transformer_preserve_dtypes": "means are float32 whatever the states: units are ±1, of no precision",
}
OF_RBM = {"check_fit_score_takes_y": "the second argument of partial_fit is the number of epochs, as it has long been"}
OF_STACKS = {"check_no_attributes_set_in_init": "options of the layers are kept in one mapping, `options`"}


def signs(X):
    """Finite numbers in a table as ±1; all else as it is, to be refused."""
    array = np.asarray(X)
    usable = array.ndim == 2 and array.dtype.kind in "iuf" and np.isfinite(array).all()
    return np.where(array > 0, 1, -1) if usable else X


class SignRBM(RBM):
    def fit(self, X, y=None):
        return super().fit(signs(X))

    def transform(self, X):
        return super().transform(signs(X))

    def score(self, X, y=None):
        return super().score(signs(X))


class SignStack(StackedRBM):
    def fit(self, X, y=None):
        return super().fit(signs(X))

    def transform(self, X):
        return super().transform(signs(X))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("machine", "expected"),
    [(SignRBM(2, epochs=1), EXPECTED | OF_RBM), (SignStack((2, 1), epochs=1), EXPECTED | OF_STACKS)],
    ids=["rbm", "stack"],
)
def test_its_checks_fail_only_where_we_say_why(machine, expected):
    results = check_estimator(machine, on_skip=None, on_fail=None)
    failed = {result["check_name"] for result in results if result["status"] == "failed"}
    assert failed == set(expected) & {result["check_name"] for result in results}
    assert len(results) - len(failed) > 30


STATES = np.random.default_rng(0).choice([-1, 1], size=(120, 6)).astype(np.int8)
MACHINES = pytest.mark.parametrize("machine", [RBM(3, epochs=1), StackedRBM((3, 2), epochs=1)], ids=["rbm", "stack"])


@MACHINES
def test_a_machine_that_is_not_trained_says_so_in_both_languages(machine):
    for error in (NotFittedError, InputError):
        with pytest.raises(error, match="yet: call fit"):
            clone(machine).transform(STATES)
    assert not hasattr(clone(machine), "n_features_in_")
    assert clone(machine).fit(STATES).n_features_in_ == 6


@MACHINES
def test_states_that_are_not_signs_are_refused(machine):
    with pytest.raises(SpinsError, match=r"\+1 and -1"):
        clone(machine).fit(STATES * 0.5)


@MACHINES
def test_clones_have_the_options_and_nothing_learned(machine):
    copy = clone(clone(machine).set_params(epochs=2).fit(STATES))
    assert copy.get_params() == {**machine.get_params(), "epochs": 2}
    with pytest.raises(InputError):
        copy.set_params(hiden=3)


def test_stacks_and_machines_stand_in_pipelines():
    bottom = clone(RBM(4, epochs=1)).fit(STATES)
    pipeline = make_pipeline(RBM(4, epochs=1)).fit(STATES, y=np.zeros(120))
    np.testing.assert_array_equal(pipeline.transform(STATES), bottom.transform(STATES))
    assert pipeline.score(STATES) == bottom.log_likelihood(STATES).value
    np.testing.assert_array_equal(clone(bottom).fit_transform(STATES), bottom.transform(STATES))


def test_a_grid_search_finds_the_likelier_machine():
    """Pairs that agree cost a machine that cannot learn them ln 2 each."""
    pairs = np.repeat(STATES[:, :2], 2, axis=1)
    options = {"exact_gradient": True, "epochs": 60}
    found = GridSearchCV(RBM(2, learning_rate=0.5, **options), {"learning_rate": [1e-6, 0.5]}, cv=3).fit(pairs)
    assert found.best_params_ == {"learning_rate": 0.5}
    worst, best = sorted(found.cv_results_["mean_test_score"])
    assert best - worst > np.log(2)
