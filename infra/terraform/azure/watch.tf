# What it may cost, and what people are told of.

resource "azurerm_monitor_action_group" "watch" {
  name                = "${local.prefix}-watch"
  resource_group_name = azurerm_resource_group.plane.name
  short_name          = substr(var.name, 0, 12)
  tags                = local.tags

  dynamic "email_receiver" {
    for_each = toset(var.watchers)

    content {
      name                    = email_receiver.value
      email_address           = email_receiver.value
      use_common_alert_schema = true
    }
  }
}

resource "azurerm_consumption_budget_resource_group" "month" {
  for_each = { plane = azurerm_resource_group.plane.id, work = azurerm_resource_group.work.id }

  name              = "${local.prefix}-${each.key}"
  resource_group_id = each.value
  amount            = var.budget
  time_grain        = "Monthly"

  time_period {
    start_date = "2026-01-01T00:00:00Z"
  }

  dynamic "notification" {
    for_each = { half = ["Actual", 50], most = ["Actual", 80], more = ["Forecasted", 100] }

    content {
      operator       = "GreaterThan"
      threshold_type = notification.value[0]
      threshold      = notification.value[1]
      contact_emails = var.watchers
    }
  }
}

resource "azurerm_monitor_metric_alert" "dead" {
  count = var.home ? 1 : 0

  name                = "${local.prefix}-dead-letters"
  resource_group_name = azurerm_resource_group.plane.name
  description         = "Something that should wake the orchestrator failed five times"
  scopes              = [azurerm_servicebus_namespace.wake[0].id]
  severity            = 2
  frequency           = "PT5M"
  window_size         = "PT5M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.ServiceBus/namespaces"
    metric_name      = "DeadletteredMessages"
    aggregation      = "Maximum"
    operator         = "GreaterThan"
    threshold        = 0
  }

  action {
    action_group_id = azurerm_monitor_action_group.watch.id
  }
}

resource "azurerm_monitor_metric_alert" "errors" {
  for_each = azurerm_function_app_flex_consumption.app

  name                = "${each.value.name}-errors"
  resource_group_name = azurerm_resource_group.plane.name
  description         = "A function of Tollgate fails"
  scopes              = [each.value.id]
  severity            = 2
  frequency           = "PT5M"
  window_size         = "PT15M"
  tags                = local.tags

  criteria {
    metric_namespace = "Microsoft.Web/sites"
    metric_name      = "Http5xx"
    aggregation      = "Total"
    operator         = "GreaterThan"
    threshold        = 3
  }

  action {
    action_group_id = azurerm_monitor_action_group.watch.id
  }
}
