"""The site: `sphinx-build -W --keep-going -n docs docs/_build/html`, with the extra `docs` installed."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))  # for `site_code` and `tables`

from site_code import made

import spinlens

project = "spinlens"
author = copyright = "The spinlens developers"
version = release = spinlens.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx-mathjax-offline",  # pages need no network
    "site_code.generated",
    "site_code.made",
    "site_code.names",
    "site_code.symbols",
    "site_code.stacked_tables",
]
exclude_patterns = ["_build", "slurm", "tables", "site_code", "**.ipynb_checkpoints"]
nitpicky = True

myst_enable_extensions = ["dollarmath", "amsmath", "colon_fence", "deflist"]
myst_heading_anchors = 3
nb_execution_mode = "cache"
nb_execution_cache_path = str(Path(__file__).parent / "_build" / "notebooks" / made.version())  # of this spinlens
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_execution_show_tb = True

autosummary_generate = False  # `site_code` writes the pages of names
autodoc_typehints = "none"  # types stand in the docstrings, in words
autodoc_member_order = "bysource"
numpydoc_show_class_members = False  # the pages of classes say which

html_theme = "furo"
html_title = f"spinlens {release}"
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"light_css_variables": {"color-brand-primary": "#1f5f8b", "color-brand-content": "#1f5f8b"}}
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["calculator.js"]
