"""SageMaker's models, endpoint configurations and endpoints, which are made and changed while one waits.

Ours and not moto's, which has no UpdateEndpoint and whose endpoints are in service at once. An endpoint serves nothing.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from infra.local.aws.call import Call
from infra.local.aws.quotas import INSTANCES
from infra.local.aws.refusal import Refusal
from infra.local.aws.serving import KINDS, SERVED, WORDS, Json, Thing, arn, describe, row, summary, verb_and_kind
from infra.local.faults import FaultBook

CHANGE_SECONDS = 0.05
"""How long an endpoint is being made, changed or deleted: long enough that a second change meets the first."""
SCARCE = "Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error."
BROKEN = "The primary container for production variant {variant} did not pass the ping health check."


@dataclass
class Endpoints:
    """All models, configurations and endpoints, by region, kind and name. Used from one thread."""

    things: dict[tuple[str, str, str], Thing] = field(default_factory=dict)
    clock: Callable[[], float] = time.monotonic

    def serves(self, call: Call) -> bool:
        """True for the calls that `answer` answers."""
        if call.operation in ("ListTags", "AddTags"):
            return any(path in call.parameters.get("ResourceArn", "") for path in SERVED)
        return call.operation == "UpdateEndpointWeightsAndCapacities" or verb_and_kind(call.operation)[1] in KINDS

    def answer(self, call: Call, faults: FaultBook) -> Json:
        """Answer one call. Raises Refusal as SageMaker would."""
        self._settle()
        if call.operation in ("ListTags", "AddTags"):
            return self._tags(call)
        if call.operation == "UpdateEndpointWeightsAndCapacities":
            return self._weigh(call)
        verb, kind = verb_and_kind(call.operation)
        if verb == "Create":
            return self._create(call, kind, faults)
        if verb == "Update":
            return self._update(call, faults)
        return {"List": self._list, "Delete": self._delete, "Describe": self._describe}[verb](call, kind)

    def _settle(self) -> None:
        """Do what is due."""
        for thing in list(self.things.values()):
            if thing.then is not None and thing.due <= self.clock():
                then, thing.then = thing.then, None
                then()

    def _describe(self, call: Call, kind: str) -> Json:
        return describe(self._find(call, kind), kind)

    def _find(self, call: Call, kind: str) -> Thing:
        name = call.parameters[KINDS[kind][0]]
        thing = self.things.get((call.region, kind, name))
        if thing is None:
            raise Refusal("ValidationException", f'Could not find {WORDS[kind]} "{arn(call.region, kind, name)}".')
        return thing

    def _create(self, call: Call, kind: str, faults: FaultBook) -> Json:
        name = call.parameters[KINDS[kind][0]]
        full = arn(call.region, kind, name)
        if (call.region, kind, name) in self.things:
            raise Refusal("ValidationException", f'Cannot create already existing {WORDS[kind]} "{full}".')
        thing = Thing(dict(call.parameters), full, time.time())
        if kind == "EndpointConfig":
            for variant in call.parameters["ProductionVariants"]:
                self._find(Call(call.service, call.region, "", "json", variant), "Model")
        if kind == "Endpoint":
            variants = self._variants(call)
            self._within_quota(call, variants, faults)
            self._begin(call, thing, "Creating", variants, faults)
        self.things[call.region, kind, name] = thing
        return {f"{kind}Arn": full}

    def _update(self, call: Call, faults: FaultBook) -> Json:
        thing = self._settled(call)
        variants = self._variants(call)
        self._within_quota(call, variants, faults)
        thing.told["PendingDeploymentSummary"] = {"EndpointConfigName": call.parameters["EndpointConfigName"]}
        self._begin(call, thing, "Updating", variants, faults)
        return {"EndpointArn": thing.arn}

    def _begin(self, call: Call, thing: Thing, status: str, variants: list[Json], faults: FaultBook) -> None:
        """What is told from now on and, a little later, what came of it. Capacity that lacks is known at once."""
        config = call.parameters["EndpointConfigName"]
        where = {"region": call.region, "operation": call.operation}
        newest = variants[-1]["VariantName"]
        if faults.take("no_capacity", **where):
            self._give_up(thing, config, SCARCE)
            return
        ill = faults.take("unhealthy", **where) is not None
        thing.told |= {"EndpointStatus": status}
        thing.told.setdefault("EndpointConfigName", config)
        thing.told.pop("FailureReason", None)

        def end() -> None:
            if ill:
                self._give_up(thing, config, BROKEN.format(variant=newest))
                return
            thing.told.pop("PendingDeploymentSummary", None)
            shown = [summary(variant) for variant in variants]
            thing.told |= {
                "EndpointStatus": "InService", "EndpointConfigName": config, "ProductionVariants": shown
            }  # fmt: skip

        thing.due, thing.then = self.clock() + CHANGE_SECONDS, end

    def _give_up(self, thing: Thing, config: str, reason: str) -> None:
        """A new endpoint has failed; one that was in service stays as it was."""
        pending = thing.told.pop("PendingDeploymentSummary", None)
        thing.told.setdefault("EndpointConfigName", config)
        thing.told |= {"EndpointStatus": "InService" if pending else "Failed", "FailureReason": reason}

    def _weigh(self, call: Call) -> Json:
        thing = self._settled(call)
        wanted = {one["VariantName"]: one for one in call.parameters["DesiredWeightsAndCapacities"]}
        known = {one["VariantName"]: one for one in thing.told.get("ProductionVariants", [])}
        if set(wanted) - set(known):
            raise Refusal("ValidationException", "The request names a variant that the endpoint does not have.")
        for name, one in wanted.items():
            known[name]["DesiredWeight"] = one["DesiredWeight"]
        thing.told["EndpointStatus"] = "Updating"

        def end() -> None:
            thing.told["EndpointStatus"] = "InService"
            for variant in known.values():
                variant["CurrentWeight"] = variant["DesiredWeight"]

        thing.due, thing.then = self.clock() + CHANGE_SECONDS, end
        return {"EndpointArn": thing.arn}

    def _delete(self, call: Call, kind: str) -> Json:
        key = (call.region, kind, call.parameters[KINDS[kind][0]])
        thing = self._settled(call) if kind == "Endpoint" else self._find(call, kind)
        if kind != "Endpoint":
            del self.things[key]
            return {}
        thing.told["EndpointStatus"] = "Deleting"
        thing.due, thing.then = self.clock() + CHANGE_SECONDS, lambda: _forget(self.things, key)
        return {}

    def _settled(self, call: Call) -> Thing:
        thing = self._find(call, "Endpoint")
        if thing.then is not None:
            raise Refusal("ValidationException", f'Cannot update in-progress endpoint "{thing.arn}".')
        return thing

    def _variants(self, call: Call) -> list[Json]:
        return list(self._find(call, "EndpointConfig").request["ProductionVariants"])

    def _within_quota(self, call: Call, variants: list[Json], faults: FaultBook) -> None:
        fault = faults.take("quota", region=call.region, operation=call.operation)
        limit, used = fault.limit if fault else INSTANCES, Counter[str]()
        for (region, kind, name), thing in self.things.items():
            if (region, kind) == (call.region, "Endpoint") and name != call.parameters["EndpointName"]:
                for one in thing.told.get("ProductionVariants", []):
                    used[one["InstanceType"]] += one["DesiredInstanceCount"]
        needed = Counter[str]()
        for one in variants:
            needed[one["InstanceType"]] += one["InitialInstanceCount"]
        for machine, count in needed.items():
            if used[machine] + count > limit:
                raise Refusal(
                    "ResourceLimitExceeded",
                    f"The account-level service limit '{machine} for endpoint usage' is {limit:g} Instances, with "
                    f"current utilization of {used[machine]} Instances and a request delta of {count} Instances.",
                )

    def _list(self, call: Call, kind: str) -> Json:
        part, word = call.parameters.get("NameContains", ""), KINDS[kind][0]
        found = [
            (name, one) for (region, what, name), one in self.things.items() if (region, what) == (call.region, kind)
        ]
        rows = [row(kind, name, one) for name, one in found if part in name]
        return {f"{kind}s": [row | {word: row[word]} for row in rows]}

    def _tags(self, call: Call) -> Json:
        thing = next((one for one in self.things.values() if one.arn == call.parameters["ResourceArn"]), None)
        if thing is None:
            raise Refusal("ValidationException", "Requested resource not found.")
        kept = {tag["Key"]: tag for tag in [*thing.request.get("Tags", []), *call.parameters.get("Tags", [])]}
        thing.request["Tags"] = list(kept.values())
        return {"Tags": thing.request["Tags"]}


def _forget(things: dict[tuple[str, str, str], Thing], key: tuple[str, str, str]) -> None:
    things.pop(key, None)
