# A function app per tool, each with the managed identity of its own, whose custom role holds the tool's permissions and
# no others. Flex Consumption takes one app per plan and scales to nothing.

locals {
  plane   = merge({ catalog = true }, var.home ? { for name in ["control", "orchestrator", "reevaluate", "cleanup", "api", "webhooks"] : name => true } : {})
  at_home = toset([for name in keys(local.plane) : name if name != "catalog"])
  apps    = merge({ for tool in keys(local.tools) : tool => "tool" }, { for name in keys(local.plane) : name => "plane" })
}

resource "azurerm_user_assigned_identity" "app" {
  for_each = local.apps

  name                = "${local.prefix}-${replace(each.key, "_", "-")}"
  location            = azurerm_resource_group.plane.location
  resource_group_name = azurerm_resource_group.plane.name
  tags                = local.tags
}

resource "azurerm_role_definition" "tool" {
  for_each = { for tool, may in local.tools : tool => may.azure if length(may.azure) > 0 }

  name              = "${local.prefix}-${each.key}"
  scope             = azurerm_resource_group.work.id
  description       = "What Tollgate's tool ${each.key} may do"
  assignable_scopes = [azurerm_resource_group.work.id]

  permissions {
    actions      = [for name in each.value : name if !startswith(name, "Microsoft.KeyVault/vaults/secrets/")]
    data_actions = [for name in each.value : name if startswith(name, "Microsoft.KeyVault/vaults/secrets/")]
  }
}

resource "azurerm_role_assignment" "tool" {
  for_each = azurerm_role_definition.tool

  scope              = azurerm_resource_group.work.id
  role_definition_id = each.value.role_definition_resource_id
  principal_id       = azurerm_user_assigned_identity.app[each.key].principal_id
  principal_type     = "ServicePrincipal"
}

# Where the host keeps its own things and each app's package; the identities open it, no key does.
resource "azurerm_storage_account" "host" {
  name                              = local.short
  location                          = azurerm_resource_group.plane.location
  resource_group_name               = azurerm_resource_group.plane.name
  account_tier                      = "Standard"
  account_replication_type          = "ZRS"
  min_tls_version                   = "TLS1_2"
  https_traffic_only_enabled        = true
  shared_access_key_enabled         = false
  allow_nested_items_to_be_public   = false
  infrastructure_encryption_enabled = true
  default_to_oauth_authentication   = true
  tags                              = local.tags
}

resource "azurerm_storage_container" "app" {
  for_each = local.apps

  name                  = replace(each.key, "_", "-")
  storage_account_id    = azurerm_storage_account.host.id
  container_access_type = "private"
}

resource "azurerm_role_assignment" "package" {
  for_each = local.apps

  scope                = azurerm_storage_container.app[each.key].id
  role_definition_name = "Storage Blob Data Owner"
  principal_id         = azurerm_user_assigned_identity.app[each.key].principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_role_assignment" "traces" {
  for_each = local.apps

  scope                = azurerm_application_insights.traces.id
  role_definition_name = "Monitoring Metrics Publisher"
  principal_id         = azurerm_user_assigned_identity.app[each.key].principal_id
  principal_type       = "ServicePrincipal"
}

resource "azurerm_service_plan" "app" {
  for_each = local.apps

  name                = "${local.prefix}-${replace(each.key, "_", "-")}"
  location            = azurerm_resource_group.plane.location
  resource_group_name = azurerm_resource_group.plane.name
  os_type             = "Linux"
  sku_name            = "FC1"
  tags                = local.tags
}

