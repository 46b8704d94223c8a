# A copy of this, with your own values, says what is deployed: terraform apply -var-file=production.tfvars
environment   = "production"
account       = "123456789012"
location      = "eu-west-1"
home          = true
control_url   = "https://tollgate.example.com"
package_store = "tollgate-packages"
release       = "0.1.0"
network_id    = "vpc-0123456789abcdef0"
subnet_ids    = ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"]
budget        = 500
watchers      = ["platform@example.com"]

database = {
  size        = "db.t4g.medium"
  storage_gib = 64
  backup_days = 14
  standby     = true
}
