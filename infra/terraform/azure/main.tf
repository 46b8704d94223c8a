# What everything here shares: the name that all names begin with, the tools, what the functions are told, and the group.

data "azurerm_client_config" "current" {}

locals {
  prefix = "${var.name}-${var.environment}"
  # Where Azure takes neither dashes nor many characters.
  short = "${var.name}${substr(sha256("${var.account}${local.prefix}"), 0, 8)}"
  tags  = merge(var.tags, { "tollgate-installation" = local.prefix, environment = var.environment })

  # Every tool and what it may do, as its handlers state: `python -m infra.artefacts.listing` writes it.
  tools = jsondecode(file("${path.module}/../../../functions/tools.json")).tools

  told = {
    TOLLGATE_JWKS                 = "${var.control_url}/.well-known/jwks.json"
    TOLLGATE_URLS                 = join(" ", [for name, url in merge(var.addresses, { control = var.control_url }) : "${name}=${url}"])
    TOLLGATE_AZURE_RESOURCE_GROUP = azurerm_resource_group.work.name
    TOLLGATE_AZURE_SUBSCRIPTION   = var.account
  }
}

# Tollgate itself.
resource "azurerm_resource_group" "plane" {
  name     = local.prefix
  location = var.location
  tags     = local.tags
}

# What the tools make. Their roles hold here and nowhere else.
resource "azurerm_resource_group" "work" {
  name     = "${local.prefix}-work"
  location = var.location
  tags     = local.tags
}

resource "azurerm_log_analytics_workspace" "logs" {
  name                = local.prefix
  location            = azurerm_resource_group.plane.location
  resource_group_name = azurerm_resource_group.plane.name
  sku                 = "PerGB2018"
  retention_in_days   = var.log_days
  tags                = local.tags
}

resource "azurerm_application_insights" "traces" {
  name                          = local.prefix
  location                      = azurerm_resource_group.plane.location
  resource_group_name           = azurerm_resource_group.plane.name
  application_type              = "web"
  workspace_id                  = azurerm_log_analytics_workspace.logs.id
  local_authentication_disabled = true
  tags                          = local.tags
}
