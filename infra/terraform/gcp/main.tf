# What everything here shares: the name that all names begin with, the tools, what the functions are told, and the key.

data "google_project" "current" {
  project_id = var.account
}

locals {
  prefix = "${var.name}-${var.environment}"
  labels = merge(var.tags, { tollgate-installation = local.prefix, environment = var.environment })

  # Every tool and what it may do, as its handlers state: `python -m infra.artefacts.listing` writes it.
  tools = jsondecode(file("${path.module}/../../../functions/tools.json")).tools

  # At most 30 characters; one installation to a project, so the tool alone is enough.
  account_names = { for tool in keys(local.tools) : tool => replace(tool, "_", "-") }

  told = {
    TOLLGATE_JWKS             = "${var.control_url}/.well-known/jwks.json"
    TOLLGATE_URLS             = join(" ", [for name, url in merge(var.addresses, { control = var.control_url }) : "${name}=${url}"])
    TOLLGATE_GCP_TOOL_ACCOUNT = "{tool}@${var.account}.iam.gserviceaccount.com"
    TOLLGATE_GCP_PROJECT      = var.account
    GOOGLE_CLOUD_PROJECT      = var.account
  }
}

# Database, queue and secrets are encrypted with it.
resource "google_kms_key_ring" "data" {
  name     = local.prefix
  project  = var.account
  location = var.location
}

resource "google_kms_crypto_key" "data" {
  name            = "data"
  key_ring        = google_kms_key_ring.data.id
  rotation_period = "7776000s"
  labels          = local.labels

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_kms_crypto_key_iam_member" "service" {
  for_each = toset(["pubsub", "sql", "secretmanager"])

  crypto_key_id = google_kms_crypto_key.data.id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:service-${data.google_project.current.number}@gcp-sa-${each.key == "sql" ? "cloud-sql" : each.key}.iam.gserviceaccount.com"
}
