"""Which IAM permissions Google's methods need (IAM permissions reference). `*` is one name in a path."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_METHODS = """
GET storage b: storage.buckets.list
GET storage b/*: storage.buckets.get
POST storage b: storage.buckets.create
DELETE storage b/*: storage.buckets.delete
GET storage b/*/o: storage.objects.list
DELETE storage b/*/o/*: storage.objects.delete
GET compute aggregated/disks: compute.disks.list
GET compute aggregated/instances: compute.instances.list
GET compute global/instanceTemplates/*: compute.instanceTemplates.get
GET compute regions/*: compute.regions.get
GET compute regions/*/backendServices/*: compute.regionBackendServices.get
POST compute regions/*/backendServices/*/getHealth: compute.regionBackendServices.get
GET compute regions/*/forwardingRules: compute.forwardingRules.list
GET compute regions/*/autoscalers: compute.autoscalers.list
POST compute regions/*/autoscalers: compute.autoscalers.create compute.instanceGroupManagers.use
PATCH compute regions/*/autoscalers: compute.autoscalers.update
GET compute regions/*/instanceGroupManagers/*: compute.instanceGroupManagers.get
POST compute regions/*/instanceGroupManagers/*/resize: compute.instanceGroupManagers.update
GET compute regions/*/operations/*: compute.regionOperations.get
GET compute zones/*/autoscalers: compute.autoscalers.list
POST compute zones/*/autoscalers: compute.autoscalers.create compute.instanceGroupManagers.use
PATCH compute zones/*/autoscalers: compute.autoscalers.update
GET compute zones/*/disks/*: compute.disks.get
POST compute zones/*/disks: compute.disks.create compute.disks.setLabels
DELETE compute zones/*/disks/*: compute.disks.delete
GET compute zones/*/instanceGroupManagers/*: compute.instanceGroupManagers.get
POST compute zones/*/instanceGroupManagers/*/resize: compute.instanceGroupManagers.update
GET compute zones/*/instances/*: compute.instances.get
POST compute zones/*/instances: compute.instances.create compute.disks.create compute.disks.setLabels \
 compute.instances.setLabels compute.subnetworks.use
DELETE compute zones/*/instances/*: compute.instances.delete
POST compute zones/*/instances/*/attachDisk: compute.instances.attachDisk compute.disks.use
POST compute zones/*/instances/*/detachDisk: compute.instances.detachDisk compute.disks.use
GET compute zones/*/machineTypes/*: compute.machineTypes.get
GET compute zones/*/operations/*: compute.zoneOperations.get
GET dns managedZones/*: dns.managedZones.get
GET dns managedZones/*/rrsets/*/*: dns.resourceRecordSets.get
POST dns managedZones/*/changes: dns.changes.create dns.resourceRecordSets.create dns.resourceRecordSets.update
GET v1 locations/*/clusters/*/nodePools/*: container.clusters.get
PUT v1 locations/*/clusters/*/nodePools/*: container.clusters.update
POST v1 locations/*/clusters/*/nodePools/*:setAutoscaling: container.clusters.update
POST v1 locations/*/clusters/*/nodePools/*:setSize: container.clusters.update
GET v1 locations/*/operations/*: container.operations.get
GET v1 locations/*/customJobs: aiplatform.customJobs.list
GET v1 locations/*/customJobs/*: aiplatform.customJobs.get
POST v1 locations/*/customJobs: aiplatform.customJobs.create
POST v1 locations/*/customJobs/*:cancel: aiplatform.customJobs.cancel
DELETE v1 locations/*/customJobs/*: aiplatform.customJobs.delete
GET v1 locations/*/endpoints/*: aiplatform.endpoints.get
POST v1 locations/*/endpoints: aiplatform.endpoints.create
PATCH v1 locations/*/endpoints/*: aiplatform.endpoints.update
DELETE v1 locations/*/endpoints/*: aiplatform.endpoints.delete
POST v1 locations/*/endpoints/*:deployModel: aiplatform.endpoints.deploy aiplatform.models.get
POST v1 locations/*/endpoints/*:undeployModel: aiplatform.endpoints.undeploy
GET v1 locations/*/endpoints/*/operations: aiplatform.operations.list
GET v1 locations/*/endpoints/*/operations/*:
GET v1 locations/*/models/*: aiplatform.models.get
DELETE v1 locations/*/models/*: aiplatform.models.delete
GET v1 locations/*/models/*/operations: aiplatform.operations.list
GET v1 locations/*/models/*/operations/*:
POST v1 locations/*/models:upload: aiplatform.models.upload
GET v1 locations/*/services/*/quotaInfos: cloudquotas.quotas.get
GET v1 locations/*/services/*/quotaInfos/*: cloudquotas.quotas.get
GET v1 secrets/*: secretmanager.secrets.get
PATCH v1 secrets/*: secretmanager.secrets.update
GET v1 secrets/*/versions: secretmanager.versions.list
GET v1 secrets/*/versions/*:access: secretmanager.versions.access
POST v1 secrets/*/versions/*:disable: secretmanager.versions.disable
POST v1 secrets/*:addVersion: secretmanager.versions.add
"""
"""Method, API and path below the project. A Vertex operation may be read by whoever may read what it is about."""
_PATH = re.compile(r"(?:/(storage|compute|dns))?/(v1)/(?:projects/[^/]+/?)?(.*)")


def _row(line: str) -> tuple[str, str, re.Pattern[str], tuple[str, ...]]:
    head, _, names = line.rpartition(":")
    method, api, path = head.split()
    return method, api, re.compile(re.escape(path).replace(r"\*", r"[^/:]+")), tuple(names.split())


_ROWS = [_row(line) for line in _METHODS.replace("\\\n", "").strip().splitlines()]


def google(method: str, url: str) -> tuple[str, ...]:
    """The permissions that a request needs. The bare project needs none: it is asked who answers, and a refusal is an
    answer, too."""
    found = _PATH.fullmatch(urlsplit(url).path)
    if found is None:
        raise AssertionError(f"not a Google API: {method} {url}")
    api, path = found[1] or found[2], found[3]
    if not path:
        return ()
    for wanted, of, shape, names in _ROWS:
        if (method, api) == (wanted, of) and shape.fullmatch(path):
            return names
    raise AssertionError(f"no permission is known for {method} {api} {path}")
