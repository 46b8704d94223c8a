# What everything here shares: the name that all names begin with, the tools, what the functions are told, and the key.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  prefix = "${var.name}-${var.environment}"
  tags   = merge(var.tags, { "tollgate:installation" = local.prefix, environment = var.environment })

  # Every tool and what it may do, as its handlers state: `python -m infra.artefacts.listing` writes it.
  tools = jsondecode(file("${path.module}/../../../functions/tools.json")).tools

  account = data.aws_caller_identity.current.account_id
  key_actions = [
    "CancelKeyDeletion",
    "CreateAlias",
    "CreateGrant",
    "Decrypt",
    "DeleteAlias",
    "DescribeKey",
    "DisableKey",
    "DisableKeyRotation",
    "EnableKey",
    "EnableKeyRotation",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyWithoutPlaintext",
    "GetKeyPolicy",
    "GetKeyRotationStatus",
    "ListGrants",
    "ListKeyPolicies",
    "ListResourceTags",
    "ListRetirableGrants",
    "PutKeyPolicy",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "RevokeGrant",
    "RotateKeyOnDemand",
    "ScheduleKeyDeletion",
    "TagResource",
    "UntagResource",
    "UpdateAlias",
    "UpdateKeyDescription",
  ]
  told = {
    TOLLGATE_JWKS          = "${var.control_url}/.well-known/jwks.json"
    TOLLGATE_URLS          = join(" ", [for name, url in merge(var.addresses, { control = var.control_url }) : "${name}=${url}"])
    TOLLGATE_AWS_TOOL_ROLE = "arn:${data.aws_partition.current.partition}:iam::${local.account}:role/${local.prefix}-{tool}"
  }
}

# Logs, queue, topic, secrets and database are encrypted with it.
resource "aws_kms_key" "data" {
  description             = "Tollgate's data at rest (${local.prefix})"
  enable_key_rotation     = true
  deletion_window_in_days = 30
  policy                  = data.aws_iam_policy_document.key.json
  tags                    = local.tags
}

data "aws_iam_policy_document" "key" {
  statement {
    sid       = "TheAccountsOwnPoliciesDecide"
    actions   = [for action in local.key_actions : "kms:${action}"]
    resources = ["*"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${local.account}:root"]
    }
  }

  statement {
    sid       = "LogsOfThisInstallation"
    actions   = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:GenerateDataKey", "kms:DescribeKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["logs.${var.location}.amazonaws.com"]
    }

    condition {
      test     = "ArnLike"
      variable = "kms:EncryptionContext:aws:logs:arn"
      values   = ["arn:${data.aws_partition.current.partition}:logs:${var.location}:${local.account}:log-group:/tollgate/${local.prefix}/*"]
    }
  }

  statement {
    sid       = "AlarmsToTheTopic"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = ["*"]

    principals {
      type        = "Service"
      identifiers = ["cloudwatch.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}
