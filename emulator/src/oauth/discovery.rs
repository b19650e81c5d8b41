//! The documents that clients discover the sign-in service and the cloud by.

use serde_json::{Value, json};

use super::protocol::{Version, check_tenant, is_any_tenant};
use crate::arm::error::ArmError;
use crate::base::http::{Reply, Request};
use crate::state::World;
use crate::tokens::audience::tenant_id;

pub(super) fn configuration(world: &World, request: &Request, version: Version) -> Reply {
    let endpoint = &world.site.endpoint;
    let given = &request.segments[0];
    // The tenants that stand for any tenant have a placeholder in the issuer.
    let any = is_any_tenant(given);
    if !any && let Err(refusal) = check_tenant(given) {
        return refusal.reply(world, request);
    }
    let tenant = if any { "{tenantid}" } else { tenant_id() };
    let base = format!("{endpoint}/{given}/oauth2");
    let (issuer, tokens) = match version {
        Version::V1 => (format!("{endpoint}/{tenant}/"), base),
        Version::V2 => (format!("{endpoint}/{tenant}/v2.0"), format!("{base}/v2.0")),
    };
    Reply::json(
        200,
        &json!({
            "issuer": issuer,
            "token_endpoint": format!("{tokens}/token"),
            "authorization_endpoint": format!("{tokens}/authorize"),
            "device_authorization_endpoint": format!("{tokens}/devicecode"),
            "end_session_endpoint": format!("{tokens}/logout"),
            "jwks_uri": format!("{endpoint}/{given}/discovery/v2.0/keys"),
            "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt"],
            "response_types_supported": ["code", "id_token"],
            "response_modes_supported": ["query", "fragment", "form_post"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "claims_supported": ["sub", "iss", "aud", "exp", "iat", "tid", "ver"],
            "tenant_region_scope": Value::Null,
            "cloud_instance_name": host(endpoint),
            "cloud_graph_host_name": host(endpoint),
            "msgraph_host": host(endpoint),
        }),
    )
}

fn host(endpoint: &str) -> &str {
    endpoint.split_once("//").map_or(endpoint, |(_, host)| host)
}

/// Instance discovery: the emulator is an authority, and the only one it knows.
pub(super) fn discovery(world: &World) -> Reply {
    let endpoint = &world.site.endpoint;
    Reply::json(
        200,
        &json!({
            "tenant_discovery_endpoint": format!(
                "{endpoint}/{}/v2.0/.well-known/openid-configuration",
                tenant_id()
            ),
            "api-version": "1.1",
            "metadata": [{
                "preferred_network": host(endpoint),
                "preferred_cache": host(endpoint),
                "aliases": [host(endpoint)],
            }],
        }),
    )
}

/// The description of the cloud. Versions differ in the form: a short object in 2015-01-01, one
/// cloud in 2022-09-01, an array of clouds in the others. Every endpoint in it is the emulator's
/// own, so that nothing a client does leaves the machine.
pub(super) fn metadata(world: &World, request: &Request) -> Reply {
    let endpoint = format!("{}/", world.site.endpoint);
    let version = match request.parameter("api-version") {
        Some(version) if !version.is_empty() => version,
        _ => {
            return ArmError::new(
                400,
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests.",
            )
            .gateway()
            .into_reply();
        }
    };
    let authentication = json!({
        "loginEndpoint": world.site.endpoint,
        "audiences": [endpoint, "https://management.core.windows.net/", "https://management.azure.com/"],
        "tenant": "common",
        "identityProvider": "AAD",
    });
    if version.as_str() < "2019-05-01" {
        return Reply::json(
            200,
            &json!({
                "galleryEndpoint": endpoint,
                "graphEndpoint": endpoint,
                "portalEndpoint": endpoint,
                "graphAudience": endpoint,
                "authentication": authentication,
            }),
        );
    }
    let cloud = json!({
            "name": "Emulator",
            "portal": endpoint,
            "authentication": authentication,
            "media": endpoint,
            "graph": endpoint,
            "graphAudience": endpoint,
            "microsoftGraphResourceId": endpoint,
            "batch": endpoint,
            "gallery": endpoint,
            "resourceManager": endpoint,
            "sqlManagement": endpoint,
            "activeDirectoryDataLake": endpoint,
            "logAnalyticsResourceId": endpoint,
            "appInsightsResourceId": endpoint,
            "synapseAnalyticsResourceId": endpoint,
            "ossrdbmsResourceId": endpoint,
            "attestationResourceId": endpoint,
            "vmImageAliasDoc": format!("{endpoint}aliases.json"),
            "suffixes": {
                "storage": "core.emulator.invalid",
                "keyVaultDns": "vault.emulator.invalid",
                "sqlServerHostname": "database.emulator.invalid",
                "acrLoginServer": "azurecr.emulator.invalid",
                "azureDataLakeStoreFileSystem": "azuredatalakestore.emulator.invalid",
                "azureDataLakeAnalyticsCatalogAndJob": "azuredatalakeanalytics.emulator.invalid",
                "mysqlServerEndpoint": "mysql.emulator.invalid",
                "postgresqlServerEndpoint": "postgres.emulator.invalid",
                "mariadbServerEndpoint": "mariadb.emulator.invalid",
                "synapseAnalytics": "azuresynapse.emulator.invalid",
                "attestationEndpoint": "attest.emulator.invalid",
                "mhsmDns": "managedhsm.emulator.invalid",
            },
    });
    let one = version == "2022-09-01";
    Reply::json(200, &if one { cloud } else { json!([cloud]) })
}
