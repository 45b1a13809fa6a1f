"""Watches the disk and brings versions in and out, so that some version always answers.

A new version is loaded while the old one serves, answers from the moment it is ready,
and only then does the old one go. One model's trouble is its own: loading and
unloading happen beside the watching thread, and a base path that disappears, or a
version that does not load, leaves everything else as it was.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from digits_widget.model_server.lifecycle.disk import versions_on_disk
from digits_widget.model_server.lifecycle.library import Library
from digits_widget.model_server.lifecycle.model import Model
from digits_widget.model_server.lifecycle.model_config import ModelConfig
from digits_widget.model_server.lifecycle.version import Version
from digits_widget.model_server.log import say
from digits_widget.model_server.refusal import Refusal
from digits_widget.model_server.servables.servable import Servable

Load = Callable[[str, int, Path], Servable]

_TICK = 0.1


class Lifecycle:
    """Keeps the library equal to what the configuration wants of the disk.

    Parameters
    ----------
    library : Library
        Where loaded versions go.
    load : callable
        (name, version, folder) → Servable; raises Refusal.
    poll_seconds : float
        Time between looks at the disk; 0 looks once, negative never.
    retries : int
        How often a failed load is tried again.
    retry_seconds : float
        Time between these.
    threads : int
        Versions loaded at the same time.
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
        # Of their own: unloading waits for the last request, loading must not.
        self._removers = ThreadPoolExecutor(threads, thread_name_prefix="unload")
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._watch, name="lifecycle", daemon=True
        )

    # -- What it is told ------------------------------------------------------------

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """Stop watching. What is loaded stays loaded."""
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
            The names that were not served before.
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

    # -- What it tells --------------------------------------------------------------

    def versions(self, name: str) -> list[Version]:
        """List every version ever seen of a model, highest first."""
        with self._changed:
            model = self._models.get(name)
            seen = list(model.versions.values()) if model else []
        return sorted(seen, key=lambda each: each.number, reverse=True)

    def configs(self) -> dict[str, ModelConfig]:
        """List what is configured now, by name."""
        with self._changed:
            return {
                name: model.config
                for name, model in self._models.items()
                if not model.dropped
            }

    def wait_until_available(
        self, names: Iterable[str], timeout: float | None, *, every: bool = False
    ) -> dict[str, str]:
        """Wait until models have settled.

        Parameters
        ----------
        names : iterable of str
            The models to wait for.
        timeout : float or None
            Seconds; ``None`` waits for ever.
        every : bool
            Whether every wanted version must have been tried, or one be available.

        Returns
        -------
        dict of str to str
            What is wrong, by model; nothing if all is well.
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
        return model.trouble or f"no version to load in {model.config.base_path}"

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
        except OSError as exc:
            self._report(model, f"cannot read {model.config.folder}: {exc.strerror}")
            return
        wanted = model.config.policy.choose(there)
        self._report(
            model, "" if wanted else f"no version to load in {model.config.base_path}"
        )
        with self._changed:
            if not model.dropped:
                model.want(wanted)
            self._changed.notify_all()

    def _report(self, model: Model, trouble: str) -> None:
        if trouble and trouble != model.trouble:
            say(f"model {model.config.name}: {trouble}")
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
        except Refusal as exc:
            self._fail(model, version, exc)
            return
        except Exception as exc:  # noqa: BLE001
            # A version must end in a state that says why, whatever went wrong.
            self._fail(model, version, Refusal("INTERNAL", repr(exc)))
            return
        self._library.add(servable)
        with self._changed:
            version.servable, version.state = servable, "AVAILABLE"
            self._changed.notify_all()
        took = time.monotonic() - started
        say(f"model {name} version {version.number} is available ({took:.2f} s)")

    def _fail(self, model: Model, version: Version, error: Refusal) -> None:
        with self._changed:
            version.error = error
            if version.attempts <= self._retries and version.number in model.wanted:
                version.retry_at = time.monotonic() + self._retry_seconds
            else:
                version.state = "END"
            self._changed.notify_all()
        which = f"model {model.config.name} version {version.number}"
        say(f"{which} did not load: {error.message}")

    def _unload(self, model: Model, version: Version) -> None:
        servable = version.servable
        if servable is None:
            return
        self._library.remove(servable)
        servable.close()
        with self._changed:
            version.servable, version.state = None, "END"
            self._changed.notify_all()
        say(f"model {model.config.name} version {version.number} is unloaded")
