"""The place: where notebook and browser are, and what that means for drawing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from digits_widget.checkup.finding import Finding, doubtful, well

TOPIC = "Place"

RELOAD = (
    "If the pad stays blank after an installation, reload the page without its cache "
    "(Ctrl+Shift+R, on a Mac ⌘+Shift+R), then run the cell again"
)

PLACES = {
    "COLAB_RELEASE_TAG": (
        "Google Colab",
        (
            "First: from google.colab import output; "
            "output.enable_custom_widget_manager(). It fetches the front end over the "
            "network."
        ),
    ),
    "BINDER_SERVICE_HOST": (
        "Binder",
        (
            "Every stroke travels to Binder and back: ink lags. Save drawings: the "
            "machine goes away when it is idle."
        ),
    ),
    "VSCODE_PID": (
        "VS Code",
        (
            "When it asks where to fetch widgets from, allow it: ipycanvas comes over "
            "the network there. `digits-widget lab` needs none."
        ),
    ),
    "CODESPACES": (
        "a codespace",
        "Forward port 8888 and open JupyterLab in a browser tab of its own.",
    ),
    "JUPYTERHUB_USER": (
        "JupyterHub",
        "Install ipywidgets and ipycanvas where JupyterLab itself runs, too.",
    ),
    "SSH_CONNECTION": (
        "a machine reached by SSH",
        "Bring JupyterLab to your browser with: ssh -L 8888:127.0.0.1:8888 machine",
    ),
}
"""Environment variable that gives a place away, its name, and what to know there."""


def examine_place(environment: Mapping[str, str] = os.environ) -> Iterator[Finding]:
    """Tell what is known about drawing where this runs."""
    for variable, (place, hint) in PLACES.items():
        if environment.get(variable):
            yield doubtful(TOPIC, f"This is {place}", hint)
    yield well(TOPIC, RELOAD)
