"""Makes the virtual environment that ``make`` works in, and says plainly why not.

Run with any Python: it looks for one that TensorFlow has a build for, makes the
environment, and installs the project into it. A second run finds everything done and
ends at once. Standard library only, and no syntax newer than Python 3.6, because an old
Python has to get as far as the sentence that says it is too old.
"""

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SUPPORTED = ("3.13", "3.12", "3.11")
NEEDED_GB = 4.0

# What `make lab` and `make test` install: extras of the project, dependency groups.
PURPOSES = {
    "lab": (("lab", "app", "server", "training"), ()),
    "test": (
        ("lab", "app", "server", "training"),
        ("test", "lint", "protos", "docs", "bench"),
    ),
}

CURES = (
    (
        r"No space left on device",
        "The disk is full: installing needs about {0:.0f} GB.".format(NEEDED_GB)
        + " Make room, then run the same command again.",
    ),
    (
        r"No matching distribution found for tensorflow|requires a different Python",
        (
            "TensorFlow has no build for this Python on this machine. Install"
            " Python 3.12 for 64 bits, then: make PYTHON=python3.12"
        ),
    ),
    (
        (
            r"distribution found for pip|name resolution|Name or service not known"
            r"|nodename nor servname"
            r"|NewConnectionError|Network is unreachable|Connection refused|ProxyError"
            r"|Max retries exceeded|timed out|getaddrinfo failed"
        ),
        (
            "The package index cannot be reached. The first run needs the network,"
            " later runs do not. Connect, then run the same command again."
        ),
    ),
    (
        r"Permission denied",
        "A file or folder here may not be written. Use a folder of your own.",
    ),
)


class SetupError(Exception):
    """Something that the person at the keyboard has to mend."""


