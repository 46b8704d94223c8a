"""Settings for every test."""

from hypothesis import settings

from tests.contract import postgres_server

__all__ = ["postgres_server"]

# A busy machine is no failure.
settings.register_profile("tollgate", deadline=None)
settings.load_profile("tollgate")
