"""Names of version 0.1 that moved: they work for one more release, with a warning."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import warnings
from collections.abc import Sequence
from types import ModuleType

MODULES = {
    "checkup": "diagnostics",
    "checkup.finding": "diagnostics.diagnosis",
    "dithering.option": "option",
    "entry": "inputs",
    "evaluation.doubt": "evaluation.nondigit_confidence",
    "evaluation.survey": "evaluation.comparison_table",
    "figures.survey": "figures.comparison_table",
    "insight.dabs": "insight.counterfactuals",
    "insight.moments": "insight.prefixes",
    "insight.workbench": "insight.pipeline_editor",
    "labelled": "datasets",
    "labelled.hands": "datasets.synthetic_writers",
    "labelled.lines": "datasets.jsonl",
    "serving.annotate": "protocol.annotate",
    "serving.dtypes": "protocol.dtypes",
    "serving.messages": "protocol.messages",
    "serving.metadata": "protocol.metadata",
    "serving.saved_model": "protocol.saved_model",
    "serving.servable": "protocol.servable",
    "serving.signature": "protocol.signature",
    "serving.tensors": "protocol.tensors",
    "serving.wire": "protocol.wire",
    "steps.parameter": "steps.parameters",
    "strip": "trace_picture",
    "training.passes": "training.epochs",
    "training.pen": "training.stroke_augmentation",
    "training.refused": "training.keras_errors",
    "training.reversion": "training.saved_model_copy",
    "training.wear": "training.noise_augmentation",
}
"""Old module → new one, without `digits_widget`. What is in a package follows it."""

NAMES = {
    "Dabs": "Counterfactuals",
    "Finding": "Diagnosis",
    "Hand": "SyntheticWriter",
    "Moment": "Prefix",
    "PASSES": "EPOCHS",
    "State": "Health",
    "Workbench": "PipelineEditor",
    "doubt_rows": "non_digit_rows",
    "draw_survey": "draw_comparison_table",
    "find_dabs": "find_counterfactuals",
    "make_pass": "make_epoch",
    "moments": "prefixes",
    "save_survey": "save_comparison_table",
    "strip_html": "trace_html",
    "strip_png": "trace_png",
    "survey": "comparison_table",
    "wear": "add_noise",
}
"""Old name → new one, for what is imported from an old module."""

_PACKAGE = "digits_widget."


def new_module(old: str) -> str | None:
    """Return the new name of a module, or `None` for one that has not moved.

    Parameters
    ----------
    old : str
        Such as ``digits_widget.labelled.npz``.
    """
    name = old.removeprefix(_PACKAGE)
    if name == old:
        return None
    if name in MODULES:
        return _PACKAGE + MODULES[name]
    package, _, part = name.partition(".")
    if part and package in MODULES:
        return f"{_PACKAGE}{MODULES[package]}.{part}"
    return None


class MovedModules(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports an old module as a stand-in that looks everything up in the new one."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the import system passes it
        target: ModuleType | None = None,  # noqa: ARG002
    ) -> importlib.machinery.ModuleSpec | None:
        """Return a spec for a module that has moved.

        Parameters
        ----------
        fullname : str
            Name of the module to import.
        path : sequence of str or None
            Ignored; the import system passes it.
        target : ModuleType, optional
            Ignored; the import system passes it on a reload.
        """
        if new_module(fullname) is None:
            return None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=True)

    def exec_module(self, module: ModuleType) -> None:
        """Warn, and let the stand-in look its names up in the new module.

        Parameters
        ----------
        module : ModuleType
            The stand-in.
        """
        new = new_module(module.__name__)
        warnings.warn(
            f"{module.__name__} is now {new}. The old name goes with version 0.3.",
            DeprecationWarning,
            # Warnings skip the import system's own frames.
            stacklevel=2,
        )

        def look_up(name: str) -> object:
            if name.startswith("__"):
                raise AttributeError(name)
            return getattr(importlib.import_module(str(new)), NAMES.get(name, name))

        vars(module)["__getattr__"] = look_up


def keep_old_names() -> None:
    """Let the old modules be imported; asked after every other finder."""
    sys.meta_path.append(MovedModules())
