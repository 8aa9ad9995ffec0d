"""`python -m shipway.daemon`."""

import sys

from shipway.daemon.main import main

sys.exit(main())
