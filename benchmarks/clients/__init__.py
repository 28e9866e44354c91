"""Clients of canvases, small: denoisers of random weights, and the loops that sample them."""
