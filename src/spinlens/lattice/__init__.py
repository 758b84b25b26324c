"""What is simulated: lattices and couplings."""
