import com.azure.core.credential.TokenCredential;
import com.azure.core.management.AzureEnvironment;
import com.azure.core.management.profile.AzureProfile;
import com.azure.core.util.BinaryData;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.resourcemanager.msi.MsiManager;
import com.azure.resourcemanager.msi.fluent.ManagedServiceIdentityClient;
import com.azure.resourcemanager.msi.fluent.models.FederatedIdentityCredentialInner;
import com.azure.resourcemanager.msi.fluent.models.IdentityInner;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The Azure SDK for Java on the emulator: an identity with a federated credential, from creation to
 * deletion. Prints the identity as JSON while it is there, and waits for the end of its input.
 *
 * <p>AZURE_TENANT_ID, AZURE_CLIENT_ID, AZURE_CLIENT_SECRET and AZURE_AUTHORITY_HOST are the sign-in;
 * AZURE_RESOURCE_MANAGER is the emulator. Its certificate is in the trust store that
 * JAVA_TOOL_OPTIONS names.
 */
public final class Main {
    private static final String ARM = "https://management.azure.com/";

    public static void main(String[] arguments) throws IOException {
        String subscription = arguments[0], group = arguments[1], name = arguments[2];
        ManagedServiceIdentityClient client =
                MsiManager.authenticate(credential(), profile(subscription)).serviceClient();

        IdentityInner created = client.getUserAssignedIdentities().createOrUpdate(
                group, name, new IdentityInner().withLocation("eastus").withTags(Map.of("team", "payments")));
        FederatedIdentityCredentialInner trusted = client.getFederatedIdentityCredentials().createOrUpdate(
                group, name, "main", new FederatedIdentityCredentialInner()
                        .withIssuer("https://token.actions.githubusercontent.com")
                        .withSubject("repo:contoso/app:ref:refs/heads/main")
                        .withAudiences(List.of("api://AzureADTokenExchange")));
        List<String> listed = client.getUserAssignedIdentities().listByResourceGroup(group).stream()
                .map(IdentityInner::name).toList();
        Map<String, Object> identity = new LinkedHashMap<>();
        identity.put("id", created.id());
        identity.put("name", created.name());
        identity.put("location", created.location());
        identity.put("tags", created.tags());
        identity.put("clientId", created.clientId());
        identity.put("principalId", created.principalId());
        identity.put("tenantId", created.tenantId());
        System.out.println(BinaryData.fromObject(
                Map.of("identity", identity, "subject", trusted.subject(), "listed", listed)));

        // Whoever compares it with what others see ends the input.
        System.in.readAllBytes();
        client.getFederatedIdentityCredentials().delete(group, name, "main");
        client.getUserAssignedIdentities().delete(group, name);
    }

    private static TokenCredential credential() {
        return new ClientSecretCredentialBuilder()
                .tenantId(System.getenv("AZURE_TENANT_ID"))
                .clientId(System.getenv("AZURE_CLIENT_ID"))
                .clientSecret(System.getenv("AZURE_CLIENT_SECRET"))
                .authorityHost(System.getenv("AZURE_AUTHORITY_HOST"))
                // The emulator is no authority that Microsoft knows.
                .disableInstanceDiscovery()
                .build();
    }

    private static AzureProfile profile(String subscription) {
        AzureEnvironment emulator = new AzureEnvironment(Map.of(
                "resourceManagerEndpointUrl", System.getenv("AZURE_RESOURCE_MANAGER"),
                "activeDirectoryEndpointUrl", System.getenv("AZURE_AUTHORITY_HOST"),
                "microsoftGraphResourceId", System.getenv("AZURE_RESOURCE_MANAGER"),
                "managementEndpointUrl", ARM,
                "activeDirectoryResourceId", ARM));
        return new AzureProfile(System.getenv("AZURE_TENANT_ID"), subscription, emulator);
    }
}
