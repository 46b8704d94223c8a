"""ministack's own IAM evaluator, asked about policies and requests of services that ministack does not serve."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from infra.local.services import PROJECT
from workflow.model.base import Json

_ASK = """
import json, sys
from ministack.core.iam_evaluator import EvalContext, evaluate, parse_policy_document
def allowed(one):
    role, *limits = [[parse_policy_document(document)] for document in one["policies"]]
    context = EvalContext(principal_arn="arn:aws:sts::123456789012:assumed-role/tool/run", principal_type="AssumedRole",
        principal_account="123456789012", action=one["action"], resource_arn=one["resource"], region=one["region"],
        service_context={key.lower(): value for key, value in one["keys"].items()})
    return evaluate(context, role, *limits).decision == "Allow"
print(json.dumps([allowed(one) for one in json.load(sys.stdin)]))
"""


@dataclass(frozen=True)
class Question:
    """May a session do this? `policies` are the role's and, where there is one, the session's; `keys` the request's."""

    policies: Sequence[Json]
    action: str
    resource: str
    region: str
    keys: dict[str, str] = field(default_factory=dict)


def allowed(questions: Sequence[Question]) -> list[bool]:
    """The answers, in order."""
    python = PROJECT / ".venv-emulators" / "bin" / "python"
    told = json.dumps([asdict(one) for one in questions])
    done = subprocess.run([str(python), "-c", _ASK], input=told, capture_output=True, text=True, check=True)
    answers: list[bool] = json.loads(done.stdout)
    return answers
