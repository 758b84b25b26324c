"""Training: the recipe, the state that continues, the epochs, and the engines and optimizers that carry them out."""
