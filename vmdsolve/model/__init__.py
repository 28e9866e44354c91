"""The VMD model: denoiser p(x0 | x_t, z), posterior q(z | x0, x_t), prior p(z | x_t), ELBO, checkpoints."""
