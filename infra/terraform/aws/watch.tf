# What it may cost, and what people are told of.

resource "aws_sns_topic" "watch" {
  name              = "${local.prefix}-watch"
  kms_master_key_id = aws_kms_key.data.id
  tags              = local.tags
}

resource "aws_sns_topic_subscription" "watch" {
  for_each = toset(var.watchers)

  topic_arn = aws_sns_topic.watch.arn
  protocol  = "email"
  endpoint  = each.value
}

resource "aws_budgets_budget" "month" {
  name         = local.prefix
  budget_type  = "COST"
  limit_amount = tostring(var.budget)
  limit_unit   = "USD"
  time_unit    = "MONTHLY"
  tags         = local.tags

  dynamic "notification" {
    for_each = { half = ["ACTUAL", 50], most = ["ACTUAL", 80], more = ["FORECASTED", 100] }

    content {
      comparison_operator        = "GREATER_THAN"
      notification_type          = notification.value[0]
      threshold                  = notification.value[1]
      threshold_type             = "PERCENTAGE"
      subscriber_email_addresses = var.watchers
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "dead" {
  count = var.home ? 1 : 0

  alarm_name          = "${local.prefix}-dead-letters"
  alarm_description   = "Something that should wake the orchestrator failed five times"
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead[0].name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.watch.arn]
  tags                = local.tags
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  for_each = merge(aws_lambda_function.tool, aws_lambda_function.plane)

  alarm_name          = "${each.value.function_name}-errors"
  alarm_description   = "A function of Tollgate fails"
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = each.value.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 2
  threshold           = 3
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.watch.arn]
  tags                = local.tags
}
