# What only the control plane may read. Values are written without ever being in a plan or a state; the keyring's is put
# there by `tollgate keys`.

ephemeral "random_password" "database" {
  count = var.home ? 1 : 0

  length  = 40
  special = false
}

resource "azurerm_key_vault" "kept" {
  count = var.home ? 1 : 0

  name                       = local.short
  location                   = azurerm_resource_group.plane.location
  resource_group_name        = azurerm_resource_group.plane.name
  tenant_id                  = data.azurerm_client_config.current.tenant_id
  sku_name                   = "standard"
  rbac_authorization_enabled = true
  purge_protection_enabled   = true
  soft_delete_retention_days = 30
  tags                       = local.tags

  network_acls {
    bypass                     = "AzureServices"
    default_action             = "Deny"
    virtual_network_subnet_ids = [var.subnet_ids[1]]
  }
}

resource "azurerm_key_vault_secret" "database_url" {
  count = var.home ? 1 : 0

  name             = "database-url"
  key_vault_id     = azurerm_key_vault.kept[0].id
  value_wo         = "postgresql://tollgate:${ephemeral.random_password.database[0].result}@${azurerm_postgresql_flexible_server.database[0].fqdn}:5432/tollgate?sslmode=verify-full"
  value_wo_version = var.credentials_version
  content_type     = "text/plain"
  tags             = local.tags
}

# What an installation may have: nothing, until somebody puts more there.
resource "azurerm_key_vault_secret" "nothing" {
  for_each = var.home ? toset(["gateway-keys", "doors"]) : toset([])

  name             = each.key
  key_vault_id     = azurerm_key_vault.kept[0].id
  value_wo         = "{}"
  value_wo_version = 1
  content_type     = "application/json"
  tags             = local.tags
}

resource "azurerm_role_assignment" "secrets" {
  for_each = local.at_home

  scope                = azurerm_key_vault.kept[0].id
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.app[each.key].principal_id
  principal_type       = "ServicePrincipal"
}
