# Terraform with azurerm on the emulator: an identity, a federated credential and a role.
#
# ARM_TENANT_ID, ARM_CLIENT_ID, ARM_CLIENT_SECRET and ARM_SUBSCRIPTION_ID are the sign-in, and SSL_CERT_FILE
# the emulator's certificate. ARM_METADATA_HOSTNAME is the emulator without https://, 127.0.0.1:PORT.
terraform {
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = "~> 4.0"
    }
  }
}

provider "azurerm" {
  features {}
  # The providers of the emulator are registered.
  resource_provider_registrations = "none"
}

variable "name" {
  type    = string
  default = "by-terraform"
}

data "azurerm_resource_group" "group" {
  name = "myResourceGroup"
}

resource "azurerm_user_assigned_identity" "identity" {
  name                = var.name
  resource_group_name = data.azurerm_resource_group.group.name
  location            = data.azurerm_resource_group.group.location
  tags                = { team = "payments" }
}

resource "azurerm_federated_identity_credential" "main" {
  name                = "main"
  resource_group_name = data.azurerm_resource_group.group.name
  parent_id           = azurerm_user_assigned_identity.identity.id
  issuer              = "https://token.actions.githubusercontent.com"
  subject             = "repo:contoso/app:ref:refs/heads/main"
  audience            = ["api://AzureADTokenExchange"]
}

resource "azurerm_role_assignment" "reader" {
  scope                = data.azurerm_resource_group.group.id
  role_definition_name = "Reader"
  principal_id         = azurerm_user_assigned_identity.identity.principal_id
  principal_type       = "ServicePrincipal"
}
