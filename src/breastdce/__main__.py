"""`python -m breastdce`."""

import sys

from breastdce.cli.main import main

sys.exit(main())
