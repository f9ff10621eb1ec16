"""`python -m services.registry`."""

import os

from services.registry.app import build
from services.runtime.run import main

main(lambda settings: build(settings.names), os.environ)
