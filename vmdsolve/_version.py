"""The version that the installed package goes by, where every part can read it without importing the package's face.

It comes from git's tags when the package is built. Looking it up loads the standard library's reader of packages, so
what has to begin at once imports this file late.
"""

from importlib.metadata import version

__version__ = version("vmdsolve")
