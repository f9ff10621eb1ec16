"""`python -m services.risk`."""

import os

from services.risk.app import build
from services.runtime.run import main

main(lambda settings: build(settings.names), os.environ)
