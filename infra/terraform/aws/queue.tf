# What wakes the orchestrator before its time. A message that fails five times is kept for people.

resource "aws_sqs_queue" "dead" {
  count = var.home ? 1 : 0

  name                      = "${local.prefix}-dead"
  kms_master_key_id         = aws_kms_key.data.id
  message_retention_seconds = 1209600
  tags                      = local.tags
}

resource "aws_sqs_queue" "wake" {
  count = var.home ? 1 : 0

  name                       = "${local.prefix}-wake"
  kms_master_key_id          = aws_kms_key.data.id
  visibility_timeout_seconds = 1800
  message_retention_seconds  = 345600
  tags                       = local.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[0].arn
    maxReceiveCount     = 5
  })
}

resource "aws_lambda_event_source_mapping" "wake" {
  count = var.home ? 1 : 0

  event_source_arn        = aws_sqs_queue.wake[0].arn
  function_name           = aws_lambda_function.plane["orchestrate"].arn
  batch_size              = 10
  function_response_types = ["ReportBatchItemFailures"]
}
