# A copy of this, with your own values, says what is deployed: terraform apply -var-file=production.tfvars
environment   = "production"
account       = "acme-tollgate"
location      = "europe-west1"
home          = false
control_url   = "https://tollgate.example.com"
package_store = "acme-tollgate-packages"
release       = "0.1.0"
network_id    = "projects/acme-tollgate/global/networks/net"
subnet_ids    = ["connector"]
budget        = 500
watchers      = ["platform@example.com"]

database = {
  size        = "db-custom-2-7680"
  storage_gib = 64
  backup_days = 14
  standby     = true
}
