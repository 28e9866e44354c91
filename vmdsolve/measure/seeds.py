"""Which seeds are for training and which for measuring. Nothing is imported, so that the command line can tell."""

__all__ = ["EVALUATION_SEED"]

EVALUATION_SEED = 2**62  # seeds from here on make evaluation problems; training refuses them
