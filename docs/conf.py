"""Settings of the site; `tools/site/build.py` lays out what it reads."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from docutils import nodes
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

ROOT = os.environ.get("PYTHONPATH", "").partition(os.pathsep)[0]
sys.path.insert(0, ROOT or str(Path(__file__).parents[1]))

from digits_widget import __version__  # noqa: E402 - found only now

project = "digits_widget"
author = "The digits_widget developers"
copyright = author  # noqa: A001 - Sphinx calls it so
release = __version__

extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinxarg.ext",
    "sphinx_copybutton",
]

# -- Prose and notebooks --------------------------------------------------------------

myst_enable_extensions = ["colon_fence", "deflist", "attrs_inline"]
myst_heading_anchors = 3
# The commands' own domain warns of each link that leads elsewhere.
myst_ref_domains = ["std", "py"]
# tools/site/notebooks.py has run them.
nb_execution_mode = "off"
# A page has no kernel, and fetches nothing: show the picture that the widget leaves.
nb_ipywidgets_js: dict[str, dict[str, str]] = {}
nb_mime_priority_overrides = [
    ("html", "application/vnd.jupyter.widget-view+json", None),
]
# Two hyphens begin an option; they are no dash.
smartquotes_action = "qe"
copybutton_exclude = ".linenos, .gp, .go"

# -- Docstrings -----------------------------------------------------------------------

napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"
# matplotlib gives each figure a method of this name, in roles that only its site has.
autodoc_default_options = {"exclude-members": "set"}
# In docstrings a name in single backticks is one of ours, or just a name.
default_role = "py:obj"
# Of foreign names nothing is known without a network; ours must all be found.
nitpick_ignore_regex = [(r"py:.*", r"(?!digits_widget\.).*")]

# -- Pages ----------------------------------------------------------------------------

html_theme = "furo"
html_title = "digits_widget"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_js_files = ["site.js"]
html_show_sphinx = False
html_copy_source = False
html_show_sourcelink = False
exclude_patterns = [
    "reference/models/card.md",
    "CHANGELOG.md",
    "conf.py",
]
# Their contrast is at least 7 to 1.
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"


def link_by_last_name(
    app: Sphinx, _env: BuildEnvironment, node: pending_xref, content: nodes.Element
) -> nodes.Element | None:
    """Link `Trace` to ``digits_widget.trace.Trace``, where only one is called so."""
    if node.get("refdomain") != "py":
        return None
    domain = app.env.domains.python_domain
    name = re.sub(r"^[.~]+", "", node["reftarget"])
    if name.startswith("digits_widget."):  # from a room, and at home in a file of it
        name = name.rpartition(".")[2]
    ending = f".{name}"
    found = [name for name in domain.objects if name.endswith(ending)]
    if len(found) != 1:
        return None
    node["reftarget"] = found[0]
    return domain.resolve_xref(
        app.env, node["refdoc"], app.builder, "obj", found[0], node, content
    )


def colour_written_files(_app: Sphinx, page: nodes.document) -> None:
    """Colour a cell that writes a file in the language of the file."""
    for block in page.findall(nodes.literal_block):
        found = re.match(r'%%writefile .*\.(\w+)"?\n', block.astext())
        if found:
            block["language"] = {"py": "ipython3"}.get(found[1], found[1])


def setup(app: Sphinx) -> None:
    """Tell Sphinx about both."""
    app.connect("missing-reference", link_by_last_name)
    app.connect("doctree-read", colour_written_files)
