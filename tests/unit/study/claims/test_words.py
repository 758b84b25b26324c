"""Sentences about effects."""

from spinlens.study.claims.effects import Effect, decide
from spinlens.study.claims.words import needed, number, summary, waiting


def of(*effects):
    return decide(effects)


def test_numbers_show_errors_margins_and_bounds():
    assert number(Effect("T", 0.05, 0.003, 0.02, bound="lower")) == "T ≥ 0.050(3) (margin 0.02)"
    assert number(Effect("T", None, None, 0.02)) == "T not measured"


def test_a_summary_names_the_worst():
    side, effects = of(Effect("a", 0.1, 0.01, 0.02), Effect("b", 0.5, 0.01, 0.02), Effect("c", 0.3, 0.01, 0.02))
    assert summary(side, effects).startswith("outside in b = 0.500(10) (margin 0.02), c = ")
    assert summary(side, effects).endswith("and 1 more")
    side, effects = of(Effect("a", 0.001, 0.001, 0.02), Effect("b", 0.01, 0.001, 0.02))
    assert summary(side, effects) == "inside in all, at most b = 0.0100(10) (margin 0.02)"
    side, effects = of(*(Effect(name, 0.02, 0.01, 0.02) for name in "abcde"))
    assert waiting(effects).endswith("and 2 more")


def test_what_would_decide():
    assert needed(of(Effect("a", 0.001, 0.001, 0.02))[1]) == ""
    assert needed(of(Effect("a", None, None, 0.02))[1]) == "a measurement of a"
    assert needed(of(Effect("a", 0.02, 0.001, 0.02))[1]) == "nothing soon: a lies at its margin"
    inside = of(Effect("a", 0.0, 0.01, 0.02), Effect("b", 0.0, 0.02, 0.02))[1]
    assert needed(inside) == "about 9.0 times the states (for b)"
    one_outside = of(Effect("a", 0.0, 0.01, 0.02), Effect("b", 0.05, 0.02, 0.02))[1]
    assert needed(one_outside, 8).startswith("about 24 more seeds or 4.0 times the states")
