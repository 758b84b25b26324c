"""Markov moves: what an algorithm owes, and one file for each."""
