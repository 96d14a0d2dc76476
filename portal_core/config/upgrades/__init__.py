"""Documents of earlier schemas become documents of the present one, step by step.

Raising `SCHEMA` in `document/portal_document.py` takes one function in `steps.py` and its test. A step never fails on
a document that its own schema allowed; what it cannot understand it leaves to the models, which name place and mend.
"""

from portal_core.config.upgrades.chain import Step, lift
from portal_core.config.upgrades.steps import STEPS

__all__ = ["STEPS", "Step", "lift"]
