"""Completions that real shells take."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from digits_widget import cli
from digits_widget.cli.completion import SHELLS

BASH = shutil.which("bash")


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_gets_every_command(
    shell: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(command in script for command in cli.COMMANDS)


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_can_read_its_script(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program = shutil.which(shell)
    if not program:
        pytest.skip(f"{shell} is not installed here")
    cli.main(["completion", shell])
    script = tmp_path / "completion"
    script.write_text(capsys.readouterr().out)
    subprocess.run([program, "-n", str(script)], check=True, capture_output=True)


@pytest.mark.skipif(not BASH, reason="bash is not installed here")
@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        (("digits-widget", "do"), ["doctor"]),
        (("digits-widget", "doctor", "--j"), ["--json"]),
        (("digits-widget", "completion", ""), sorted(SHELLS)),
        (("digits-widget", "evaluate", "--table", "p"), ["presets"]),
        (("digits-widget", "dither", "--thr"), ["--threshold"]),
    ],
    ids=" ".join,
)
def test_bash_completes(
    typed: tuple[str, ...], wanted: list[str], tmp_path: Path
) -> None:
    script = tmp_path / "completion.bash"
    with script.open("w") as file:
        code = "import sys; from digits_widget.cli import main; main(sys.argv[1:])"
        command = [sys.executable, "-c", code, "completion", "bash"]
        subprocess.run(
            command, stdout=file, check=True, cwd=Path(cli.__file__).parents[2]
        )
    words = " ".join(repr(word) for word in typed)
    # As bash does it when somebody presses Tab.
    ask = (
        f"source {script}; COMP_WORDS=({words}); COMP_CWORD={len(typed) - 1}; "
        "how=$(complete -p digits-widget); how=${how#*-F }; "
        '${how%% *} digits-widget "${COMP_WORDS[-1]}"; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    assert BASH
    done = subprocess.run(
        [BASH, "--norc", "-c", ask], capture_output=True, text=True, check=True
    )
    assert sorted(set(done.stdout.split())) == wanted
