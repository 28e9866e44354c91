"""Problems in the forms of other solvers: clauses for SAT solvers, models of CPMpy."""
