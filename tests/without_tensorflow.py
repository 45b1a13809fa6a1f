"""Hides TensorFlow from the programs that a test starts, as `[lab]` alone lacks it."""

from __future__ import annotations

from pathlib import Path

_CODE = """
import sys
from importlib.machinery import PathFinder

class WithoutTensorFlow(PathFinder):
    hidden = {"tensorflow", "tensorflow_serving", "keras", "tf_keras", "h5py"}

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] in cls.hidden:
            return None
        return super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = WithoutTensorFlow
"""


def write_sitecustomize(folder: Path) -> Path:
    """Return a new folder for ``PYTHONPATH``; Python runs the file in it at its start.

    Parameters
    ----------
    folder : Path
        Where to make it.
    """
    made = folder / "without-tensorflow"
    made.mkdir()
    (made / "sitecustomize.py").write_text(_CODE)
    return made
