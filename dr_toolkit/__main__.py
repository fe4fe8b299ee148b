"""``python -m dr_toolkit`` is ``dr-toolkit``."""

import sys

from dr_toolkit.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