resource "azurerm_function_app_flex_consumption" "app" {
  for_each = local.apps

  name                              = "${local.short}-${replace(each.key, "_", "-")}"
  location                          = azurerm_resource_group.plane.location
  resource_group_name               = azurerm_resource_group.plane.name
  service_plan_id                   = azurerm_service_plan.app[each.key].id
  runtime_name                      = "python"
  runtime_version                   = "3.13"
  instance_memory_in_mb             = max(var.limits.memory_mib, 2048)
  maximum_instance_count            = max(var.limits.concurrency, 40)
  storage_container_type            = "blobContainer"
  storage_container_endpoint        = "${azurerm_storage_account.host.primary_blob_endpoint}${azurerm_storage_container.app[each.key].name}"
  storage_authentication_type       = "UserAssignedIdentity"
  storage_user_assigned_identity_id = azurerm_user_assigned_identity.app[each.key].id
  virtual_network_subnet_id         = contains(local.at_home, each.key) ? var.subnet_ids[1] : null
  https_only                        = true
  zip_deploy_file                   = "${var.package_store}/${var.release}/azure/${each.key}.zip"
  tags                              = local.tags

  app_settings = merge(
    local.told,
    {
      AZURE_CLIENT_ID                           = azurerm_user_assigned_identity.app[each.key].client_id
      APPLICATIONINSIGHTS_AUTHENTICATION_STRING = "Authorization=AAD;ClientId=${azurerm_user_assigned_identity.app[each.key].client_id}"
      TOLLGATE_FUNCTION                         = each.key
      TOLLGATE_TIME_LIMIT_SECONDS               = each.value == "tool" ? tostring(var.limits.timeout_seconds) : "300"
      AzureFunctionsJobHost__functionTimeout    = each.value == "tool" ? "00:${format("%02d", floor(var.limits.timeout_seconds / 60))}:${format("%02d", var.limits.timeout_seconds % 60)}" : "00:05:00"
      AzureWebJobsStorage__credential           = "managedidentity"
      AzureWebJobsStorage__clientId             = azurerm_user_assigned_identity.app[each.key].client_id
      AzureWebJobsStorage__accountName          = azurerm_storage_account.host.name
    },
    each.value == "tool" ? {
      TOLLGATE_AZURE_IDENTITIES = jsonencode({ (each.key) = azurerm_user_assigned_identity.app[each.key].client_id })
    } : {},
    contains(local.at_home, each.key) ? {
      TOLLGATE_DATABASE_SECRET     = azurerm_key_vault_secret.database_url[0].versionless_id
      TOLLGATE_KEYRING_SECRET      = "${azurerm_key_vault.kept[0].vault_uri}secrets/keyring"
      TOLLGATE_GATEWAY_KEYS_SECRET = azurerm_key_vault_secret.nothing["gateway-keys"].versionless_id
      TOLLGATE_WAKE_QUEUE          = "sb://${azurerm_servicebus_namespace.wake[0].name}.servicebus.windows.net/${azurerm_servicebus_queue.wake[0].name}"
      TOLLGATE_OIDC                = var.identity_providers
      TOLLGATE_CLEANUP_TENANTS     = join(" ", var.cleaned_tenants)
    } : {},
    contains(["webhooks", "orchestrator"], each.key) ? { TOLLGATE_DOORS_SECRET = azurerm_key_vault_secret.nothing["doors"].versionless_id } : {},
    contains(keys(local.schedules), each.key) ? { TOLLGATE_TICK = local.schedules[each.key] } : {},
    each.key == "orchestrator" ? {
      TOLLGATE_WAKE_NAME                     = azurerm_servicebus_queue.wake[0].name
      TOLLGATE_WAKE__fullyQualifiedNamespace = "${azurerm_servicebus_namespace.wake[0].name}.servicebus.windows.net"
      TOLLGATE_WAKE__credential              = "managedidentity"
      TOLLGATE_WAKE__clientId                = azurerm_user_assigned_identity.app["orchestrator"].client_id
    } : {}
  )

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.app[each.key].id]
  }

  site_config {
    application_insights_connection_string = azurerm_application_insights.traces.connection_string
    minimum_tls_version                    = "1.2"
    http2_enabled                          = true
  }

  depends_on = [azurerm_role_assignment.package]
}
