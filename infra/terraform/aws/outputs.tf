output "gateway_url" {
  description = "Where clients and the control plane call the functions: `/mcp` and `/mcp/{tool}`."
  value       = "${aws_apigatewayv2_api.front.api_endpoint}/aws"
}

output "function_names" {
  description = "The name of each tool's function, by tool."
  value       = { for tool, function in aws_lambda_function.tool : tool => function.function_name }
}

output "function_identities" {
  description = "Whose permissions each tool works with, by tool: a role's ARN, a managed identity's client id or a service account's address."
  value       = { for tool, role in aws_iam_role.tool : tool => role.arn }
}

output "database_address" {
  description = "The database's private address; null where home is elsewhere."
  value       = one(aws_db_instance.database[*].address)
}

output "database_secret" {
  description = "The secret that holds the database's URL; null where home is elsewhere."
  value       = one([for name, secret in aws_secretsmanager_secret.kept : secret.arn if name == "database-url"])
}

output "keyring_secret" {
  description = "The secret that holds the signing keys; null where home is elsewhere."
  value       = one([for name, secret in aws_secretsmanager_secret.kept : secret.arn if name == "keyring"])
}

output "queue" {
  description = "What wakes the orchestrator; null where home is elsewhere."
  value       = one(aws_sqs_queue.wake[*].url)
}

output "dead_letters" {
  description = "Where messages are kept that failed; null where home is elsewhere."
  value       = one(aws_sqs_queue.dead[*].url)
}

output "federation" {
  description = "What a workload elsewhere names to become a tool here, by the name that `federated` gave it."
  value       = { for name, provider in aws_iam_openid_connect_provider.other : name => provider.arn }
}

output "budget" {
  description = "The name of the month's budget."
  value       = aws_budgets_budget.month.name
}
