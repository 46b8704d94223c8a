"""Settings for every test."""

from hypothesis import settings

# A busy machine is no failure.
settings.register_profile("tollgate", deadline=None)
settings.load_profile("tollgate")
