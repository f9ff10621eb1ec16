"""`python -m services.housing_bridge`: one process, told by `HUB_HOUSING_BRIDGE_…`."""

import os

from services.bridge.process import main
from services.housing_bridge.app import build
from services.housing_bridge.settings import PREFIX, HousingBridgeSettings
from services.runtime.settings import load

if __name__ == "__main__":
    main(lambda: build(load(HousingBridgeSettings, os.environ, PREFIX)))
