# One HTTP API in front of all functions. Who calls is the functions' own matter: they check the bearer token.

resource "aws_apigatewayv2_api" "front" {
  name          = local.prefix
  description   = "Tollgate"
  protocol_type = "HTTP"
  tags          = local.tags
}

resource "aws_cloudwatch_log_group" "front" {
  name              = "/tollgate/${local.prefix}/gateway"
  retention_in_days = var.log_days
  kms_key_id        = aws_kms_key.data.arn
  tags              = local.tags
}

resource "aws_apigatewayv2_stage" "front" {
  api_id      = aws_apigatewayv2_api.front.id
  name        = "$default"
  auto_deploy = true
  tags        = local.tags

  default_route_settings {
    throttling_rate_limit  = var.calls_per_second
    throttling_burst_limit = var.calls_per_second * 2
  }

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.front.arn
    # Neither headers nor bodies: a token is in one, and anything may be in the other.
    format = jsonencode({ id = "$context.requestId", at = "$context.requestTime", route = "$context.routeKey", status = "$context.status", milliseconds = "$context.responseLatency" })
  }
}

locals {
  routes = merge(
    { for tool in keys(local.tools) : "POST /aws/mcp/${tool}" => aws_lambda_function.tool[tool] },
    { "POST /aws/mcp" = aws_lambda_function.plane["catalog"] },
    var.home ? {
      "ANY /api/v1/{proxy+}" = aws_lambda_function.plane["api"]
      "POST /hooks/{door}"   = aws_lambda_function.plane["webhooks"]
      "ANY /{proxy+}"        = aws_lambda_function.plane["control"]
    } : {}
  )
  called = merge({ for tool in keys(local.tools) : tool => aws_lambda_function.tool[tool] }, { for name in setintersection(keys(local.plane), local.asked) : name => aws_lambda_function.plane[name] })
}

resource "aws_apigatewayv2_integration" "function" {
  for_each = local.called

  api_id                 = aws_apigatewayv2_api.front.id
  integration_type       = "AWS_PROXY"
  integration_uri        = each.value.invoke_arn
  payload_format_version = "2.0"
  timeout_milliseconds   = 30000
}

resource "aws_apigatewayv2_route" "function" {
  for_each = local.routes

  api_id    = aws_apigatewayv2_api.front.id
  route_key = each.key
  target    = "integrations/${aws_apigatewayv2_integration.function[trimprefix(each.value.function_name, "${local.prefix}-")].id}"
}

resource "aws_lambda_permission" "front" {
  for_each = local.called

  statement_id  = "gateway"
  action        = "lambda:InvokeFunction"
  function_name = each.value.function_name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_apigatewayv2_api.front.execution_arn}/*/*"
}
