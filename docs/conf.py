"""The site's configuration: `sphinx-build -W --keep-going docs build/site`, from the root of the repository."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from vmdsolve import __version__ as VERSION

project, author = "vmdsolve", "The vmdsolve developers"
project_copyright = author
version = release = VERSION

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "docs.building"]
exclude_patterns = ["building"]
nitpicky = False  # types of others (NumPy's, torch's) have no page here

# Markdown as GitHub shows it: headings are anchors, $...$ is mathematics.
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 4
html_math_renderer = "mathml"  # at build: no script, and nothing from elsewhere

default_role = "code"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True

html_theme = "furo"
html_title = f"vmdsolve {VERSION}"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"navigation_with_keys": True}
html_static_path = ["building/static"]
html_css_files = ["site.css"]
