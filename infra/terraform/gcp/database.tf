# The managed PostgreSQL, at home: without a public address, encrypted, with backups and a log for any point in time
# between.

resource "google_compute_global_address" "database" {
  count = var.home ? 1 : 0

  project       = var.account
  name          = "${local.prefix}-database"
  purpose       = "VPC_PEERING"
  address_type  = "INTERNAL"
  prefix_length = 20
  network       = var.network_id
}

resource "google_service_networking_connection" "database" {
  count = var.home ? 1 : 0

  network                 = var.network_id
  service                 = "servicenetworking.googleapis.com"
  reserved_peering_ranges = [google_compute_global_address.database[0].name]
}

resource "google_sql_database_instance" "database" {
  count = var.home ? 1 : 0

  project             = var.account
  region              = var.location
  name                = local.prefix
  database_version    = "POSTGRES_17"
  encryption_key_name = google_kms_crypto_key.data.id
  deletion_protection = true

  settings {
    tier                        = var.database.size
    edition                     = "ENTERPRISE"
    availability_type           = var.database.standby ? "REGIONAL" : "ZONAL"
    disk_type                   = "PD_SSD"
    disk_size                   = var.database.storage_gib
    disk_autoresize             = true
    deletion_protection_enabled = true
    retain_backups_on_delete    = true
    user_labels                 = local.labels

    ip_configuration {
      ipv4_enabled    = false
      private_network = var.network_id
      ssl_mode        = "ENCRYPTED_ONLY"
    }

    backup_configuration {
      enabled                        = true
      point_in_time_recovery_enabled = true
      # A week is the most that this edition keeps of the log.
      transaction_log_retention_days = min(var.database.backup_days, 7)

      backup_retention_settings {
        retained_backups = var.database.backup_days
        retention_unit   = "COUNT"
      }
    }

    insights_config {
      query_insights_enabled = true
      record_client_address  = false
    }
  }

  depends_on = [google_service_networking_connection.database, google_kms_crypto_key_iam_member.service]
}

resource "google_sql_database" "database" {
  count = var.home ? 1 : 0

  project  = var.account
  name     = "tollgate"
  instance = google_sql_database_instance.database[0].name
}

resource "google_sql_user" "database" {
  count = var.home ? 1 : 0

  project             = var.account
  name                = "tollgate"
  instance            = google_sql_database_instance.database[0].name
  password_wo         = ephemeral.random_password.database[0].result
  password_wo_version = var.credentials_version
  deletion_policy     = "ABANDON"
}
