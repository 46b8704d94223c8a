# One API Gateway in front of all functions; it reaches them as an account of its own, and nobody else may. Who calls is
# the functions' own matter: they check the caller's token, which the gateway leaves in X-Forwarded-Authorization. What
# leads to tools asks for a key too, because the gateway counts calls by key and by nothing else.

resource "google_service_account" "front" {
  project      = var.account
  account_id   = "${var.name}-gateway"
  display_name = "Tollgate gateway"
  description  = "Calls Tollgate's functions (${local.prefix})"
}

locals {
  # The functions of tools and the catalog are asked at their root, whatever the path was.
  direct = merge(
    { for tool in keys(local.tools) : "/gcp/mcp/${tool}" => google_cloudfunctions2_function.tool[tool].service_config[0].uri },
    { "/gcp/mcp" = google_cloudfunctions2_function.plane["catalog"].service_config[0].uri }
  )

  # The control plane's get the path as it came.
  behind  = { for path, name in { "/api/v1/{rest=**}" = "api", "/hooks/{rest=*}" = "webhooks", "/{rest=**}" = "control" } : path => name if var.home }
  methods = { api = ["get", "head", "post"], webhooks = ["post"], control = ["get", "post"] }

  document = {
    swagger             = "2.0"
    info                = { title = "Tollgate", version = "1" }
    schemes             = ["https"]
    produces            = ["application/json"]
    securityDefinitions = { gateway_key = { type = "apiKey", name = "x-api-key", in = "header" } }
    x-google-management = {
      metrics = [{ name = "calls", displayName = "Calls of tools", valueType = "INT64", metricKind = "DELTA" }]
      quota   = { limits = [{ name = "calls-a-minute", metric = "calls", unit = "1/min/{project}", values = { STANDARD = var.calls_per_second * 60 } }] }
    }
    paths = merge(
      {
        for path, uri in local.direct : path => {
          post = {
            operationId      = trim(replace(path, "/[^a-z0-9]+/", "_"), "_")
            responses        = { "200" = { description = "A JSON-RPC answer" } }
            security         = [{ gateway_key = [] }]
            x-google-quota   = { metricCosts = { calls = 1 } }
            x-google-backend = { address = uri, deadline = var.limits.timeout_seconds, path_translation = "CONSTANT_ADDRESS" }
          }
        }
      },
      {
        for path, name in local.behind : path => {
          for method in local.methods[name] : method => {
            operationId      = "${name}_${method}"
            parameters       = [{ name = "rest", in = "path", required = true, type = "string" }]
            responses        = { "200" = { description = "The function's answer" } }
            x-google-backend = { address = google_cloudfunctions2_function.plane[name].service_config[0].uri, deadline = 60, path_translation = "APPEND_PATH_TO_ADDRESS" }
          }
        }
      }
    )
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
