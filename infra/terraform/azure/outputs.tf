output "gateway_url" {
  description = "Where clients and the control plane call the functions: `/mcp` and `/mcp/{tool}`."
  value       = "${azurerm_api_management.front.gateway_url}/azure"
}

output "function_names" {
  description = "The name of each tool's function, by tool."
  value       = { for tool in keys(local.tools) : tool => azurerm_function_app_flex_consumption.app[tool].name }
}

output "function_identities" {
  description = "Whose permissions each tool works with, by tool: a role's ARN, a managed identity's client id or a service account's address."
  value       = { for tool in keys(local.tools) : tool => azurerm_user_assigned_identity.app[tool].client_id }
}

output "database_address" {
  description = "The database's private address; null where home is elsewhere."
  value       = one(azurerm_postgresql_flexible_server.database[*].fqdn)
}

output "database_secret" {
  description = "The secret that holds the database's URL; null where home is elsewhere."
  value       = one(azurerm_key_vault_secret.database_url[*].versionless_id)
}

output "keyring_secret" {
  description = "The secret that holds the signing keys; null where home is elsewhere."
  value       = one([for vault in azurerm_key_vault.kept : "${vault.vault_uri}secrets/keyring"])
}

output "queue" {
  description = "What wakes the orchestrator; null where home is elsewhere."
  value       = one(azurerm_servicebus_queue.wake[*].id)
}

output "dead_letters" {
  description = "Where messages are kept that failed; null where home is elsewhere."
  value       = one([for queue in azurerm_servicebus_queue.wake : "${queue.name}/$deadletterqueue"])
}

output "federation" {
  description = "What a workload elsewhere names to become a tool here, by the name that `federated` gave it."
  value       = { for name in keys(var.federated) : name => data.azurerm_client_config.current.tenant_id }
}

output "budget" {
  description = "The name of the month's budget."
  value       = azurerm_consumption_budget_resource_group.month["work"].name
}
