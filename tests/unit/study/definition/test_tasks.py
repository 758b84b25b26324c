"""Keys cover all that determines a result; order and mistakes of a task graph."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spinlens.errors import InputError, StudyError
from spinlens.study.definition import tasks as module
from spinlens.study.definition.tasks import Task, chain_costs, ordered, task_keys


def graph(**changes):
    first = Task("sample/a", "m:f", {"L": 8, "T": 2.0, **changes.get("inputs", {})})
    return [first, Task("machines/b", "m:g", {"k": 1}, ("sample/a",)), Task("other/c", "m:g", {"k": 1})]


def test_a_key_depends_on_inputs_and_on_all_that_is_read():
    before, after = task_keys(graph()), task_keys(graph(inputs={"T": 2.0000000000000004}))
    assert before["sample/a"] != after["sample/a"]
    assert before["machines/b"] != after["machines/b"]
    assert before["other/c"] == after["other/c"]


def test_a_key_depends_on_the_version_of_spinlens(monkeypatch):
    before = task_keys(graph())
    monkeypatch.setattr(module, "package_version", lambda: "another")
    assert not set(before.values()) & set(task_keys(graph()).values())


def test_keys_do_not_depend_on_the_order_of_inputs_nor_on_cost():
    one, two = Task("a", "m:f", {"x": 1, "y": (1, 2)}), Task("a", "m:f", {"y": [1, 2], "x": 1}, cost=9)
    assert task_keys([one]) == task_keys([two])


def test_a_known_key(monkeypatch):
    """As `sha256sum` has it of the text below; studies on disk are found by it."""
    monkeypatch.setattr(module, "package_version", lambda: "0.1.0")
    text = '{"format": 2, "function": "m:f", "inputs": {"x": 1}, "name": "a", "needs": {}, "spinlens": "0.1.0"}'
    assert (
        hashlib.sha256(text.encode()).hexdigest() == "e8c542e27b3ab1e5ca389275178f3c6efd2160e0a2674b3598e86feb54730541"
    )
    assert (
        task_keys([Task("a", "m:f", {"x": 1})])["a"]
        == "e8c542e27b3ab1e5ca389275178f3c6efd2160e0a2674b3598e86feb54730541"
    )


@given(st.permutations(range(6)))
@settings(max_examples=30)
def test_needs_come_first_in_any_order(order):
    chain = [Task(f"t/{k}", "m:f", {}, tuple(f"t/{j}" for j in range(k))) for k in range(6)]
    assert [task.name for task in ordered([chain[k] for k in order])] == [task.name for task in chain]


def test_costs_add_up_along_the_longest_way():
    tasks = [Task("a", "m:f", cost=1), Task("b", "m:f", {}, ("a",), 2), Task("c", "m:f", {}, ("a",), 5)]
    assert chain_costs(tasks) == {"a": 6, "b": 2, "c": 5}


@pytest.mark.parametrize(
    ("tasks", "message"),
    [
        ([Task("a", "m:f"), Task("a", "m:g")], "two tasks are called 'a'"),
        ([Task("a", "m:f", {}, ("b",))], "needs 'b', which is not part"),
        ([Task("a", "m:f", {}, ("b",)), Task("b", "m:f", {}, ("a",))], "wait for one another"),
        ([Task("a", "m:f", {}, ("a",))], "wait for one another"),
    ],
)
def test_graphs_that_cannot_run(tasks, message):
    with pytest.raises(StudyError, match=message):
        task_keys(tasks)


@pytest.mark.parametrize("name", ["", "/", "a/", "/a", "../a", "a/../b", ".hidden", "a b", "a\\b", "a\0", "a//b"])
def test_names_that_could_leave_the_folder(name):
    with pytest.raises(InputError, match="task name"):
        Task(name, "m:f")


@pytest.mark.parametrize("inputs", [{"a": {1}}, {"a": object()}, {"a": b"x"}, {("a",): 1}])
def test_inputs_must_be_plain_data(inputs):
    with pytest.raises(InputError, match="plain JSON data"):
        Task("a", "m:f", inputs)


def test_a_long_chain_does_not_recurse():
    tasks = [Task(f"t/{k}", "m:f", {}, (f"t/{k - 1}",) if k else ()) for k in range(3000)]
    assert len(task_keys(tasks[::-1])) == 3000
