"""Loads a version: reads its signatures, and starts an engine for it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from digits_widget.model_server.engines.choice import TFLITE, choose
from digits_widget.model_server.engines.engine import Engine
from digits_widget.model_server.engines.tensorflow.importing import (
    import_tensorflow,
)
from digits_widget.model_server.log import log
from digits_widget.model_server.servables.same_signatures import check_same_signatures
from digits_widget.model_server.servables.saved_model import read_meta_graph
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.servables.signature import (
    Signature,
    read_signatures,
    signature_proto,
)
from digits_widget.protocol.messages import Proto
from digits_widget.protocol.saved_model import is_saved_model


@dataclass(frozen=True)
class Loader:
    """Loads versions, all with the same settings."""

    tags: Collection[str] = ("serve",)
    """The tags of the meta graph to serve."""

    prefer_tflite: bool = False
    """Whether to use ``model.tflite`` wherever it exists."""

    interpreters: int = 0
    """Requests that LiteRT runs at the same time; 0 means one for each processor."""

    intra_threads: int = 0
    """Threads inside one op of TensorFlow; 0 lets it choose."""

    inter_threads: int = 0
    """Ops of TensorFlow at the same time; 0 lets it choose."""

    watch: Callable[[float], None] | None = None
    """Receives the seconds that each run took, in the thread that made it."""

    def load(self, name: str, version: int, folder: Path) -> Servable:
        """Load one version.

        Parameters
        ----------
        name : str
            The model's name.
        version : int
            The version number.
        folder : Path
            The folder with its files.

        Raises
        ------
        StatusError
            The version does not load.
        """
        choice = choose(folder, prefer_tflite=self.prefer_tflite)
        log(f"model {name} version {version}: {choice.engine}, because {choice.why}")
        load = self._litert if choice.engine == "LiteRT" else self._tensorflow
        engine, protos, signatures = load(folder)
        return Servable(
            name,
            version,
            engine=engine,
            signature_protos=protos,
            signatures=signatures,
            watch=self.watch,
        )

    def _litert(
        self, folder: Path
    ) -> tuple[Engine, Mapping[str, Proto], Mapping[str, Signature]]:
        # Imported late: a server that uses only TensorFlow may lack LiteRT.
        from digits_widget.model_server.engines.litert import (  # noqa: PLC0415
            LitertEngine,
        )

        engine = LitertEngine(folder / TFLITE, self.interpreters)
        if not is_saved_model(folder):
            found = engine.signatures
            return engine, {key: signature_proto(found[key]) for key in found}, found
        protos = read_meta_graph(folder, self.tags).signature_def
        declared = read_signatures(protos)
        check_same_signatures(folder, engine.signatures, declared)
        return engine, protos, declared

    def _tensorflow(
        self, folder: Path
    ) -> tuple[Engine, Mapping[str, Proto], Mapping[str, Signature]]:
        protos = read_meta_graph(folder, self.tags).signature_def
        signatures = read_signatures(protos)
        import_tensorflow()
        # Imported late: these modules need TensorFlow.
        from digits_widget.model_server.engines.tensorflow.loading import (  # noqa: PLC0415
            load_session,
        )

        engine = load_session(
            folder,
            self.tags,
            signatures.values(),
            intra_threads=self.intra_threads,
            inter_threads=self.inter_threads,
        )
        return engine, protos, signatures
