variable "name" {
  description = "What the names of all resources begin with: lower-case letters and digits, up to 12."
  type        = string
  default     = "tollgate"

  validation {
    condition     = can(regex("^[a-z][a-z0-9]{2,11}$", var.name))
    error_message = "A name has 3 to 12 lower-case letters and digits and begins with a letter."
  }
}

variable "environment" {
  description = "Which installation this is, such as production. Part of every name and tag."
  type        = string

  validation {
    condition     = contains(["development", "staging", "production"], var.environment)
    error_message = "An environment is development, staging or production."
  }
}

variable "account" {
  description = "The id of the project."
  type        = string
}

variable "location" {
  description = "The cloud's own name of the region that everything is in."
  type        = string
}

variable "home" {
  description = "Whether the control plane, its database, queue and schedules are here. One cloud of an installation is home."
  type        = bool
}

variable "control_url" {
  description = "The https address of the control plane. Functions read its public keys and what was revoked or switched off there."
  type        = string

  validation {
    condition     = startswith(var.control_url, "https://")
    error_message = "Functions trust a control plane over https only."
  }
}

variable "addresses" {
  description = "The base address of every cloud's functions, by the cloud's name, as the modules' `gateway_url` says. Known after the first apply."
  type        = map(string)
  default     = {}
}

variable "package_store" {
  description = "The Cloud Storage bucket with the packages."
  type        = string
}

variable "release" {
  description = "The folder of the release in the package store. The former one again is a rollback."
  type        = string
}

variable "network_id" {
  description = "The self link of the VPC network that the database is in."
  type        = string
}

variable "subnet_ids" {
  description = "The name of one /28 subnet for the functions' way into the network."
  type        = list(string)
}

variable "federated" {
  description = "Workloads of other clouds that may act as the tools here, by a short name: their token's issuer, subject and audience. No key is exchanged."
  type = map(object({
    issuer   = string
    subject  = string
    audience = string
  }))
  default = {}

  validation {
    condition     = alltrue([for one in values(var.federated) : startswith(one.issuer, "https://") && one.subject != "" && !strcontains(one.subject, "*")])
    error_message = "A federated workload has an https issuer and one exact subject."
  }
}

variable "database" {
  description = "The managed PostgreSQL: the cloud's own name of its size, GiB of storage, days that backups and the log for point-in-time recovery are kept, and whether a standby runs in another zone."
  type = object({
    size        = string
    storage_gib = number
    backup_days = number
    standby     = bool
  })

  validation {
    condition     = var.database.backup_days >= 7 && var.database.backup_days <= 35
    error_message = "Backups are kept for 7 to 35 days."
  }
}

variable "credentials_version" {
  description = "Raise it by one to give the database a new password. The password is in the secret alone, in no state and no plan."
  type        = number
  default     = 1
}

variable "limits" {
  description = "Of every function: MiB of memory, seconds, and how many of one tool run at once."
  type = object({
    memory_mib      = number
    timeout_seconds = number
    concurrency     = number
  })
  default = {
    memory_mib      = 512
    timeout_seconds = 60
    concurrency     = 10
  }
}

variable "calls_per_second" {
  description = "How many calls the gateway lets through each second, over all callers."
  type        = number
  default     = 50
}

variable "tick_minutes" {
  description = "How often the orchestrator looks for runs that are due, in minutes. A queue event wakes it earlier."
  type        = number
  default     = 1
}

variable "log_days" {
  description = "How many days logs are kept."
  type        = number
  default     = 90
}

variable "identity_providers" {
  description = "The identity providers of the people who may call the control plane, as JSON: docs/identity.md. Empty: Tollgate's own tokens only."
  type        = string
  default     = ""
}

variable "cleaned_tenants" {
  description = "The tenants whose resources the cleaner looks at."
  type        = list(string)
  default     = []
}

variable "budget" {
  description = "What this cloud may cost a month, in whole units of the account's currency. Who watches is told at half, at four fifths, and when more is forecast."
  type        = number
}

variable "watchers" {
  description = "Mail addresses that are told of budgets, of dead letters and of functions that fail."
  type        = list(string)

  validation {
    condition     = length(var.watchers) > 0
    error_message = "Somebody has to be told."
  }
}

variable "tags" {
  description = "Tags or labels of every resource, beside the installation's own."
  type        = map(string)
  default     = {}
}
