"""Read limit and use of the quota that starting these machines would draw on."""

from __future__ import annotations

from mcp_handlers.aws import training_quota, vcpu_quota
from mcp_handlers.aws.client import Clients
from mcp_handlers.aws.permissions import ANY, HERE, Allow
from mcp_handlers.tools.get_quotas import Input, Output

PERMISSIONS = (
    Allow(("ec2:DescribeInstances", "ec2:DescribeInstanceTypes", "sagemaker:ListTrainingJobs"), ANY, HERE),
    Allow(
        (
            "servicequotas:GetAWSDefaultServiceQuota",
            "servicequotas:GetServiceQuota",
            "servicequotas:ListAWSDefaultServiceQuotas",
            "servicequotas:ListServiceQuotas",
        ),
        ANY,
        HERE,
    ),
    Allow(("sagemaker:DescribeTrainingJob",), ("arn:aws:sagemaker:{region}:{account}:training-job/*",)),
)


def call(wanted: Input, clients: Clients, key: str) -> Output:
    """EC2 counts vCPUs per family and purchase option; SageMaker counts machines per type and purchase option."""
    return training_quota.read(wanted, clients) if wanted.managed else vcpu_quota.read(wanted, clients)
