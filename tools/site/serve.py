"""Serves the built site on this machine alone: ``python -m tools.site.serve``.

The search of a site that is opened as files finds pages, but shows no lines of them:
browsers let no such page read the others.
"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tools.site.build import ROOT


def main(argv: list[str] | None = None) -> int:
    """Serve until Ctrl-C; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")
    parser.add_argument("--site", type=Path, default=ROOT / "site")
    args = parser.parse_args(argv)
    handler = partial(SimpleHTTPRequestHandler, directory=args.site)
    try:
        server = ThreadingHTTPServer(("127.0.0.1", args.port), handler)
    except OSError as exc:
        print(
            f"Port {args.port} is taken or not allowed ({exc.strerror}). Take another: "
            "make docs-serve DOCS_PORT=8001",
            file=sys.stderr,
        )
        return 1
    with server:
        print(f"The site is at http://127.0.0.1:{server.server_port}/", flush=True)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("\nStopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
