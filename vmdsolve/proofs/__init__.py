"""Proofs that clauses have no model: a solver that writes them down, and a checker that shares nothing with it.

Proofs are in the format LRAT: each line adds a clause that follows from earlier ones by unit propagation, and names
those, in the order in which they are used, until one is violated.
"""
