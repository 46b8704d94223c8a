"""Google's targets as they are deployed, told what the suite wants."""

from functions.gcp import main
from functions.registry import tool_names
from tests.contract.runtimes.apps.told import tell

tell(main)
globals().update({name: getattr(main, name) for name in tool_names()})
