"""Monte Carlo of lattices: `sample`, and what carries it out."""
