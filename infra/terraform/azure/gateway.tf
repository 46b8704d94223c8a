# One API Management in front of all functions. It limits how often and how much; who calls is the functions' own matter:
# they check the bearer token.

locals {
  backends = merge(
    { for tool in keys(local.tools) : tool => { path = "/mcp/${tool}", app = tool } },
    { catalog = { path = "/mcp", app = "catalog" } },
    var.home ? { control = { path = "/control/mcp", app = "control" } } : {}
  )
}

resource "azurerm_api_management" "front" {
  name                = "${local.short}-front"
  location            = azurerm_resource_group.plane.location
  resource_group_name = azurerm_resource_group.plane.name
  publisher_name      = var.name
  publisher_email     = var.watchers[0]
  sku_name            = "Consumption_0"
  tags                = local.tags
}

resource "azurerm_api_management_api" "mcp" {
  name                  = "mcp"
  api_management_name   = azurerm_api_management.front.name
  resource_group_name   = azurerm_resource_group.plane.name
  display_name          = "Tollgate"
  revision              = "1"
  path                  = ""
  protocols             = ["https"]
  subscription_required = false
}

resource "azurerm_api_management_api_operation" "function" {
  for_each = local.backends

  operation_id        = replace(each.key, "_", "-")
  display_name        = each.key
  api_name            = azurerm_api_management_api.mcp.name
  api_management_name = azurerm_api_management.front.name
  resource_group_name = azurerm_resource_group.plane.name
  method              = "POST"
  url_template        = each.value.path
}

resource "azurerm_api_management_api_operation_policy" "function" {
  for_each = local.backends

  operation_id        = azurerm_api_management_api_operation.function[each.key].operation_id
  api_name            = azurerm_api_management_api.mcp.name
  api_management_name = azurerm_api_management.front.name
  resource_group_name = azurerm_resource_group.plane.name
  xml_content         = <<-XML
    <policies>
      <inbound>
        <base />
        <rate-limit calls="${var.calls_per_second * 60}" renewal-period="60" />
        <choose>
          <when condition="@(int.Parse(context.Request.Headers.GetValueOrDefault("Content-Length", "0")) &gt; 262144)">
            <return-response><set-status code="413" reason="Payload Too Large" /></return-response>
          </when>
        </choose>
        <set-backend-service base-url="https://${azurerm_function_app_flex_consumption.app[each.value.app].default_hostname}" />
      </inbound>
      <backend><base /></backend>
      <outbound><base /></outbound>
      <on-error><base /></on-error>
    </policies>
  XML
}
