"""Training that was stopped goes on with the same bits; foreign and damaged states are refused."""

import numpy as np
import pytest

from spinlens.errors import ArtefactError, InputError
from spinlens.machines.files.packed import pack_states
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM

BLOCKS = np.repeat(np.random.default_rng(0).choice([-1, 1], size=(501, 4)), 4, axis=1)
DATA = np.where(np.random.default_rng(1).random(BLOCKS.shape) < 0.1, -BLOCKS, BLOCKS).astype(np.int8)


def assert_same(a, b):
    for name, array in a.to_arrays().items():
        np.testing.assert_array_equal(array, b.to_arrays()[name])
    assert a.history_ == b.history_


def interrupted(path, **options):
    """A training stopped by an exception in its third epoch, with its state saved after each."""

    class Stop(BaseException):
        pass

    def stop(step):
        if step.numbers["epoch"] == 3:
            raise Stop

    machine = RBM(4, epochs=6, persistent=True, **options)
    with pytest.raises(Stop):
        machine.fit(DATA[:500], checkpoint=path, checkpoint_seconds=0.0, progress=stop)
    return machine


def test_a_resumed_training_does_the_missing_epochs_only(tmp_path):
    path = tmp_path / "state"
    interrupted(path)
    seen = []
    RBM(4, epochs=6, persistent=True).fit(DATA[:500], checkpoint=path, progress=seen.append)
    assert [step.numbers["epoch"] for step in seen] == [4, 5, 6]


def test_packed_data_are_the_same_data(tmp_path):
    path = tmp_path / "state"
    interrupted(path)
    packed = RBM(4, epochs=6, persistent=True).fit(pack_states(DATA[:500]), checkpoint=path)
    assert_same(packed, RBM(4, epochs=6, persistent=True).fit(DATA[:500]))


def test_a_state_of_other_options_or_data_is_refused(tmp_path):
    path = tmp_path / "state"
    interrupted(path)
    with pytest.raises(InputError, match="learning_rate was"):
        RBM(4, epochs=6, persistent=True, learning_rate=0.1).fit(DATA[:500], checkpoint=path)
    with pytest.raises(InputError, match="X was"):
        RBM(4, epochs=6, persistent=True).fit(DATA[:501], checkpoint=path)


OTHERS = {
    "plain": {}, "seed": {"seed": 1}, "adam": {"optimizer": "adam"}, "averaged": {"averaging": 0.3},
    "tempered": {"replicas": 2}, "fewer chains": {"chains": 7}, "biases": {"biases": True},
    "tracked": {"track": "exact", "track_at": (0.2, 0.4), "patience": 5},
}  # fmt: skip


def test_every_state_under_the_name_of_every_other_is_refused(tmp_path):
    """Of other options, another seed, and another number of units; its own is the twin."""
    for name, options in OTHERS.items():
        interrupted(tmp_path / name, **options)
    for name, options in OTHERS.items():
        for other in OTHERS:
            asked = RBM(4, epochs=6, persistent=True, **options)
            if other == name:
                asked.fit(DATA[:500], checkpoint=tmp_path / other)
                continue
            before = (tmp_path / other).read_bytes()
            with pytest.raises((InputError, ArtefactError), match=r"another training|training state"):
                asked.fit(DATA[:500], checkpoint=tmp_path / other)
            assert (tmp_path / other).read_bytes() == before


@pytest.mark.parametrize("change", ["lacking", "longer", "of another kind", "too many", "best of another shape"])
def test_a_state_whose_arrays_are_not_those_of_this_training_is_refused(tmp_path, change):
    """With a checksum and options that are right: as a newer or a changed program may write."""
    from spinlens.machines.files import storage
    from spinlens.machines.training.state_file import checksum

    path = tmp_path / "state"
    interrupted(path)
    arrays, metadata = storage.read_file(path)
    if change == "lacking":
        del arrays["chains"]
    elif change == "longer":
        arrays["chains"] = np.ones((900, 16), np.float32)
    elif change == "of another kind":
        arrays["memory.0"] = arrays["memory.0"].astype(np.float64)
    elif change == "too many":
        arrays["average.weights"] = arrays["weights"]
    else:
        arrays |= {f"best.{name}": arrays[name][:1] for name in storage.PARAMETERS}
    storage.write_file(path, arrays, {"state": metadata["state"], "checksum": checksum(arrays, metadata["state"])})
    with pytest.raises(ArtefactError, match=r"the training state .* (lacks an|has an) array"):
        RBM(4, epochs=6, persistent=True).fit(DATA[:500], checkpoint=path)


def test_every_truncation_and_every_flipped_byte_is_noticed(tmp_path):
    path = tmp_path / "state"
    interrupted(path)
    content = path.read_bytes()
    damaged = [content[:length] for length in range(0, len(content), 211)]
    for place in range(0, len(content), 173):
        damaged.append(content[:place] + bytes([content[place] ^ 4]) + content[place + 1 :])
    for wrong in damaged:
        path.write_bytes(wrong)
        with pytest.raises(ArtefactError):
            RBM(4, epochs=6, persistent=True).fit(DATA[:500], checkpoint=path)


def test_a_stack_goes_on_in_the_layer_where_it_was(tmp_path):
    class Stop(BaseException):
        pass

    def stop(step):
        seen.append((step.numbers["layer"], step.numbers["epoch"]))
        if seen[-1] == (1, 2):
            raise Stop

    def stack():
        return StackedRBM((6, 3), epochs=3, persistent=True)

    seen = []
    with pytest.raises(Stop):
        stack().fit(DATA[:500], checkpoint=tmp_path / "stack", progress=stop)
    seen.clear()
    resumed = stack().fit(DATA[:500], checkpoint=tmp_path / "stack", progress=lambda e: seen.append(e.numbers["layer"]))
    assert seen == [1, 1, 1]  # the first layer is read, the second had no state yet
    unbroken = stack().fit(DATA[:500])
    for name, array in unbroken.to_arrays().items():
        np.testing.assert_array_equal(resumed.to_arrays()[name], array)
