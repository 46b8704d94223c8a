# What it may cost, and what people are told of.

resource "google_monitoring_notification_channel" "watch" {
  for_each = toset(var.watchers)

  project      = var.account
  display_name = each.value
  type         = "email"
  labels       = { email_address = each.value }
}

resource "google_billing_budget" "month" {
  billing_account = data.google_project.current.billing_account
  display_name    = local.prefix

  budget_filter {
    projects        = ["projects/${data.google_project.current.number}"]
    calendar_period = "MONTH"
  }

  amount {
    specified_amount {
      units = tostring(var.budget)
    }
  }

  threshold_rules {
    threshold_percent = 0.5
  }

  threshold_rules {
    threshold_percent = 0.8
  }

  threshold_rules {
    threshold_percent = 1.0
    spend_basis       = "FORECASTED_SPEND"
  }

  all_updates_rule {
    monitoring_notification_channels = [for channel in google_monitoring_notification_channel.watch : channel.id]
  }
}

resource "google_monitoring_alert_policy" "dead" {
  count = var.home ? 1 : 0

  project               = var.account
  display_name          = "${local.prefix}-dead-letters"
  combiner              = "OR"
  notification_channels = [for channel in google_monitoring_notification_channel.watch : channel.id]
  user_labels           = local.labels

  conditions {
    display_name = "Something that should wake the orchestrator failed five times"

    condition_threshold {
      filter          = "resource.type = \"pubsub_subscription\" AND resource.labels.subscription_id = \"${google_pubsub_subscription.dead[0].name}\" AND metric.type = \"pubsub.googleapis.com/subscription/num_undelivered_messages\""
      comparison      = "COMPARISON_GT"
      threshold_value = 0
      duration        = "0s"

      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_MAX"
      }
    }
  }
}

resource "google_monitoring_alert_policy" "errors" {
  project               = var.account
  display_name          = "${local.prefix}-errors"
  combiner              = "OR"
  notification_channels = [for channel in google_monitoring_notification_channel.watch : channel.id]
  user_labels           = local.labels

  conditions {
    display_name = "A function of Tollgate fails"

    condition_threshold {
      filter          = "resource.type = \"cloud_run_revision\" AND resource.labels.service_name = starts_with(\"${local.prefix}-\") AND metric.type = \"run.googleapis.com/request_count\" AND metric.labels.response_code_class = \"5xx\""
      comparison      = "COMPARISON_GT"
      threshold_value = 3
      duration        = "300s"

      aggregations {
        alignment_period   = "300s"
        per_series_aligner = "ALIGN_DELTA"
      }
    }
  }
}

# How long the functions' logs are kept. The project's own bucket: one installation to a project.
resource "google_logging_project_bucket_config" "logs" {
  project        = var.account
  location       = "global"
  bucket_id      = "_Default"
  retention_days = var.log_days
}
