"""What vmdsolve.solve and its siblings are: options, weights, stages, and the calls."""
