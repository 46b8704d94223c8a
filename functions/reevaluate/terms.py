"""What the operator set for re-evaluation, from the data of the policies in force."""

from __future__ import annotations

import json
import os

from pydantic import ValidationError

from policies.engine.archive import assembled
from policies.engine.bundle import BadBundle
from policies.engine.source import in_force
from workflow.model.reevaluation import Reevaluation


def reevaluation_terms() -> Reevaluation:
    """`data.reevaluation`. Raises BadBundle where it is missing or wrong: nothing is moved on terms that nobody set."""
    source = in_force(os.environ)
    data = json.loads(assembled(source.read(), source.path.name).data)
    try:
        return Reevaluation.model_validate(data.get("reevaluation"))
    except ValidationError as error:
        raise BadBundle(
            f"data/reevaluation: {error.errors(include_input=False, include_url=False)[0]['msg']}"
        ) from None
