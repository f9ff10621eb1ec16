"""`python -m services.clock`."""

import asyncio
import os

from services.clock.app import run

asyncio.run(run(os.environ))
