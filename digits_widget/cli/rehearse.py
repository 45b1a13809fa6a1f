"""Find out how many learners this computer carries, before they come.

Without ADDRESS it starts a class in a temporary folder, lets learners play it with
recorded hands, and stops it. Then it doubles their number until an answer takes too
long. The exit code is 1 if the number that you asked for is too many.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from digits_widget.cli.options.progress import progress_bar

if TYPE_CHECKING:
    import psutil

    from digits_widget.classroom.rehearsal import Played
    from digits_widget.serving import Client

HELP = "measure how many learners this computer carries"

LONGEST = 0.25
"""Seconds from the end of a stroke to its answer that 95 of 100 answers may take."""

_PATIENCE = 10.0
"""Seconds that a model server may take for an answer."""

NETWORK = 20e6 / 8
"""Bytes per second that a school's Wi-Fi carries in all, as a cautious guess."""

_FEW_DIGITS = 3
"""Digits of each learner while the limit is searched for."""

_LOOK = 0.2
"""Seconds between two looks at the memory."""

MOST = 250
"""Most learners: a class takes no more pages from one address."""


@dataclass
class Resources:
    """What the processes of a class took."""

    megabytes: dict[str, float] = field(default_factory=dict)
    """Most memory of each process, by its name."""

    cores: float = 0.0
    """Processor time per second of all of them."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "address",
        nargs="?",
        help="a class that runs already, as http://192.168.1.20:8080 (default: one of "
        "its own); it keeps what the rehearsal hands in",
    )
    parser.add_argument("--code", default="", help="join code of that class")
    parser.add_argument(
        "--server",
        metavar="HOST:PORT",
        help="a model server in place of a class: learners with the widget ask it",
    )
    parser.add_argument(
        "--hub",
        metavar="URL",
        help="a JupyterHub in place of a class: each learner gets a server there",
    )
    parser.add_argument(
        "--token",
        default="",
        help="token of that hub (default: $JUPYTERHUB_API_TOKEN)",
    )
    parser.add_argument(
        "--learners", type=int, default=30, help="how many learners (default: 30)"
    )
    parser.add_argument(
        "--digits",
        type=int,
        default=10,
        help="digits that each draws and hands in (default: 10)",
    )


def run(args: argparse.Namespace) -> int:
    """Rehearse, print what was measured, and say what it means."""
    # As a default of the option, a page about the options would show it.
    args.token = args.token or os.environ.get("JUPYTERHUB_API_TOKEN", "")
    _check(args)
    if args.address or args.server or args.hub:
        first = _elsewhere(args)
        print(_measured(first), _verdict(first), sep="\n\n")
        return int(not _carries(first))
    with class_of_its_own() as (announced, process):
        play = partial(_in_class, announced.address, announced.code)
        with _watched(process.pid) as used:
            first = play(args.learners, args.digits)
        print(_measured(first), _used(used), "", sep="\n")
        rows = [first, *_search(play, first)]
    print(_chart(rows), _limit(rows), sep="\n\n")
    return int(not _carries(first))


def _check(args: argparse.Namespace) -> None:
    from importlib.util import find_spec

    from digits_widget.errors import MissingExtraError, OptionError, shortened

    if not (find_spec("tornado") and find_spec("psutil")):
        msg = 'This needs two packages more: pip install "digits-widget[class]".'
        raise MissingExtraError(msg)
    if not 1 <= args.learners <= MOST:
        msg = f"Got --learners {args.learners}, expected 1 to {MOST}."
        raise OptionError(msg)
    if not 1 <= args.digits <= 100:
        msg = f"Got --digits {args.digits}, expected 1 to 100."
        raise OptionError(msg)
    if args.address and not re.fullmatch(r"https?://[^/]+/?", args.address):
        msg = (
            f"Got {shortened(args.address)}, expected the address of a class, as "
            "http://192.168.1.20:8080."
        )
        raise OptionError(msg)
    if sum(map(bool, (args.address, args.server, args.hub))) > 1:
        msg = "Name one of a class, a model server and a hub."
        raise OptionError(msg)
    if args.hub and not args.token:
        msg = (
            "A hub needs a token: add --token, or set JUPYTERHUB_API_TOKEN. It needs "
            "the scopes admin:users, admin:servers and access:servers."
        )
        raise OptionError(msg)
    if args.address and not args.code:
        msg = "A class needs its join code: add --code and the six digits on its wall."
        raise OptionError(msg)


def _elsewhere(args: argparse.Namespace) -> Played:
    """Play against a class or a model server that runs already."""
    if args.address:
        address = args.address.rstrip("/")
        return _in_class(address, args.code, args.learners, args.digits)
    if args.hub:
        return _on_hub(args.hub.rstrip("/"), args.token, args.learners, args.digits)
    from digits_widget.serving import Client

    with Client(args.server, timeout=_PATIENCE) as client:
        client.metadata()
        return _at_server(client, args.learners, args.digits)


def _search(play: Callable[[int, int], Played], first: Played) -> Iterator[Played]:
    """Double the learners until an answer takes too long; or halve, until it does not.

    Only a class of its own is pressed so hard, and not one with people in it.
    """
    begun = _carries(first)
    learners = first.learners
    while True:
        tried, learners = learners, min(2 * learners, MOST) if begun else learners // 2
        if learners in {0, tried}:
            return
        played = play(learners, _FEW_DIGITS)
        yield played
        if _carries(played) != begun:
            return


def _in_class(address: str, code: str, learners: int, digits: int) -> Played:
    from digits_widget.classroom.rehearsal import rehearse

    return _play(partial(rehearse, address, code), learners, digits)


def _at_server(client: Client, learners: int, digits: int) -> Played:
    from digits_widget.classroom.rehearsal import rehearse_server

    return _play(partial(rehearse_server, client.predict), learners, digits)


def _on_hub(url: str, token: str, learners: int, digits: int) -> Played:
    from digits_widget.classroom.hub import rehearse_hub

    return _play(partial(rehearse_hub, url, token), learners, digits)


def _play(
    rehearse: Callable[..., Coroutine[None, None, Played]], learners: int, digits: int
) -> Played:
    from digits_widget.errors import DigitsError

    with progress_bar(f"{learners} learners") as show:
        show_digits = partial(show, total=learners * digits)
        playing = rehearse(learners=learners, digits=digits, progress=show_digits)
        try:
            return asyncio.run(playing)
        except* DigitsError as failed:
            # All learners fail for the same reason.
            problem = failed.exceptions[0]
    raise problem


def _carries(played: Played) -> bool:
    return not played.lost and played.wait(0.95) <= LONGEST


class Announced(NamedTuple):
    """What a class prints when it starts."""

    address: str
    """Where learners join."""

    code: str
    """The join code."""

    wall: str
    """The link to the wall, with its key."""


@contextmanager
def class_of_its_own() -> Iterator[tuple[Announced, subprocess.Popen[str]]]:
    """Start a class in a temporary folder, and stop it at the end."""
    command = "import sys; from digits_widget.cli import main; sys.exit(main())"
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-u", "-c", command, "class", folder, "--no-browser"],
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        try:
            yield _announced(process), process
        finally:
            process.terminate()


def _announced(process: subprocess.Popen[str]) -> Announced:
    """Read what a starting class prints."""
    from digits_widget.errors import ModelServerError

    said = ""
    for line in process.stdout or ():
        said += line
        found = re.search(r"Learners: (\S+)\nJoin code: (\d+)\n.*?: (\S+)\n", said)
        if found:
            return Announced(*found.groups())
    msg = f"The class for the rehearsal did not start. {said}"
    raise ModelServerError(msg)


@contextmanager
def _watched(pid: int) -> Iterator[Resources]:
    """Measure a process and its children while the block runs."""
    import psutil

    process = psutil.Process(pid)
    used, ended = Resources(), threading.Event()
    before, begun = _processor_time(process), time.monotonic()

    def look() -> None:
        while not ended.wait(_LOOK):
            for name, megabytes in _memory(process).items():
                used.megabytes[name] = max(used.megabytes.get(name, 0), megabytes)

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    try:
        yield used
    finally:
        ended.set()
        watching.join()
        seconds = time.monotonic() - begun
        used.cores = (_processor_time(process) - before) / seconds


def _memory(process: psutil.Process) -> dict[str, float]:
    found = {"class": process.memory_info().rss / 1e6}
    for child in process.children(recursive=True):
        found["model server"] = child.memory_info().rss / 1e6
    return found


def _processor_time(process: psutil.Process) -> float:
    """Return the seconds of processor time of a process and its children so far."""
    family = [process, *process.children(recursive=True)]
    return sum(sum(each.cpu_times()[:2]) for each in family)


def _measured(played: Played) -> str:
    """Return what a rehearsal measured, as a table."""
    asked = played.learners * played.digits
    waits = ", ".join(
        f"{name} {_milliseconds(played.wait(share))}"
        for name, share in (("half", 0.5), ("95 of 100", 0.95), ("all", 1.0))
    )
    rows = {
        "learners": f"{played.learners}, {played.digits} digits each",
        "answered within": waits,
        "lost": str(played.lost),
    }
    if played.hands_in:
        rows["handed in"] = f"{played.kept} of {asked}"
    rows["network"] = f"{played.rate / 1000:.0f} kB/s for each learner"
    return _table(rows)


def _used(used: Resources) -> str:
    parts = ", ".join(f"{name} {mega:.0f}" for name, mega in used.megabytes.items())
    total = sum(used.megabytes.values())
    return _table(
        {
            "memory": f"{total:.0f} MB ({parts})",
            "processor": f"{used.cores:.1f} of {os.cpu_count()} cores",
        }
    )


def _table(rows: dict[str, str]) -> str:
    return "\n".join(f"{name:<16} {value}" for name, value in rows.items())


def _chart(rows: Sequence[Played]) -> str:
    """Draw the wait of 95 of 100 answers for each number of learners."""
    lines = ["learners   95 of 100 answered within"]
    for played in sorted(rows, key=lambda played: played.learners):
        wait = played.wait(0.95)
        bar = "#" * round(40 * min(wait / (2 * LONGEST), 1.0))
        note = "" if _carries(played) else "  too many"
        lines.append(f"{played.learners:>8}   {_milliseconds(wait):>7} {bar}{note}")
    return "\n".join(lines)


def _limit(rows: Sequence[Played]) -> str:
    """Say how many learners this computer carries."""
    carried = [played.learners for played in rows if _carries(played)]
    too_many = [played.learners for played in rows if not _carries(played)]
    network = int(NETWORK / rows[0].rate)
    if not carried:
        return "This computer is too slow for a class."
    most = max(carried)
    end = f", and not {min(too_many)}" if too_many else " or more"
    return (
        f"This computer carries {most} learners{end}. A network of 20 Mbit/s carries "
        f"{network}."
    )


def _verdict(played: Played) -> str:
    """Say whether a class that runs elsewhere carries these learners."""
    if _carries(played):
        return f"It carries {played.learners} learners from here."
    return (
        f"{played.learners} learners are too many: 95 of 100 answers should come "
        f"within {_milliseconds(LONGEST)}, and none may be lost."
    )


def _milliseconds(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"
