"""Checks where notebook and browser run, and what that means for drawing."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

from digits_widget.diagnostics.diagnosis import Diagnosis, doubtful, well

TOPIC = "Place"

RELOAD = (
    "If the pad stays blank after an installation, reload the page without its cache "
    "(Ctrl+Shift+R, on a Mac ⌘+Shift+R), then run the cell again"
)

PLACES = {
    "COLAB_RELEASE_TAG": (
        "Google Colab",
        (
            "First run: from google.colab import output; "
            "output.enable_custom_widget_manager(). It downloads the front end."
        ),
    ),
    "BINDER_SERVICE_HOST": (
        "Binder",
        (
            "Steps and bars travel from Binder to you, so they lag behind the pen. "
            "Save your drawings: Binder deletes an idle machine."
        ),
    ),
    "VSCODE_PID": (
        "VS Code",
        (
            "Allow it to download widgets when it asks. `digits-widget lab` "
            "needs no network."
        ),
    ),
    "CODESPACES": (
        "a codespace",
        "Forward port 8888 and open JupyterLab in a browser tab of its own.",
    ),
    "JUPYTERHUB_USER": (
        "JupyterHub",
        "Install ipywidgets, ipycanvas and anywidget where JupyterLab runs, too.",
    ),
    "SSH_CONNECTION": (
        "a machine reached by SSH",
        "Bring JupyterLab to your browser with: ssh -L 8888:127.0.0.1:8888 machine",
    ),
}
"""Environment variables, each with the place that it reveals and a hint about it."""


def examine_place(environment: Mapping[str, str] = os.environ) -> Iterator[Diagnosis]:
    """Report known limits of the place where this runs."""
    for variable, (place, hint) in PLACES.items():
        if environment.get(variable):
            yield doubtful(TOPIC, f"This is {place}", hint)
    yield well(TOPIC, RELOAD)
