"""Compile ``protos/`` to the descriptor set that `protocol` ships.

``python tools/build_protos.py`` writes it; ``--check`` only says whether it is up to
date (exit code 1 if not). Needs grpcio-tools, which brings protoc.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet
from grpc_tools import protoc  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ROOT / "protos"
OUTPUT = ROOT / "digits_widget" / "protocol" / "descriptors.binpb"


def compile_protos() -> bytes:
    """Return the serialised `FileDescriptorSet` of ``protos/`` and its imports."""
    includes = files("grpc_tools") / "_proto"
    with tempfile.TemporaryDirectory() as folder:
        built = Path(folder) / OUTPUT.name
        arguments = [
            "protoc",
            f"--proto_path={SOURCES}",
            f"--proto_path={includes}",
            "--include_imports",
            f"--descriptor_set_out={built}",
            *sorted(path.name for path in SOURCES.glob("*.proto")),
        ]
        if protoc.main(arguments) != 0:
            sys.exit("protoc refuses the files in protos/: see its message above.")
        return built.read_bytes()


def own_files(descriptors: bytes) -> dict[str, bytes]:
    """Return our files by name.

    Google's well-known imports differ a little from one protoc to the next, and are
    left out so that any release of it gives the same verdict.
    """
    parsed = FileDescriptorSet.FromString(descriptors)
    return {
        file.name: file.SerializeToString(deterministic=True)
        for file in parsed.file
        if not file.name.startswith("google/")
    }


def main() -> int:
    """Write the descriptor set, or check it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing")
    check = parser.parse_args().check
    built = compile_protos()
    shipped = OUTPUT.read_bytes() if OUTPUT.exists() else b""
    if own_files(built) == own_files(shipped):
        print(f"{OUTPUT.relative_to(ROOT)} is up to date.")
        return 0
    if check:
        print(
            f"{OUTPUT.relative_to(ROOT)} is not what protos/ says. "
            "Run: python tools/build_protos.py",
            file=sys.stderr,
        )
        return 1
    OUTPUT.write_bytes(built)
    print(f"Wrote {OUTPUT.relative_to(ROOT)}, {len(built)} bytes.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
