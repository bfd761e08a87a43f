"""``python -m cellblock``."""

from cellblock.cli.main import main

if __name__ == "__main__":
    main()
