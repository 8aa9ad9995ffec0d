"""`python -m shipway`: the same as the `shipway` command."""

import sys

from shipway.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
