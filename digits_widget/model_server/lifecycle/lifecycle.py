"""Watches the disk, and loads and unloads versions so that one version always answers.

The server loads a new version while the old one still serves. The new version answers
as soon as it is ready, and only then does the server unload the old one. One model's
failure does not affect the others: separate threads load and unload versions, and a
missing base path or a broken version changes nothing else.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from digits_widget.model_server.lifecycle.disk import no_versions, versions_on_disk
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.lifecycle.model import Model
from digits_widget.model_server.lifecycle.model_config import ModelConfig
from digits_widget.model_server.lifecycle.version import Version
from digits_widget.model_server.log import log
from digits_widget.model_server.servables.servable import Servable
from digits_widget.model_server.status_error import StatusError

Load = Callable[[str, int, Path], Servable]

_TICK = 0.1


class Lifecycle:
    """Keeps the library equal to the versions on disk that the configuration wants.

    Parameters
    ----------
    library : Library
        Receives the loaded versions.
    load : callable
        Takes name, version and folder; returns a `Servable` or raises `StatusError`.
    poll_seconds : float
        Seconds between two scans of the disk; 0 scans once, a negative number never.
    retries : int
        Number of times to retry a failed load.
    retry_seconds : float
        Seconds between two tries.
    threads : int
        Versions to load at the same time.
    """

    def __init__(
        self,
        library: Library,
        load: Load,
        *,
        poll_seconds: float = 1.0,
        retries: int = 5,
        retry_seconds: float = 60.0,
        threads: int = 2,
    ) -> None:
        self._library = library
        self._load = load
        self._poll_seconds = poll_seconds
        self._retries = retries
        self._retry_seconds = retry_seconds
        self._models: dict[str, Model] = {}
        self._changed = threading.Condition()
        self._workers = ThreadPoolExecutor(threads, thread_name_prefix="load")
        # Separate threads: unloading waits for requests and must not delay loading.
        self._removers = ThreadPoolExecutor(threads, thread_name_prefix="unload")
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._watch, name="lifecycle", daemon=True
        )

    # -- Commands -------------------------------------------------------------------

    def start(self) -> None:
        """Start watching the disk."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching the disk. Loaded versions stay loaded."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()
        for pool in (self._workers, self._removers):
            pool.shutdown(wait=False, cancel_futures=True)

    def configure(self, configs: Collection[ModelConfig]) -> set[str]:
        """Replace the list of models.

        Returns
        -------
        set of str
            The names of new models.
        """
        with self._changed:
            known = {name for name, each in self._models.items() if not each.dropped}
            names = {config.name for config in configs}
            for config in configs:
                model = self._models.setdefault(config.name, Model(config))
                model.config, model.dropped = config, False
            for name in known - names:
                self._models[name].dropped = True
                self._models[name].want({})
            self._changed.notify_all()
        for config in configs:
            self._scan(self._models[config.name])
        return names - known

    # -- Queries --------------------------------------------------------------------

    def versions(self, name: str) -> list[Version]:
        """List every version of a model since the start, highest first."""
        with self._changed:
            model = self._models.get(name)
            seen = list(model.versions.values()) if model else []
        return sorted(seen, key=lambda each: each.number, reverse=True)

    def configs(self) -> dict[str, ModelConfig]:
        """Return the current configurations by name."""
        with self._changed:
            return {
                name: model.config
                for name, model in self._models.items()
                if not model.dropped
            }

    def wait_until_available(
        self, names: Iterable[str], timeout: float | None, *, every: bool = False
    ) -> dict[str, str]:
        """Wait until the loading of models has ended.

        Parameters
        ----------
        names : iterable of str
            The models to wait for.
        timeout : float or None
            Seconds to wait; None for no limit.
        every : bool
            True waits until every wanted version was tried, False until one version of
            each model is available.

        Returns
        -------
        dict of str to str
            Problems by model; empty if there is none.
        """
        waiting = list(names)
        with self._changed:
            self._changed.wait_for(
                lambda: (
                    self._stopping.is_set()
                    or all(self._is_settled(name, every=every) for name in waiting)
                ),
                timeout,
            )
            troubles = {name: self._trouble(name, every=every) for name in waiting}
        return {name: trouble for name, trouble in troubles.items() if trouble}

    def _is_settled(self, name: str, *, every: bool) -> bool:
        model = self._models[name]
        wanted = [model.versions.get(number) for number in model.wanted]
        if not wanted or any(each is None for each in wanted):
            return False
        states = [each for each in wanted if each is not None]
        if every:
            return all(each.tried for each in states)
        if any(each.state == "AVAILABLE" for each in states):
            return True
        return all(each.settled for each in states)

    def _trouble(self, name: str, *, every: bool) -> str:
        model = self._models[name]
        ready = model.in_state("AVAILABLE")
        broken = [
            f"version {each.number}: {each.error.code}: {each.error.message}"
            for each in model.versions.values()
            if each.error is not None
        ]
        if ready:
            loading = every and not self._is_settled(name, every=True)
            return "some versions are still loading" if loading else ""
        if broken:
            return "; ".join(broken)
        return model.trouble or no_versions(model.config)

    # -- The watching thread --------------------------------------------------------

    def _watch(self) -> None:
        next_look = time.monotonic() + max(self._poll_seconds, 0)
        while not self._stopping.is_set():
            if self._poll_seconds > 0 and time.monotonic() >= next_look:
                with self._changed:
                    models = list(self._models.values())
                for model in models:
                    self._scan(model)
                next_look = time.monotonic() + self._poll_seconds
            self._act()
            self._stopping.wait(_TICK)

    def _scan(self, model: Model) -> None:
        if self._poll_seconds < 0:
            return
        try:
            there = versions_on_disk(model.config.folder)
        except NotADirectoryError:
            self._report(model, no_versions(model.config))
            return
        except OSError as exc:
            self._report(model, f"cannot read {model.config.base_path}: {exc.strerror}")
            return
        wanted = model.config.policy.choose(there)
        self._report(model, "" if wanted else no_versions(model.config))
        with self._changed:
            if not model.dropped:
                model.want(wanted)
            self._changed.notify_all()

    def _report(self, model: Model, trouble: str) -> None:
        if trouble and trouble != model.trouble:
            log(f"model {model.config.name}: {trouble}")
        model.trouble = trouble

    def _act(self) -> None:
        now = time.monotonic()
        with self._changed:
            models = list(self._models.values())
            for model in models:
                leaving = model.unloadable()
                if leaving is not None:
                    leaving.state = "UNLOADING"
                    self._removers.submit(self._unload, model, leaving)
                for version in model.loadable(now):
                    version.state, version.error, version.retry_at = (
                        "LOADING",
                        None,
                        None,
                    )
                    model.versions[version.number] = version
                    self._workers.submit(self._bring_in, model, version)

    # -- The workers ----------------------------------------------------------------

    def _bring_in(self, model: Model, version: Version) -> None:
        name = model.config.name
        started = time.monotonic()
        version.attempts += 1
        try:
            servable = self._load(name, version.number, version.path)
        except StatusError as exc:
            self._fail(model, version, exc)
            return
        except Exception as exc:  # noqa: BLE001
            # Whatever happens, the version must end in a state that gives the reason.
            self._fail(model, version, StatusError("INTERNAL", repr(exc)))
            return
        self._library.add(servable)
        with self._changed:
            version.servable, version.state = servable, "AVAILABLE"
            self._changed.notify_all()
        took = time.monotonic() - started
        log(f"model {name} version {version.number} is available ({took:.2f} s)")

    def _fail(self, model: Model, version: Version, error: StatusError) -> None:
        with self._changed:
            version.error = error
            may_help = version.attempts <= self._retries and error.may_pass
            if may_help and version.number in model.wanted:
                version.retry_at = time.monotonic() + self._retry_seconds
            else:
                version.state = "END"
            self._changed.notify_all()
        which = f"model {model.config.name} version {version.number}"
        log(f"{which} did not load: {error.message}")

    def _unload(self, model: Model, version: Version) -> None:
        servable = version.servable
        if servable is None:
            return
        self._library.remove(servable)
        servable.close()
        with self._changed:
            version.servable, version.state = None, "END"
            self._changed.notify_all()
        log(f"model {model.config.name} version {version.number} is unloaded")
