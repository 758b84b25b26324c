import copy
import math

import pytest

from spinlens.report.pages.comparison import critical, effects, gaps, render_comparison, settings, summary, verdicts

LATTICE = {
    "label": "square", "critical": {"temperature": {"value": 2.27, "error": 0.003}},
    "machines": [{"recipe": "learned", "gap": {"value": 0.001 * k, "error": 0.0001}} for k in (1, 2, 3)],
}  # fmt: skip
CLAIM = {
    "id": "A", "claim": "It is so.", "outcome": "supported",
    "effects": [{"name": "T_c − known", "subject": "square", "value": 0.001, "error": 0.003, "margin": 0.01}],
}  # fmt: skip


@pytest.fixture
def pair():
    a = {"spinlens": "0.1.0", "study": {"seed": 0, "flows": {"steps": 9}}, "models": {"nn": LATTICE}, "claims": [CLAIM]}
    b = copy.deepcopy(a)
    b["study"]["seed"] = 1
    b["models"]["nn"]["critical"]["temperature"] = {"value": 2.29, "error": 0.004}
    b["claims"][0]["outcome"] = "undecided"
    return a, b


def test_differences_are_in_combined_errors(pair):
    found = critical(*pair)[0]
    assert found.apart == pytest.approx(0.02 / math.hypot(0.003, 0.004))
    assert found.row() == ("square", "T_c / J", "2.270(3)", "2.290(4)", "0.020(5)", "+4.0")


def test_the_mean_gap_has_the_error_of_the_scatter_over_machines(pair):
    (found,) = gaps(*pair)
    assert found.what == ("square", "learned")
    assert found.first == pytest.approx({"value": 0.002, "error": 0.001 / 3**0.5})
    assert found.apart == 0


def test_what_one_study_lacks_is_a_dash(pair):
    a, b = pair
    b["models"] = {}
    assert critical(a, b)[0].row()[-4:] == ("2.270(3)", "–", "–", "–")
    assert effects(a, {})[0].row() == ("A", "T_c − known", "square", "0.001(3)", "–", "–", "–")
    assert verdicts({}, b) == [("A", "It is so.", "–", "undecided")]


def test_the_summary_says_what_changed_and_what_is_apart(pair):
    assert summary(*pair) == [
        "A: supported, then undecided",
        "1 of 3 numbers that both have are more than 3 combined errors apart, most square, T_c / J (+4.0)",
    ]
    same, _ = pair
    assert summary(same, same) == [
        "all verdicts agree",
        "0 of 3 numbers that both have are more than 3 combined errors apart",
    ]


def test_settings_that_differ_are_listed(pair):
    assert settings(*pair).rows == (("seed", "0", "1"),)


def test_names_are_text_and_nothing_else(pair):
    a, b = pair
    a["models"]["nn"]["label"] = b["models"]["nn"]["label"] = "<script>alert(1)</script>"
    a["claims"][0]["effects"][0]["name"] = "<img src=x onerror=alert(1)>"
    text = render_comparison(a, b, ("<b>one</b>", "two"))
    assert "<script>alert" not in text
    assert "<img" not in text
    assert "<b>one" not in text


@pytest.mark.parametrize(
    "damaged", [{}, {"study": None, "models": None, "claims": [None, 3]}, {"models": {"nn": {"machines": [{}]}}}]
)
def test_damaged_documents_are_compared_as_far_as_they_go(pair, damaged):
    assert "side by side" in render_comparison(pair[0], damaged, ("a", "b"))
    assert summary(damaged, damaged)[0] == "all verdicts agree"
