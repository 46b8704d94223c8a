"""Every part of the control plane in one app, so that one worker is started for all; in an account each has its own."""

import azure.functions as func

from functions.azure.function_app import CATALOG, PLANE, register

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
for name in set(PLANE) - {CATALOG}:
    register(app, name)
