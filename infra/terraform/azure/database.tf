# The managed PostgreSQL, at home: in a subnet of its own without a public address, encrypted as everything in Azure is,
# with backups and a log for any point in time between.

resource "azurerm_private_dns_zone" "database" {
  count = var.home ? 1 : 0

  name                = "${local.prefix}.private.postgres.database.azure.com"
  resource_group_name = azurerm_resource_group.plane.name
  tags                = local.tags
}

resource "azurerm_private_dns_zone_virtual_network_link" "database" {
  count = var.home ? 1 : 0

  name                  = local.prefix
  private_dns_zone_name = azurerm_private_dns_zone.database[0].name
  resource_group_name   = azurerm_resource_group.plane.name
  virtual_network_id    = var.network_id
  tags                  = local.tags
}

resource "azurerm_postgresql_flexible_server" "database" {
  count = var.home ? 1 : 0

  name                              = "${local.short}-database"
  location                          = azurerm_resource_group.plane.location
  resource_group_name               = azurerm_resource_group.plane.name
  version                           = "17"
  sku_name                          = var.database.size
  storage_mb                        = var.database.storage_gib * 1024
  auto_grow_enabled                 = true
  administrator_login               = "tollgate"
  administrator_password_wo         = ephemeral.random_password.database[0].result
  administrator_password_wo_version = var.credentials_version
  delegated_subnet_id               = var.subnet_ids[0]
  private_dns_zone_id               = azurerm_private_dns_zone.database[0].id
  public_network_access_enabled     = false
  backup_retention_days             = var.database.backup_days
  geo_redundant_backup_enabled      = false
  tags                              = local.tags

  dynamic "high_availability" {
    for_each = var.database.standby ? [true] : []

    content {
      mode = "ZoneRedundant"
    }
  }

  lifecycle {
    prevent_destroy = true
    # Azure chooses the zones, and a failover swaps them.
    ignore_changes = [zone, high_availability[0].standby_availability_zone]
  }

  depends_on = [azurerm_private_dns_zone_virtual_network_link.database]
}

resource "azurerm_postgresql_flexible_server_configuration" "tls" {
  count = var.home ? 1 : 0

  name      = "require_secure_transport"
  server_id = azurerm_postgresql_flexible_server.database[0].id
  value     = "on"
}

resource "azurerm_postgresql_flexible_server_database" "database" {
  count = var.home ? 1 : 0

  name      = "tollgate"
  server_id = azurerm_postgresql_flexible_server.database[0].id
  collation = "en_US.utf8"
  charset   = "UTF8"
}