def main():
    """Set up the environment; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("venv", help="folder of the virtual environment")
    parser.add_argument("purpose", choices=sorted(PURPOSES))
    args = parser.parse_args()
    try:
        set_up(os.path.abspath(args.venv), args.purpose)
    except SetupError as exc:
        print("\n" + str(exc), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


def set_up(venv, purpose):
    """Make `venv` and install what `purpose` needs, unless it is all there."""
    stamp = os.path.join(venv, "installed-for-" + purpose)
    state = fingerprint()
    if read(stamp) == state and os.path.exists(python_of(venv)):
        return
    python = find_python()
    check_disk(os.path.dirname(venv))
    make_venv(python, venv)
    install(venv, purpose)
    for name in covered_by(purpose):
        write(os.path.join(venv, "installed-for-" + name), state)


def fingerprint():
    """Return a digest of the files that decide what is installed."""
    digest = hashlib.sha256(ROOT.encode())
    for name in ("pyproject.toml", "constraints.txt", "tools/setup_venv.py"):
        digest.update(read(os.path.join(ROOT, name)).encode())
    return digest.hexdigest()


def covered_by(purpose):
    """Return the purposes that an installation for `purpose` serves too."""
    extras, groups = PURPOSES[purpose]
    return [
        name
        for name, (some, more) in PURPOSES.items()
        if set(some) <= set(extras) and set(more) <= set(groups)
    ]


def find_python():
    """Return the path of a Python that is new enough and not too new."""
    asked = os.environ.get("PYTHON", "")
    names = [asked] if asked else [sys.executable]
    names += ["python" + version for version in SUPPORTED]
    seen = []
    for name in names:
        path = shutil.which(name)
        version = version_of(path) if path else None
        if version in SUPPORTED:
            if seen:
                print("Using Python {0} ({1}).".format(version, path))
            return path
        if version:
            seen.append(version)
    raise SetupError(
        "Found Python {0}, but TensorFlow needs Python 3.11, 3.12 or 3.13. Install one"
        " of them; if it is there under another name: make PYTHON=/its/path".format(
            " and ".join(seen) or "nowhere"
        )
    )


def version_of(python):
    """Return the version of `python` as ``3.12``, or None if it does not run."""
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    try:
        return subprocess.check_output([python, "-c", code]).decode().strip()
    except (OSError, subprocess.CalledProcessError):
        return None


def check_disk(folder):
    """Refuse to start what cannot end."""
    free = shutil.disk_usage(folder).free / 1e9
    if free < NEEDED_GB:
        raise SetupError(
            "{0:.1f} GB are free here, and the environment needs about {1:.0f} GB"
            " (TensorFlow is most of it). Make room, then run the same command"
            " again.".format(free, NEEDED_GB)
        )


def make_venv(python, venv):
    """Make the environment; one of another Python is replaced."""
    if os.path.exists(python_of(venv)):
        if version_of(python_of(venv)) == version_of(python):
            return
        print("Replacing the environment: it was made for another Python.")
        shutil.rmtree(venv)
    print("Making the virtual environment {0} ...".format(os.path.relpath(venv)))
    result = run([python, "-m", "venv", venv])
    if result.returncode == 0:
        return
    shutil.rmtree(venv, ignore_errors=True)
    output = result.stdout.decode(errors="replace")
    if "ensurepip" in output:
        raise SetupError(
            "This Python cannot make virtual environments: a part of it is missing."
            " On Debian and Ubuntu: sudo apt install python{0}-venv".format(
                version_of(python)
            )
        )
    raise SetupError(cure(output) or "Could not make the environment:\n" + output)


def install(venv, purpose):
    """Install the project and all that `purpose` needs, telling what goes on."""
    extras, groups = PURPOSES[purpose]
    print("Installing (about 2 GB the first time, a few minutes) ...", flush=True)
    pip = [python_of(venv), "-m", "pip", "--disable-pip-version-check", "install"]
    log = os.path.join(venv, "install.log")
    # pip learned --group in 25.1, and an environment starts with whatever its Python
    # came with.
    step(pip + ["pip>=25.1"], log)
    target = ".[" + ",".join(extras) + "]"
    command = pip + ["-c", "constraints.txt", "-e", target]
    for group in groups:
        command += ["--group", group]
    step(command, log)


def step(command, log):
    """Run one pip command, a second time if it fails for no reason that we know.

    A package index has bad moments, and everything fetched so far is in pip's cache.
    """
    for last in (False, True):
        output = attempt(command, log)
        if output is None:
            return
        told = cure(output)
        if told or last:
            told = told or "pip could not install the project:\n" + output[-1500:]
            where = os.path.relpath(log)
            raise SetupError("{0}\n(All that pip said: {1})".format(told, where))


def attempt(command, log):
    """Run one pip command; return None if it went well, else what it said."""
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT
    )
    lines = []
    try:
        with open(log, "ab") as file:
            for raw in process.stdout:
                file.write(raw)
                lines.append(raw.decode(errors="replace"))
                show(lines[-1])
    except OSError as exc:
        lines.append(str(exc))
    return "".join(lines) if process.wait() else None


def show(line):
    """Print the name of a package that pip has begun to fetch, in place."""
    match = re.match(r"Collecting ([\w.-]+)", line)
    if match and sys.stdout.isatty():
        print("\r  {0:60}".format(match.group(1)), end="", flush=True)
    if line.startswith("Installing collected packages") and sys.stdout.isatty():
        print("\r  {0:60}".format("unpacking"), flush=True)


def cure(output):
    """Return the sentence for the first known failure in `output`, or None."""
    for pattern, sentence in CURES:
        if re.search(pattern, output):
            return sentence
    return None


def run(command):
    """Run `command` and keep what it prints."""
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )


def python_of(venv):
    """Return the path of the Python inside `venv`."""
    return os.path.join(venv, "bin", "python")


def read(path):
    """Return the text of a file, empty if there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


def write(path, text):
    """Write a text file."""
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


if __name__ == "__main__":
    sys.exit(main())
