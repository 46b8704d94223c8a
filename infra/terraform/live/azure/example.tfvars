# A copy of this, with your own values, says what is deployed: terraform apply -var-file=production.tfvars
environment   = "production"
account       = "00000000-0000-0000-0000-000000000000"
location      = "westeurope"
home          = false
control_url   = "https://tollgate.example.com"
package_store = "../../../../.tollgate/release"
release       = "0.1.0"
network_id    = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/net"
subnet_ids    = ["/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/net/subnets/database", "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/net/subnets/functions"]
budget        = 500
watchers      = ["platform@example.com"]

database = {
  size        = "GP_Standard_D2ds_v5"
  storage_gib = 64
  backup_days = 14
  standby     = true
}
