"""Compiled sweeps and measurements: arrays and a random state in, changed in place."""
