"""Automata over bytes, from regular expressions and their like."""
