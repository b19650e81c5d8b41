// The Azure SDK for Go on the emulator: an identity with a federated credential, from creation to
// deletion. Prints the identity as JSON while it is there, and waits for the end of its input.
//
// AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_AUTHORITY_HOST are the sign-in;
// AZURE_RESOURCE_MANAGER is the emulator, and SSL_CERT_FILE its certificate.
package main

import (
	"context"
	"encoding/json"
	"io"
	"log"
	"os"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/arm"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/cloud"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/to"
	"github.com/Azure/azure-sdk-for-go/sdk/azidentity"
	"github.com/Azure/azure-sdk-for-go/sdk/resourcemanager/msi/armmsi"
)

func main() {
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		log.Fatal(err)
	}
}

func run(subscription, group, name string) error {
	emulator := cloud.Configuration{
		ActiveDirectoryAuthorityHost: os.Getenv("AZURE_AUTHORITY_HOST"),
		Services: map[cloud.ServiceName]cloud.ServiceConfiguration{
			cloud.ResourceManager: {
				Endpoint: os.Getenv("AZURE_RESOURCE_MANAGER"),
				Audience: "https://management.azure.com",
			},
		},
	}
	options := policy.ClientOptions{Cloud: emulator}
	credential, err := azidentity.NewEnvironmentCredential(&azidentity.EnvironmentCredentialOptions{
		ClientOptions: options,
		// The emulator is no authority that Microsoft knows.
		DisableInstanceDiscovery: true,
	})
	if err != nil {
		return err
	}
	factory, err := armmsi.NewClientFactory(subscription, credential, &arm.ClientOptions{ClientOptions: options})
	if err != nil {
		return err
	}

	ctx := context.Background()
	identities := factory.NewUserAssignedIdentitiesClient()
	created, err := identities.CreateOrUpdate(ctx, group, name, armmsi.Identity{
		Location: to.Ptr("eastus"),
		Tags:     map[string]*string{"team": to.Ptr("payments")},
	}, nil)
	if err != nil {
		return err
	}
	credentials := factory.NewFederatedIdentityCredentialsClient()
	trusted, err := credentials.CreateOrUpdate(ctx, group, name, "main", armmsi.FederatedIdentityCredential{
		Properties: &armmsi.FederatedIdentityCredentialProperties{
			Issuer:    to.Ptr("https://token.actions.githubusercontent.com"),
			Subject:   to.Ptr("repo:contoso/app:ref:refs/heads/main"),
			Audiences: []*string{to.Ptr("api://AzureADTokenExchange")},
		},
	}, nil)
	if err != nil {
		return err
	}
	var listed []string
	for pager := identities.NewListByResourceGroupPager(group, nil); pager.More(); {
		page, err := pager.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, one := range page.Value {
			listed = append(listed, *one.Name)
		}
	}
	err = json.NewEncoder(os.Stdout).Encode(map[string]any{
		"identity": map[string]any{
			"id": created.ID, "name": created.Name, "location": created.Location, "tags": created.Tags,
			"clientId": created.Properties.ClientID, "principalId": created.Properties.PrincipalID,
			"tenantId": created.Properties.TenantID,
		},
		"subject": trusted.Properties.Subject,
		"listed":  listed,
	})
	if err != nil {
		return err
	}

	// Whoever compares it with what others see ends the input.
	if _, err := io.Copy(io.Discard, os.Stdin); err != nil {
		return err
	}
	if _, err := credentials.Delete(ctx, group, name, "main", nil); err != nil {
		return err
	}
	_, err = identities.Delete(ctx, group, name, nil)
	return err
}
