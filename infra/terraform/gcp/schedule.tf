# What begins by the clock, at home.

locals {
  schedules = var.home ? {
    orchestrator = "*/${var.tick_minutes} * * * *"
    reevaluate   = "17 * * * *"
    cleanup      = "41 3 * * *"
  } : {}
}

resource "google_service_account" "clock" {
  count = var.home ? 1 : 0

  project      = var.account
  account_id   = "${var.name}-clock"
  display_name = "Tollgate clock"
  description  = "Starts Tollgate's functions by the clock (${local.prefix})"
}

resource "google_cloud_run_service_iam_member" "clock" {
  for_each = local.schedules

  project  = var.account
  location = var.location
  service  = google_cloudfunctions2_function.plane[each.key].name
  role     = "roles/run.invoker"
  member   = "serviceAccount:${google_service_account.clock[0].email}"
}

resource "google_cloud_scheduler_job" "plane" {
  for_each = local.schedules

  project          = var.account
  region           = var.location
  name             = "${local.prefix}-${each.key}"
  description      = "Tollgate's ${each.key}"
  schedule         = each.value
  time_zone        = "Etc/UTC"
  attempt_deadline = "320s"

  retry_config {
    retry_count = 2
  }

  http_target {
    http_method = "POST"
    uri         = google_cloudfunctions2_function.plane[each.key].service_config[0].uri

    oidc_token {
      service_account_email = google_service_account.clock[0].email
      audience              = google_cloudfunctions2_function.plane[each.key].service_config[0].uri
    }
  }
}
