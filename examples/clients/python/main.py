"""The Azure SDK for Python on the emulator: an identity with a federated credential, from creation to
deletion. Prints the identity as JSON while it is there, and waits for the end of its input.

AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_AUTHORITY_HOST are the sign-in;
AZURE_RESOURCE_MANAGER is the emulator, and REQUESTS_CA_BUNDLE its certificate.
"""

import json
import os
import sys

from azure.identity import EnvironmentCredential
from azure.mgmt.msi import ManagedServiceIdentityClient

subscription, group, name = sys.argv[1:]
# The emulator is no authority that Microsoft knows.
credential = EnvironmentCredential(disable_instance_discovery=True)
client = ManagedServiceIdentityClient(
    credential,
    subscription,
    base_url=os.environ["AZURE_RESOURCE_MANAGER"],
    credential_scopes=["https://management.azure.com/.default"],
)

created = client.user_assigned_identities.create_or_update(
    group, name, {"location": "eastus", "tags": {"team": "payments"}}
)
trusted = client.federated_identity_credentials.create_or_update(
    group,
    name,
    "main",
    {
        "properties": {
            "issuer": "https://token.actions.githubusercontent.com",
            "subject": "repo:contoso/app:ref:refs/heads/main",
            "audiences": ["api://AzureADTokenExchange"],
        }
    },
)
listed = [one.name for one in client.user_assigned_identities.list_by_resource_group(group)]
identity = {
    "id": created.id,
    "name": created.name,
    "location": created.location,
    "tags": created.tags,
    "clientId": created.client_id,
    "principalId": created.principal_id,
    "tenantId": created.tenant_id,
}
print(json.dumps({"identity": identity, "subject": trusted.subject, "listed": listed}), flush=True)

# Whoever compares it with what others see ends the input.
sys.stdin.read()
client.federated_identity_credentials.delete(group, name, "main")
client.user_assigned_identities.delete(group, name)
