"""``python -m digits_widget.model_server``: the server's process."""

from __future__ import annotations

import sys

from digits_widget.model_server.process import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
