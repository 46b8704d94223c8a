output "gateway_url" {
  description = "Where clients and the control plane call the functions: `/mcp` and `/mcp/{tool}`."
  value       = module.tollgate.gateway_url
}

output "function_names" {
  description = "The name of each tool's function, by tool."
  value       = module.tollgate.function_names
}

output "function_identities" {
  description = "Whose permissions each tool works with, by tool: a role's ARN, a managed identity's client id or a service account's address."
  value       = module.tollgate.function_identities
}

output "database_address" {
  description = "The database's private address; null where home is elsewhere."
  value       = module.tollgate.database_address
}

output "database_secret" {
  description = "The secret that holds the database's URL; null where home is elsewhere."
  value       = module.tollgate.database_secret
}

output "keyring_secret" {
  description = "The secret that holds the signing keys; null where home is elsewhere."
  value       = module.tollgate.keyring_secret
}

output "queue" {
  description = "What wakes the orchestrator; null where home is elsewhere."
  value       = module.tollgate.queue
}

output "dead_letters" {
  description = "Where messages are kept that failed; null where home is elsewhere."
  value       = module.tollgate.dead_letters
}

output "federation" {
  description = "What a workload elsewhere names to become a tool here, by the name that `federated` gave it."
  value       = module.tollgate.federation
}

output "budget" {
  description = "The name of the month's budget."
  value       = module.tollgate.budget
}
