# A function per tool, each as a role of its own that may do one thing: become the tool's role. That one holds the tool's
# permissions and no others, and is narrowed to each call by a session policy.

data "aws_iam_policy_document" "function" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["lambda.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "function" {
  for_each = local.tools

  name               = "${local.prefix}-fn-${each.key}"
  description        = "Runs Tollgate's function of the tool ${each.key}"
  assume_role_policy = data.aws_iam_policy_document.function.json
  tags               = local.tags
}

data "aws_iam_policy_document" "run" {
  for_each = local.tools

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.tool[each.key].arn}:*"]
  }

  statement {
    # X-Ray takes no resource.
    actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    resources = ["*"]
  }

  statement {
    actions   = ["sts:AssumeRole", "sts:TagSession"]
    resources = [aws_iam_role.tool[each.key].arn]
  }
}

resource "aws_iam_role_policy" "function" {
  for_each = local.tools

  name   = "run"
  role   = aws_iam_role.function[each.key].id
  policy = data.aws_iam_policy_document.run[each.key].json
}

data "aws_iam_policy_document" "become" {
  for_each = local.tools

  statement {
    actions = ["sts:AssumeRole", "sts:TagSession"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${local.account}:root"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = ["arn:${data.aws_partition.current.partition}:iam::${local.account}:role/${local.prefix}-fn-${each.key}"]
    }
  }

  dynamic "statement" {
    for_each = var.federated

    content {
      actions = ["sts:AssumeRoleWithWebIdentity"]

      principals {
        type        = "Federated"
        identifiers = [aws_iam_openid_connect_provider.other[statement.key].arn]
      }

      condition {
        test     = "StringEquals"
        variable = "${trimprefix(statement.value.issuer, "https://")}:sub"
        values   = [statement.value.subject]
      }

      condition {
        test     = "StringEquals"
        variable = "${trimprefix(statement.value.issuer, "https://")}:aud"
        values   = [statement.value.audience]
      }
    }
  }
}

resource "aws_iam_role" "tool" {
  for_each = local.tools

  name                 = "${local.prefix}-${each.key}"
  description          = "What Tollgate's tool ${each.key} may do"
  assume_role_policy   = data.aws_iam_policy_document.become[each.key].json
  max_session_duration = 3600
  tags                 = local.tags
}

# A tool that only knows prices needs nothing.
resource "aws_iam_role_policy" "tool" {
  for_each = { for tool, may in local.tools : tool => may.aws if length(may.aws) > 0 }

  name   = "tool"
  role   = aws_iam_role.tool[each.key].id
  policy = replace(jsonencode({ Version = "2012-10-17", Statement = each.value }), "{account}", local.account)
}

resource "aws_cloudwatch_log_group" "tool" {
  for_each = local.tools

  name              = "/tollgate/${local.prefix}/${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.data.arn
  tags              = local.tags
}

resource "aws_lambda_function" "tool" {
  for_each = local.tools

  function_name                  = "${local.prefix}-${each.key}"
  description                    = "Tollgate's tool ${each.key}"
  role                           = aws_iam_role.function[each.key].arn
  runtime                        = "python3.13"
  architectures                  = ["x86_64"]
  handler                        = "functions.aws.entry.handler"
  s3_bucket                      = var.package_store
  s3_key                         = "${var.release}/aws/${each.key}.zip"
  memory_size                    = var.limits.memory_mib
  timeout                        = var.limits.timeout_seconds
  reserved_concurrent_executions = var.limits.concurrency
  kms_key_arn                    = aws_kms_key.data.arn
  tags                           = local.tags

  environment {
    variables = merge(local.told, { TOLLGATE_TOOL = each.key })
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.tool[each.key].name
  }

  tracing_config {
    mode = "Active"
  }
}
