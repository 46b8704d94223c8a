terraform {
  required_version = ">= 1.11.0, < 2.0.0"

  # Encrypted by the storage account, locked by a lease on the blob, opened by whoever signed in and by no key.
  # `terraform init -backend-config=…` says which account and container.
  backend "azurerm" {
    key              = "tollgate/azure.tfstate"
    use_azuread_auth = true
  }

  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.55"
    }
    random = {
      source  = "hashicorp/random"
      version = "~> 3.7"
    }
  }
}
