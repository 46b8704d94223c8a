# What wakes the orchestrator before its time. A message that fails five times goes to the queue's own dead letters.

resource "azurerm_servicebus_namespace" "wake" {
  count = var.home ? 1 : 0

  name                = "${local.short}-wake"
  location            = azurerm_resource_group.plane.location
  resource_group_name = azurerm_resource_group.plane.name
  sku                 = "Standard"
  minimum_tls_version = "1.2"
  local_auth_enabled  = false
  tags                = local.tags
}

resource "azurerm_servicebus_queue" "wake" {
  count = var.home ? 1 : 0

  name                                 = "wake"
  namespace_id                         = azurerm_servicebus_namespace.wake[0].id
  lock_duration                        = "PT5M"
  max_delivery_count                   = 5
  default_message_ttl                  = "P4D"
  dead_lettering_on_message_expiration = true
}

resource "azurerm_role_assignment" "receives" {
  count = var.home ? 1 : 0

  scope                = azurerm_servicebus_queue.wake[0].id
  role_definition_name = "Azure Service Bus Data Receiver"
  principal_id         = azurerm_user_assigned_identity.app["orchestrator"].principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "sends" {
  for_each = local.at_home

  scope                = azurerm_servicebus_queue.wake[0].id
  role_definition_name = "Azure Service Bus Data Sender"
  principal_id         = azurerm_user_assigned_identity.app[each.key].principal_id
  principal_type       = "ServicePrincipal"
}
