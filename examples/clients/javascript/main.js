// The Azure SDK for JavaScript on the emulator: an identity with a federated credential, from creation to
// deletion. Prints the identity as JSON while it is there, and waits for the end of its input.
//
// AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_AUTHORITY_HOST are the sign-in;
// AZURE_RESOURCE_MANAGER is the emulator, and NODE_EXTRA_CA_CERTS its certificate.
import { EnvironmentCredential } from "@azure/identity";
import { ManagedServiceIdentityClient } from "@azure/arm-msi";

const endpoint = process.env.AZURE_RESOURCE_MANAGER;
const [subscription, group, name] = process.argv.slice(2);

// The emulator is no authority that Microsoft knows.
const credential = new EnvironmentCredential({ disableInstanceDiscovery: true });
const client = new ManagedServiceIdentityClient(credential, subscription, {
  endpoint,
  credentialScopes: ["https://management.azure.com/.default"],
});

const identities = client.userAssignedIdentities;
const created = await identities.createOrUpdate(group, name, {
  location: "eastus",
  tags: { team: "payments" },
});
const trusted = await client.federatedIdentityCredentials.createOrUpdate(group, name, "main", {
  issuer: "https://token.actions.githubusercontent.com",
  subject: "repo:contoso/app:ref:refs/heads/main",
  audiences: ["api://AzureADTokenExchange"],
});
const listed = [];
for await (const one of identities.listByResourceGroup(group)) {
  listed.push(one.name);
}
const { id, clientId, principalId, tenantId, location, tags } = created;
const identity = { id, name: created.name, clientId, principalId, tenantId, location, tags };
console.log(JSON.stringify({ identity, subject: trusted.subject, listed }));

// Whoever compares it with what others see ends the input.
for await (const _ of process.stdin);
await client.federatedIdentityCredentials.delete(group, name, "main");
await identities.delete(group, name);
