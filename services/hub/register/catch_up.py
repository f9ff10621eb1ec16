"""Where facts stand is known before anybody asks: what came since is read on a schedule.

The supervisor runs it (`python -m services.hub.register.catch_up HOME`), behind everything else on
the machine. A machine that takes over reads its way through the whole log once; ended half way, it
goes on from what it kept. See decision 28.

Exit codes: 0 all is known · 1 it could not be read.
"""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path

from services.hub.broker.cluster import Cluster
from services.hub.broker.faults import BrokerFault
from services.hub.register.log_reading import log_reader
from services.runtime.faults import Fault

LEAST_URGENT = 19


def main() -> None:
    """Catch up once, in the home named on the command line."""
    os.nice(LEAST_URGENT)
    try:
        with closing(log_reader(Cluster.load(Path(sys.argv[1])))) as log:
            log.catch_up()
    except (Fault, BrokerFault) as fault:
        sys.exit(f"places: {str(fault).splitlines()[0]}")


if __name__ == "__main__":
    main()
