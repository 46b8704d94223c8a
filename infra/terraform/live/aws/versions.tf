terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  # Encrypted and locked. `terraform init -backend-config=…` says which bucket and region.
  backend "s3" {
    key          = "tollgate/aws.tfstate"
    encrypt      = true
    use_lockfile = true
  }

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}
