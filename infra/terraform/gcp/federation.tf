# Workloads of other clouds become the tools' accounts with their own cloud's token. Nobody holds a key.

resource "google_iam_workload_identity_pool" "other" {
  count = length(var.federated) > 0 ? 1 : 0

  project                   = var.account
  workload_identity_pool_id = local.prefix
  display_name              = local.prefix
  description               = "Workloads of other clouds that may act as Tollgate's tools"
}

resource "google_iam_workload_identity_pool_provider" "other" {
  for_each = var.federated

  project                            = var.account
  workload_identity_pool_id          = google_iam_workload_identity_pool.other[0].workload_identity_pool_id
  workload_identity_pool_provider_id = each.key
  attribute_mapping                  = { "google.subject" = "assertion.sub" }
  attribute_condition                = "assertion.sub == '${each.value.subject}'"

  oidc {
    issuer_uri        = each.value.issuer
    allowed_audiences = [each.value.audience]
  }
}

locals {
  federations = { for pair in setproduct(keys(var.federated), keys(local.tools)) : "${pair[0]}-${pair[1]}" => { from = var.federated[pair[0]], tool = pair[1] } }
}

resource "google_service_account_iam_member" "other" {
  for_each = local.federations

  service_account_id = google_service_account.tool[each.value.tool].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "principal://iam.googleapis.com/${google_iam_workload_identity_pool.other[0].name}/subject/${each.value.from.subject}"
}
