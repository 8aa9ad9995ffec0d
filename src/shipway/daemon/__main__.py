"""`python -m shipway.daemon`."""

import sys

from shipway.daemon.memory import build_models_late

build_models_late()  # before anything that has models is imported

from shipway.daemon.main import main  # noqa: E402

sys.exit(main())
