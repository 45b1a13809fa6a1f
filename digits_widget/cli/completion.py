"""Print the script for a shell to complete `digits-widget` on Tab.

Bash: eval "$(digits-widget completion bash)" in ~/.bashrc. Zsh: the same in ~/.zshrc,
after compinit. Fish: digits-widget completion fish | source in config.fish.
"""

from __future__ import annotations

import argparse

HELP = "print completions for bash, zsh or fish"

SHELLS = ("bash", "zsh", "fish")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "shell", choices=SHELLS, help="your shell; echo $SHELL prints it"
    )


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    import shtab

    from digits_widget.cli import parser

    print(shtab.complete(parser(), args.shell))
    return 0
