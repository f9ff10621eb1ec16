"""`python -m services.em_bridge`: one process, told by `HUB_EM_BRIDGE_…`."""

import os

from services.bridge.process import main
from services.em_bridge.app import build
from services.em_bridge.settings import PREFIX, EmBridgeSettings
from services.runtime.settings import load

if __name__ == "__main__":
    main(lambda: build(load(EmBridgeSettings, os.environ, PREFIX)))
