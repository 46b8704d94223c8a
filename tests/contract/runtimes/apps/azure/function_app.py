"""Azure's app as it is deployed, told what the suite wants."""

from functions.azure import function_app
from tests.contract.runtimes.apps.told import tell

tell(function_app)
app = function_app.app
