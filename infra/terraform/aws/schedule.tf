# What begins by the clock, at home.

locals {
  schedules = var.home ? {
    orchestrate = "rate(${var.tick_minutes} ${var.tick_minutes == 1 ? "minute" : "minutes"})"
    reevaluate  = "cron(17 * * * ? *)"
    cleanup     = "cron(41 3 * * ? *)"
  } : {}
}

data "aws_iam_policy_document" "scheduler" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["scheduler.amazonaws.com"]
    }

    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [local.account]
    }
  }
}

resource "aws_iam_role" "scheduler" {
  for_each = local.schedules

  name               = "${local.prefix}-clock-${each.key}"
  description        = "Starts Tollgate's ${each.key} by the clock"
  assume_role_policy = data.aws_iam_policy_document.scheduler.json
  tags               = local.tags
}

data "aws_iam_policy_document" "start" {
  for_each = local.schedules

  statement {
    actions   = ["lambda:InvokeFunction"]
    resources = [aws_lambda_function.plane[each.key].arn]
  }
}

resource "aws_iam_role_policy" "scheduler" {
  for_each = local.schedules

  name   = "start"
  role   = aws_iam_role.scheduler[each.key].id
  policy = data.aws_iam_policy_document.start[each.key].json
}

resource "aws_scheduler_schedule" "plane" {
  for_each = local.schedules

  name                = "${local.prefix}-${each.key}"
  schedule_expression = each.value
  kms_key_arn         = aws_kms_key.data.arn

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = aws_lambda_function.plane[each.key].arn
    role_arn = aws_iam_role.scheduler[each.key].arn

    retry_policy {
      maximum_event_age_in_seconds = 300
      maximum_retry_attempts       = 2
    }
  }
}
