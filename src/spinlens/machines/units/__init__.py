"""Layers of ±1 units as arrays: parameters, Gibbs steps and their kernels, passages up and down, symmetries."""
