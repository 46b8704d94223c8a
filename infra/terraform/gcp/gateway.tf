# One API Gateway in front of all functions; it reaches them as an account of its own, and nobody else may. Who calls is
# the functions' own matter: they check the caller's token, which the gateway leaves in X-Forwarded-Authorization.

resource "google_service_account" "front" {
  project      = var.account
  account_id   = "${var.name}-gateway"
  display_name = "Tollgate gateway"
  description  = "Calls Tollgate's functions (${local.prefix})"
}

locals {
  backends = merge(
    { for tool in keys(local.tools) : "/mcp/${tool}" => google_cloudfunctions2_function.tool[tool].service_config[0].uri },
    { "/mcp" = google_cloudfunctions2_function.plane["catalog"].service_config[0].uri },
    var.home ? { "/control/mcp" = google_cloudfunctions2_function.plane["control"].service_config[0].uri } : {}
  )

  document = {
    swagger  = "2.0"
    info     = { title = "Tollgate", version = "1" }
    schemes  = ["https"]
    produces = ["application/json"]
    paths = {
      for path, uri in local.backends : path => {
        post = {
          operationId      = trim(replace(replace(path, "/", "_"), "-", "_"), "_")
          responses        = { "200" = { description = "A JSON-RPC answer" } }
          x-google-backend = { address = uri, deadline = var.limits.timeout_seconds }
        }
      }
    }
  }
}

resource "google_api_gateway_api" "front" {
  provider = google-beta

  project = var.account
  api_id  = local.prefix
  labels  = local.labels
}

resource "google_api_gateway_api_config" "front" {
  provider = google-beta

  project              = var.account
  api                  = google_api_gateway_api.front.api_id
  api_config_id_prefix = "c-"
  labels               = local.labels

  openapi_documents {
    document {
      path     = "tollgate.json"
      contents = base64encode(jsonencode(local.document))
    }
  }

  gateway_config {
    backend_config {
      google_service_account = google_service_account.front.email
    }
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "google_api_gateway_gateway" "front" {
  provider = google-beta

  project    = var.account
  region     = var.location
  gateway_id = local.prefix
  api_config = google_api_gateway_api_config.front.id
  labels     = local.labels
}
