"""What a model is worth: accuracy, distance to the exact law, likelihood, what its latent says."""
