"""Canvases: what a model of text may write, as an automaton over its tokens; exact posteriors of all cells at once."""
