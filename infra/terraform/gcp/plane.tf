# The control plane's own functions: the catalog everywhere, the others where home is. They reach the database, and no
# cloud's resources: for those they call the tools.

locals {
  plane = merge(
    { catalog = "catalog" },
    var.home ? { for name in ["control", "orchestrator", "reevaluate", "cleanup", "api", "webhooks"] : name => name } : {}
  )
  # Whoever waits for an answer waits a minute at most.
  seconds = { for name in keys(local.plane) : name => contains(["orchestrator", "reevaluate", "cleanup"], name) ? 300 : 60 }
  # Whoever hears or answers at doors.
  doors   = ["webhooks", "orchestrator"]
  at_home = toset([for name in keys(local.plane) : name if name != "catalog"])
}

resource "google_service_account" "plane" {
  for_each = local.plane

  project      = var.account
  account_id   = "${var.name}-${each.key}"
  display_name = "Tollgate ${each.key}"
  description  = "Runs Tollgate's ${each.key} (${local.prefix})"
}

resource "google_vpc_access_connector" "plane" {
  count = var.home ? 1 : 0

  project       = var.account
  region        = var.location
  name          = substr(local.prefix, 0, 25)
  machine_type  = "e2-micro"
  min_instances = 2
  max_instances = 3

  subnet {
    name       = var.subnet_ids[0]
    project_id = var.account
  }
}

resource "google_cloudfunctions2_function" "plane" {
  for_each = local.plane

  project     = var.account
  location    = var.location
  name        = "${local.prefix}-${each.key}"
  description = "Tollgate's ${each.key}"
  labels      = local.labels

  build_config {
    runtime     = "python313"
    entry_point = each.value

    source {
      storage_source {
        bucket = var.package_store
        object = "${var.release}/gcp/${each.key}.zip"
      }
    }
  }

  service_config {
    service_account_email            = google_service_account.plane[each.key].email
    available_memory                 = "${max(var.limits.memory_mib, 1024)}Mi"
    timeout_seconds                  = local.seconds[each.key]
    max_instance_count               = var.limits.concurrency
    max_instance_request_concurrency = 1
    ingress_settings                 = "ALLOW_ALL"
    all_traffic_on_latest_revision   = true
    vpc_connector                    = contains(local.at_home, each.key) ? google_vpc_access_connector.plane[0].id : null
    vpc_connector_egress_settings    = contains(local.at_home, each.key) ? "PRIVATE_RANGES_ONLY" : null
    environment_variables = merge(
      { for name, value in local.told : name => value if name != "TOLLGATE_GCP_TOOL_ACCOUNT" },
      {
        TOLLGATE_TIME_LIMIT_SECONDS  = tostring(local.seconds[each.key])
        TOLLGATE_GATEWAY_KEYS_SECRET = google_secret_manager_secret.kept["gateway-keys"].id
      },
      contains(local.at_home, each.key) ? {
        TOLLGATE_DATABASE_SECRET = google_secret_manager_secret.kept["database-url"].id
        TOLLGATE_KEYRING_SECRET  = google_secret_manager_secret.kept["keyring"].id
        TOLLGATE_WAKE_QUEUE      = google_pubsub_topic.wake[0].id
        TOLLGATE_OIDC            = var.identity_providers
        TOLLGATE_CLEANUP_TENANTS = join(" ", var.cleaned_tenants)
      } : {},
      contains(local.doors, each.key) && var.home ? { TOLLGATE_DOORS_SECRET = google_secret_manager_secret.kept["doors"].id } : {}
    )
  }
}

resource "google_cloud_run_service_iam_member" "plane" {
  for_each = { for name in setintersection(keys(local.plane), ["catalog", "control", "api", "webhooks"]) : name => google_cloudfunctions2_function.plane[name].name }

  project  = var.account
  location = var.location
  service  = each.value
  role     = "roles/run.invoker"
  member   = "serviceAccount:${google_service_account.front.email}"
}
