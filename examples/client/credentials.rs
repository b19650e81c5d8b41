//! Prints the federated credentials of an identity at an emulator as Get-FederatedCredential does, as
//! JSON.
//!
//! `client credentials http://127.0.0.1:PORT --identity id1`

use managed_identity::identity::federated;
use serde_json::{Value, json};

use crate::{Arguments, Result, shared};

const USAGE: &str = "credentials <endpoint> --identity NAME";

pub async fn run(arguments: Arguments) -> Result<Value> {
    let arguments: Vec<String> = arguments.collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [endpoint, "--identity", name] = arguments[..] else {
        return Err(USAGE.into());
    };
    let client = shared::client(endpoint).await?;
    let found = federated::list(&client, &shared::in_the_group(name)).await?;
    let found = found.iter().map(|credential| {
        let trust = &credential.properties;
        let expression = trust.claims_matching_expression.as_ref();
        json!({
            "id": credential.id,
            "name": credential.name,
            "issuer": trust.issuer,
            "subject": trust.subject,
            "audiences": trust.audiences,
            "expression": expression.map(|one| &one.value),
            "languageVersion": expression.map(|one| one.language_version),
        })
    });
    Ok(json!({ "credentials": found.collect::<Vec<_>>() }))
}
