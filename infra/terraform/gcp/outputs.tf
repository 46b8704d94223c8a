output "gateway_url" {
  description = "Where clients and the control plane call the functions: `/mcp` and `/mcp/{tool}`."
  value       = "https://${google_api_gateway_gateway.front.default_hostname}/gcp"
}

output "function_names" {
  description = "The name of each tool's function, by tool."
  value       = { for tool, function in google_cloudfunctions2_function.tool : tool => function.name }
}

output "function_identities" {
  description = "Whose permissions each tool works with, by tool: a role's ARN, a managed identity's client id or a service account's address."
  value       = { for tool, account in google_service_account.tool : tool => account.email }
}

output "database_address" {
  description = "The database's private address; null where home is elsewhere."
  value       = one(google_sql_database_instance.database[*].private_ip_address)
}

output "database_secret" {
  description = "The secret that holds the database's URL; null where home is elsewhere."
  value       = one([for name, secret in google_secret_manager_secret.kept : secret.id if name == "database-url"])
}

output "keyring_secret" {
  description = "The secret that holds the signing keys; null where home is elsewhere."
  value       = one([for name, secret in google_secret_manager_secret.kept : secret.id if name == "keyring"])
}

output "queue" {
  description = "What wakes the orchestrator; null where home is elsewhere."
  value       = one(google_pubsub_topic.wake[*].id)
}

output "dead_letters" {
  description = "Where messages are kept that failed; null where home is elsewhere."
  value       = one(google_pubsub_topic.dead[*].id)
}

output "federation" {
  description = "What a workload elsewhere names to become a tool here, by the name that `federated` gave it."
  value       = { for name, provider in google_iam_workload_identity_pool_provider.other : name => provider.name }
}

output "budget" {
  description = "The name of the month's budget."
  value       = google_billing_budget.month.display_name
}
