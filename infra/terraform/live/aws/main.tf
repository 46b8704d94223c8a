# One installation of Tollgate on this cloud. Its values are in a .tfvars file beside it.

provider "aws" {
  region              = var.location
  allowed_account_ids = [var.account]
}

module "tollgate" {
  source = "../../aws"

  name                = var.name
  environment         = var.environment
  account             = var.account
  location            = var.location
  home                = var.home
  control_url         = var.control_url
  addresses           = var.addresses
  package_store       = var.package_store
  release             = var.release
  network_id          = var.network_id
  subnet_ids          = var.subnet_ids
  federated           = var.federated
  database            = var.database
  credentials_version = var.credentials_version
  limits              = var.limits
  calls_per_second    = var.calls_per_second
  tick_minutes        = var.tick_minutes
  log_days            = var.log_days
  identity_providers  = var.identity_providers
  cleaned_tenants     = var.cleaned_tenants
  budget              = var.budget
  watchers            = var.watchers
  tags                = var.tags
}
