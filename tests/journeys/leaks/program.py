"""The command line with Python's logging at DEBUG into a file, whose name is the first argument."""

from __future__ import annotations

import logging
import sys

from cellblock.cli.main import main

logging.basicConfig(level=logging.DEBUG, filename=sys.argv.pop(1))

if __name__ == "__main__":
    main()
