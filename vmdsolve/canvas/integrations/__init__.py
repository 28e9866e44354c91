"""Clients that sample canvases: a logits processor of transformers, schedulers of diffusers, denoisers of masked models.

None of them is patched, and none is imported here: each gets an object of the kind that it calls.
"""
