# What only the control plane may read. Values are written without ever being in a plan or a state; the keyring's is put
# there by `tollgate keys`.

ephemeral "random_password" "database" {
  count = var.home ? 1 : 0

  length  = 40
  special = false
}

locals {
  kept = toset(concat(["gateway-keys"], var.home ? ["database-url", "keyring", "doors"] : []))
}

resource "google_secret_manager_secret" "kept" {
  for_each = local.kept

  project             = var.account
  secret_id           = "${local.prefix}-${each.key}"
  deletion_protection = true
  labels              = local.labels

  replication {
    user_managed {
      replicas {
        location = var.location

        customer_managed_encryption {
          kms_key_name = google_kms_crypto_key.data.id
        }
      }
    }
  }

  depends_on = [google_kms_crypto_key_iam_member.service]
}

resource "google_secret_manager_secret_version" "database_url" {
  count = var.home ? 1 : 0

  secret                 = google_secret_manager_secret.kept["database-url"].id
  secret_data_wo         = "postgresql://tollgate:${ephemeral.random_password.database[0].result}@${google_sql_database_instance.database[0].private_ip_address}:5432/tollgate?sslmode=require"
  secret_data_wo_version = var.credentials_version
}

# What an installation may have: nothing, until somebody puts more there.
resource "google_secret_manager_secret_version" "nothing" {
  for_each = setintersection(local.kept, ["gateway-keys", "doors"])

  secret                 = google_secret_manager_secret.kept[each.key].id
  secret_data_wo         = "{}"
  secret_data_wo_version = 1
}

locals {
  readers = { for pair in concat(
    [["catalog", "gateway-keys"]],
    tolist(setproduct(local.at_home, local.kept))
  ) : "${pair[0]}-${pair[1]}" => { function = pair[0], secret = pair[1] } if pair[1] != "doors" || contains(local.doors, pair[0]) }
}

resource "google_secret_manager_secret_iam_member" "reads" {
  for_each = local.readers

  project   = var.account
  secret_id = google_secret_manager_secret.kept[each.value.secret].secret_id
  role      = "roles/secretmanager.secretAccessor"
  member    = "serviceAccount:${google_service_account.plane[each.value.function].email}"
}
