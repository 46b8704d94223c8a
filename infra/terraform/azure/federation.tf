# Workloads of other clouds become the tools' identities with their own cloud's token. Nobody holds a key.

locals {
  federations = { for pair in setproduct(keys(var.federated), keys(local.tools)) : "${pair[0]}-${pair[1]}" => { from = var.federated[pair[0]], tool = pair[1] } }
}

resource "azurerm_federated_identity_credential" "other" {
  for_each = local.federations

  name                = replace(each.key, "_", "-")
  resource_group_name = azurerm_resource_group.plane.name
  parent_id           = azurerm_user_assigned_identity.app[each.value.tool].id
  issuer              = each.value.from.issuer
  subject             = each.value.from.subject
  audience            = [each.value.from.audience]
}
