//! What Azure answers, in any number.

use serde_json::{Value, json};

/// The group that all is in.
pub const GROUP: &str =
    "/subscriptions/aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e/resourceGroups/myResourceGroup";

/// The id of an identity.
pub fn identity_id(number: usize) -> String {
    format!("{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/identity-{number}")
}

/// An identity.
pub fn identity(number: usize) -> Value {
    json!({
        "id": identity_id(number),
        "name": format!("identity-{number}"),
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
        "location": "eastus",
        "tags": { "environment": "production", "owner": "platform" },
        "properties": {
            "tenantId": "aaaabbbb-0000-cccc-1111-dddd2222eeee",
            "principalId": format!("00000000-1111-2222-3333-{number:012}"),
            "clientId": format!("11111111-2222-3333-4444-{number:012}"),
        },
    })
}

/// A federated credential with a subject, or with an expression.
pub fn credential(number: usize, has_expression: bool) -> Value {
    let mut properties = json!({
        "issuer": "https://token.actions.githubusercontent.com",
        "audiences": ["api://AzureADTokenExchange"],
    });
    match has_expression {
        true => {
            let value = "claims['sub'] matches 'repo:contoso/*:ref:refs/heads/main'";
            properties["claimsMatchingExpression"] =
                json!({ "value": value, "languageVersion": 1 });
        }
        false => {
            properties["subject"] = json!(format!("repo:contoso/app-{number}:ref:refs/heads/main"))
        }
    }
    json!({
        "id": format!("{}/federatedIdentityCredentials/credential-{number}", identity_id(1)),
        "name": format!("credential-{number}"),
        "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
        "properties": properties,
    })
}

/// A machine that has identities.
pub fn machine(number: usize, identities: usize) -> Value {
    let held = (0..identities).map(|number| {
        let value = json!({ "principalId": "00000000-1111-2222-3333-444444444444", "clientId": "11111111-2222-3333-4444-555555555555" });
        (identity_id(number), value)
    });
    json!({
        "id": format!("{GROUP}/providers/Microsoft.Compute/virtualMachines/machine-{number}"),
        "name": format!("machine-{number}"),
        "type": "Microsoft.Compute/virtualMachines",
        "location": "eastus",
        "identity": {
            "type": "SystemAssigned, UserAssigned",
            "principalId": "22222222-3333-4444-5555-666666666666",
            "tenantId": "aaaabbbb-0000-cccc-1111-dddd2222eeee",
            "userAssignedIdentities": held.collect::<serde_json::Map<_, _>>(),
        },
        "properties": {
            "provisioningState": "Succeeded",
            "vmId": "33333333-4444-5555-6666-777777777777",
            "hardwareProfile": { "vmSize": "Standard_D2s_v5" },
            "storageProfile": { "osDisk": { "osType": "Linux", "createOption": "FromImage", "diskSizeGB": 30 }, "dataDisks": [] },
            "networkProfile": { "networkInterfaces": [{ "id": format!("{GROUP}/providers/Microsoft.Network/networkInterfaces/nic-{number}") }] },
        },
    })
}

/// The body of a page of a list.
pub fn page(items: impl Iterator<Item = Value>) -> Vec<u8> {
    let page = json!({
        "value": items.collect::<Vec<_>>(),
        "nextLink": format!("https://management.azure.com{GROUP}/providers?$skiptoken=abc"),
    });
    page.to_string().into_bytes()
}
