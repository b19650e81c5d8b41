//! Prints the members of a group of the directory at an emulator as Get-IdentityGroupMember does, as
//! JSON.
//!
//! `client members http://127.0.0.1:PORT --group myGroup`

use managed_identity::access;
use serde_json::{Value, json};

use crate::{Arguments, Result, shared};

const USAGE: &str = "members <endpoint> --group GROUP";

pub async fn run(arguments: Arguments) -> Result<Value> {
    let arguments: Vec<String> = arguments.collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [endpoint, "--group", group] = arguments[..] else {
        return Err(USAGE.into());
    };
    let client = shared::client(endpoint).await?;
    let mut found = Vec::new();
    let mut members = access::members(&client, group).await?;
    while let Some(page) = members.next().await? {
        found.extend(page.into_iter().map(|member| {
            json!({
                "group": member.group_name,
                "id": member.id,
                "displayName": member.display_name,
                "kind": member.kind,
                "appId": member.app_id,
            })
        }));
    }
    Ok(json!({ "members": found }))
}
