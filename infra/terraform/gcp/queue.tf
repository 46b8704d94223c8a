# What wakes the orchestrator before its time. A message that fails five times is kept for people.

resource "google_pubsub_topic" "dead" {
  count = var.home ? 1 : 0

  project                    = var.account
  name                       = "${local.prefix}-dead"
  kms_key_name               = google_kms_crypto_key.data.id
  message_retention_duration = "1209600s"
  labels                     = local.labels

  depends_on = [google_kms_crypto_key_iam_member.service]
}

resource "google_pubsub_subscription" "dead" {
  count = var.home ? 1 : 0

  project                    = var.account
  name                       = "${local.prefix}-dead"
  topic                      = google_pubsub_topic.dead[0].id
  message_retention_duration = "1209600s"
  labels                     = local.labels

  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic" "wake" {
  count = var.home ? 1 : 0

  project      = var.account
  name         = "${local.prefix}-wake"
  kms_key_name = google_kms_crypto_key.data.id
  labels       = local.labels

  depends_on = [google_kms_crypto_key_iam_member.service]
}

resource "google_pubsub_subscription" "wake" {
  count = var.home ? 1 : 0

  project              = var.account
  name                 = "${local.prefix}-wake"
  topic                = google_pubsub_topic.wake[0].id
  ack_deadline_seconds = 600
  labels               = local.labels

  push_config {
    push_endpoint = google_cloudfunctions2_function.plane["orchestrator"].service_config[0].uri

    oidc_token {
      service_account_email = google_service_account.clock[0].email
      audience              = google_cloudfunctions2_function.plane["orchestrator"].service_config[0].uri
    }
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead[0].id
    max_delivery_attempts = 5
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  expiration_policy {
    ttl = ""
  }
}

# Pub/Sub itself moves what failed.
resource "google_pubsub_topic_iam_member" "moves" {
  count = var.home ? 1 : 0

  project = var.account
  topic   = google_pubsub_topic.dead[0].name
  role    = "roles/pubsub.publisher"
  member  = "serviceAccount:service-${data.google_project.current.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_subscription_iam_member" "moves" {
  count = var.home ? 1 : 0

  project      = var.account
  subscription = google_pubsub_subscription.wake[0].name
  role         = "roles/pubsub.subscriber"
  member       = "serviceAccount:service-${data.google_project.current.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}

resource "google_pubsub_topic_iam_member" "sends" {
  for_each = local.at_home

  project = var.account
  topic   = google_pubsub_topic.wake[0].name
  role    = "roles/pubsub.publisher"
  member  = "serviceAccount:${google_service_account.plane[each.key].email}"
}
