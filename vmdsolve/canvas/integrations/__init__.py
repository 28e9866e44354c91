"""Clients of canvases: transformers by a logits processor, diffusers by schedulers, masked models by their denoiser.

None of them is patched, and none is imported here: each gets an object of the kind that it calls.
"""
