"""The settings a command runs with: the environment's, else those of the product that `make run` has started."""

from __future__ import annotations

import os

from pydantic import ValidationError

from services.devstack import running
from services.devstack.failure import StartFailure
from services.devstack.given import data_dir
from services.runtime.settings import Settings


def settings_or_failure() -> Settings:
    """Raises StartFailure naming what is missing. Credentials of the embedded queue go to the environment."""
    found = running.read(data_dir(os.environ))
    for name in running.BESIDES:
        if name in found:
            os.environ.setdefault(name, found[name])
    try:
        return Settings.from_environment({**found, **os.environ})
    except ValidationError as error:
        names = ", ".join(str(each["loc"][0]).upper() for each in error.errors() if each["loc"])
        raise StartFailure(f"these settings are missing or wrong: {names}; see .env.example.") from None
