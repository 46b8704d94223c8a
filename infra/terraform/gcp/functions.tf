# A function per tool, each running as the service account of its own, whose custom role holds the tool's permissions and
# no others.

resource "google_service_account" "tool" {
  for_each = local.tools

  project      = var.account
  account_id   = local.account_names[each.key]
  display_name = "Tollgate ${each.key}"
  description  = "What Tollgate's tool ${each.key} may do (${local.prefix})"
}

resource "google_project_iam_custom_role" "tool" {
  for_each = { for tool, may in local.tools : tool => may.gcp if length(may.gcp) > 0 }

  project     = var.account
  role_id     = "${replace(local.prefix, "-", "_")}_${each.key}"
  title       = "Tollgate ${each.key}"
  description = "What Tollgate's tool ${each.key} may do"
  permissions = each.value
  stage       = "GA"
}

resource "google_project_iam_member" "tool" {
  for_each = google_project_iam_custom_role.tool

  project = var.account
  role    = each.value.name
  member  = "serviceAccount:${google_service_account.tool[each.key].email}"
}

# A function becomes its tool's account by impersonation, also where that is its own.
resource "google_service_account_iam_member" "itself" {
  for_each = google_service_account.tool

  service_account_id = each.value.name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = "serviceAccount:${each.value.email}"
}

resource "google_cloudfunctions2_function" "tool" {
  for_each = local.tools

  project     = var.account
  location    = var.location
  name        = "${local.prefix}-${replace(each.key, "_", "-")}"
  description = "Tollgate's tool ${each.key}"
  labels      = local.labels

  build_config {
    runtime     = "python313"
    entry_point = each.key

    source {
      storage_source {
        bucket = var.package_store
        object = "${var.release}/gcp/${each.key}.zip"
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.tool[each.key].email
    available_memory                 = "${var.limits.memory_mib}Mi"
    timeout_seconds                  = var.limits.timeout_seconds
    max_instance_count               = var.limits.concurrency
    max_instance_request_concurrency = 1
    ingress_settings                 = "ALLOW_ALL"
    all_traffic_on_latest_revision   = true
    environment_variables            = merge(local.told, { TOLLGATE_TIME_LIMIT_SECONDS = tostring(var.limits.timeout_seconds) })
  }
}

resource "google_cloud_run_service_iam_member" "front" {
  for_each = google_cloudfunctions2_function.tool

  project  = var.account
  location = var.location
  service  = each.value.name
  role     = "roles/run.invoker"
  member   = "serviceAccount:${google_service_account.front.email}"
}
