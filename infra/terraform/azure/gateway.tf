# One API Management in front of all functions. It limits how often and how much, and asks for a token's header where tools
# are called; whose token it is, is the functions' own matter.

locals {
  # `to`: where the function has it, if elsewhere.
  backends = merge(
    { for tool in keys(local.tools) : tool => { path = "/azure/mcp/${tool}", to = "/mcp/${tool}", app = tool, method = "POST", token = true } },
    { catalog = { path = "/azure/mcp", to = "/mcp", app = "catalog", method = "POST", token = true } },
    var.home ? {
      "api-get"      = { path = "/api/v1/*", to = "", app = "api", method = "GET", token = true }
      "api-head"     = { path = "/api/v1/*", to = "", app = "api", method = "HEAD", token = true }
      "api-post"     = { path = "/api/v1/*", to = "", app = "api", method = "POST", token = true }
      "webhooks"     = { path = "/hooks/{door}", to = "", app = "webhooks", method = "POST", token = false }
      "control-get"  = { path = "/*", to = "", app = "control", method = "GET", token = false }
      "control-post" = { path = "/*", to = "", app = "control", method = "POST", token = false }
    } : {}
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
  method              = each.value.method
  url_template        = each.value.path

  dynamic "template_parameter" {
    for_each = each.key == "webhooks" ? ["door"] : []

    content {
      name     = template_parameter.value
      type     = "string"
      required = true
    }
  }
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
          <when condition="@(int.Parse(context.Request.Headers.GetValueOrDefault("Content-Length", "0")) &gt; 1048576)">
            <return-response><set-status code="413" reason="Payload Too Large" /></return-response>
          </when>
        </choose>
        ${each.value.token ? "<check-header name=\"Authorization\" failed-check-httpcode=\"401\" failed-check-error-message=\"A bearer token is needed.\" ignore-case=\"true\" />" : ""}
        <set-backend-service base-url="https://${azurerm_function_app_flex_consumption.app[each.value.app].default_hostname}" />
        ${each.value.to == "" ? "" : "<rewrite-uri template=\"${each.value.to}\" />"}
      </inbound>
      <backend><base /></backend>
      <outbound><base /></outbound>
      <on-error><base /></on-error>
    </policies>
  XML
}
