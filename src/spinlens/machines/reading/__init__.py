"""What the weights of a machine say: couplings, modes, receptive fields."""
