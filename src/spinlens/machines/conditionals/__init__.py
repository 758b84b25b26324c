"""Networks of conditional probabilities: one hidden layer shared by all units, exact likelihood, no chain."""
