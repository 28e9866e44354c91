"""`python -m vmdsolve` is the command `vmdsolve`."""

from .cli import main

main()
