"""Makes the virtual environment that ``make`` works in, and says plainly why not.

Run with any Python: it looks for one that TensorFlow has a build for. A second run
finds everything done and ends at once. Standard library only, and no syntax newer than
Python 3.6: an old Python has to get as far as the sentence that says it is too old.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
SUPPORTED = ("3.13", "3.12", "3.11")
WITHOUT_TENSORFLOW = ("3.14",)
NEEDED_GB = 4.0
GROUPS = {"lab": (), "test": ("dev",)}

CURES = {
    r"No space left on device": (
        "The disk is full: installing needs about 4 GB. Make room, then run the same"
        " command again."
    ),
    r"No matching distribution found for tensorflow|requires a different Python": (
        "TensorFlow has no build for this Python on this machine. Install Python 3.12"
        " for 64 bits, then: make PYTHON=python3.12"
    ),
    r"found for pip|name resolution|not known|NewConnectionError|unreachable|refused"
    r"|ProxyError|Max retries|timed out|getaddrinfo failed": (
        "The package index cannot be reached. The first run needs the network, later"
        " runs do not. Connect, then run the same command again."
    ),
    r"Permission denied": (
        "A file or folder here may not be written. Use a folder of your own."
    ),
    r"ensurepip": (
        "This Python cannot make virtual environments: a part of it is missing. On"
        " Debian and Ubuntu: sudo apt install python3-venv"
    ),
}


class SetupError(Exception):
    """Something that the person at the keyboard has to mend."""


def main(venv, purpose):
    """Set up the environment; return the exit code."""
    try:
        set_up(os.path.abspath(venv), purpose)
    except SetupError as exc:
        print("\n" + str(exc), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


def set_up(venv, purpose):
    """Make `venv` and install what `purpose` needs, unless it is all there."""
    # What tests need has all that the lab needs.
    stamps = [os.path.join(venv, "installed-for-" + name) for name in (purpose, "test")]
    state = fingerprint()
    if os.path.exists(python_of(venv)) and state in map(read, stamps):
        return
    python = find_python()
    check_disk(os.path.dirname(venv))
    if version_of(python_of(venv)) != version_of(python):
        shutil.rmtree(venv, ignore_errors=True)
        print("Making the virtual environment {0} ...".format(os.path.relpath(venv)))
        run([python, "-m", "venv", venv])
    print(
        "Installing (about 2 GB the first time, a few minutes; without TensorFlow it is"
        " 0.5 GB: README, Install) ...",
        flush=True,
    )
    pip = [python_of(venv), "-m", "pip", "--disable-pip-version-check", "install"]
    # The first pip that knows --group.
    run(pip + ["pip>=25.1"])
    groups = [word for name in GROUPS[purpose] for word in ("--group", name)]
    run(pip + ["-c", "constraints.txt", "-e", wanted(version_of(python))] + groups)
    with open(stamps[0], "w", encoding="utf-8") as file:
        file.write(state)


def wanted(version):
    """Return what pip is to install for this Python."""
    if version in WITHOUT_TENSORFLOW:
        print(
            "TensorFlow has no build for Python {0}: without lesson 1.".format(version)
        )
        return ".[lab,app]"
    return ".[lab,app,training]"


def fingerprint():
    """Return a digest of the files that decide what is installed."""
    digest = hashlib.sha256(ROOT.encode())
    for name in ("pyproject.toml", "constraints.txt", "tools/setup_venv.py"):
        digest.update(read(os.path.join(ROOT, name)).encode())
    return digest.hexdigest()


def find_python():
    """Return the path of a Python that is new enough and not too new."""
    names = [os.environ.get("PYTHON") or sys.executable]
    seen = []
    light = None
    for name in names + ["python" + each for each in SUPPORTED + WITHOUT_TENSORFLOW]:
        path = shutil.which(name)
        version = version_of(path) if path else None
        if version in SUPPORTED:
            if seen:
                print("Using Python {0} ({1}).".format(version, path))
            return path
        if version in WITHOUT_TENSORFLOW:
            light = light or path
        if version:
            seen.append(version)
    if light:
        return light
    raise SetupError(
        "Found Python {0}, expected 3.11, 3.12 or 3.13 (3.14 without TensorFlow)."
        " Install one of them; if it is there under another name:"
        " make PYTHON=/its/path".format(" and ".join(seen) or "nowhere")
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


def run(command):
    """Run a command that ends well, naming each package that it fetches."""
    lines = []
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=ROOT
    ) as process:
        for raw in process.stdout:
            lines.append(raw.decode(errors="replace"))
            package = re.match(r"Collecting ([\w.-]+)", lines[-1])
            if package and sys.stdout.isatty():
                print("  {0:60}".format(package.group(1)), end="\r", flush=True)
    if process.returncode:
        output = "".join(lines)
        raise SetupError(cure(output) or "This did not work:\n" + output[-3000:])


def cure(output):
    """Return the sentence for the first known failure in `output`, or None."""
    known = (told for pattern, told in CURES.items() if re.search(pattern, output))
    return next(known, None)


def python_of(venv):
    """Return the path of the Python inside `venv`."""
    if os.name == "nt":
        return os.path.join(venv, "Scripts", "python.exe")
    return os.path.join(venv, "bin", "python")


def read(path):
    """Return the text of a file, empty if there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
