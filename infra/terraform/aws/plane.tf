# The control plane's own functions: the catalog everywhere, the others where home is. They reach the database, and no
# cloud's resources: for those they call the tools.

locals {
  plane = merge(
    { catalog = "functions.aws.catalog.handler" },
    var.home ? {
      control     = "functions.aws.control.handler"
      api         = "functions.api.aws.handler"
      webhooks    = "functions.webhooks.aws.handler"
      orchestrate = "functions.orchestrate.aws.handler"
      reevaluate  = "functions.reevaluate.aws.handler"
      cleanup     = "functions.cleanup.aws.handler"
    } : {}
  )
  # Whom the gateway asks, it waits for half a minute.
  asked   = ["catalog", "control", "api", "webhooks"]
  seconds = { orchestrate = 300, reevaluate = 900, cleanup = 900 }
  at_once = { orchestrate = 5, reevaluate = 1, cleanup = 1 }
  # Who takes words in at the doors, and who answers there.
  doors   = ["webhooks", "orchestrate"]
  at_home = toset([for name in keys(local.plane) : name if name != "catalog"])
}

resource "aws_iam_role" "plane" {
  for_each = local.plane

  name               = "${local.prefix}-fn-${each.key}"
  description        = "Runs Tollgate's ${each.key}"
  assume_role_policy = data.aws_iam_policy_document.function.json
  tags               = local.tags
}

data "aws_iam_policy_document" "plane" {
  for_each = local.plane

  statement {
    actions   = ["logs:CreateLogStream", "logs:PutLogEvents"]
    resources = ["${aws_cloudwatch_log_group.plane[each.key].arn}:*"]
  }

  statement {
    # X-Ray takes no resource.
    actions   = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = contains(local.at_home, each.key) ? [true] : []

    content {
      # A function in a network makes its own interface there. EC2 takes no resource for these.
      actions   = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface"]
      resources = ["*"]
    }
  }

  dynamic "statement" {
    for_each = contains(local.at_home, each.key) ? [true] : []

    content {
      actions   = ["secretsmanager:GetSecretValue"]
      resources = [for name, secret in aws_secretsmanager_secret.kept : secret.arn if name != "doors" || contains(local.doors, each.key)]
    }
  }

  dynamic "statement" {
    for_each = contains(local.at_home, each.key) ? [true] : []

    content {
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      resources = [aws_kms_key.data.arn]
    }
  }

  dynamic "statement" {
    for_each = each.key == "orchestrate" ? [true] : []

    content {
      actions   = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ChangeMessageVisibility"]
      resources = [aws_sqs_queue.wake[0].arn]
    }
  }

  dynamic "statement" {
    for_each = contains(local.at_home, each.key) ? [true] : []

    content {
      actions   = ["sqs:SendMessage"]
      resources = [aws_sqs_queue.wake[0].arn]
    }
  }
}

resource "aws_iam_role_policy" "plane" {
  for_each = local.plane

  name   = "run"
  role   = aws_iam_role.plane[each.key].id
  policy = data.aws_iam_policy_document.plane[each.key].json
}

resource "aws_cloudwatch_log_group" "plane" {
  for_each = local.plane

  name              = "/tollgate/${local.prefix}/${each.key}"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.data.arn
  tags              = local.tags
}

resource "aws_lambda_function" "plane" {
  for_each = local.plane

  function_name = "${local.prefix}-${each.key}"
  description   = "Tollgate's ${each.key}"
  role          = aws_iam_role.plane[each.key].arn
  runtime       = "python3.13"
  architectures = ["x86_64"]
  handler       = each.value
  s3_bucket     = var.package_store
  s3_key        = "${var.release}/aws/${each.key}.zip"
  memory_size   = max(var.limits.memory_mib, 1024)
  timeout       = lookup(local.seconds, each.key, 29)
  kms_key_arn   = aws_kms_key.data.arn

  reserved_concurrent_executions = lookup(local.at_once, each.key, var.limits.concurrency * 2)

  tags = local.tags

  environment {
    variables = merge(
      { for name, value in local.told : name => value if name != "TOLLGATE_AWS_TOOL_ROLE" },
      contains(local.at_home, each.key) ? {
        TOLLGATE_DATABASE_SECRET     = aws_secretsmanager_secret.kept["database-url"].arn
        TOLLGATE_KEYRING_SECRET      = aws_secretsmanager_secret.kept["keyring"].arn
        TOLLGATE_GATEWAY_KEYS_SECRET = aws_secretsmanager_secret.kept["gateway-keys"].arn
        TOLLGATE_WAKE_QUEUE          = aws_sqs_queue.wake[0].url
        TOLLGATE_OIDC                = var.identity_providers
        TOLLGATE_CLEANUP_TENANTS     = join(" ", var.cleaned_tenants)
      } : {},
      contains(local.doors, each.key) ? { TOLLGATE_DOORS_SECRET = aws_secretsmanager_secret.kept["doors"].arn } : {}
    )
  }

  dynamic "vpc_config" {
    for_each = contains(local.at_home, each.key) ? [true] : []

    content {
      subnet_ids         = var.subnet_ids
      security_group_ids = [aws_security_group.plane[0].id]
    }
  }

  logging_config {
    log_format = "JSON"
    log_group  = aws_cloudwatch_log_group.plane[each.key].name
  }

  tracing_config {
    mode = "Active"
  }

  depends_on = [aws_iam_role_policy.plane]
}
