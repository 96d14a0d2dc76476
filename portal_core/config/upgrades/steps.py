"""The steps that there are, by the schema that they lift from. The schema is 1 so far: none."""

from collections.abc import Mapping
from typing import Final

from portal_core.config.upgrades.chain import Step

STEPS: Final[Mapping[int, Step]] = {}
