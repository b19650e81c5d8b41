//! Objects of the directory, in Microsoft Graph.

use std::collections::{BTreeSet, HashMap};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::time::timeout;

use crate::arm::{Client, Request};
use crate::base::{Result, capitalized};

/// What is asked of directory objects.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Object {
    pub(super) id: String,
    pub(super) display_name: Option<String>,
    pub(super) app_id: Option<String>,
    #[serde(rename = "@odata.type")]
    pub(super) odata_type: String,
}

impl Object {
    /// What it is: `#microsoft.graph.servicePrincipal` is a `ServicePrincipal`, as role assignments
    /// call it.
    pub(super) fn kind(&self) -> String {
        capitalized(self.odata_type.rsplit('.').next().unwrap_or_default())
    }
}

/// The code of Microsoft Graph for what it does not know.
pub(super) const UNKNOWN: &str = "Request_ResourceNotFound";

/// The most that Microsoft Graph gives at once.
pub(super) const PAGE: u32 = 999;

/// The most ids that Microsoft Graph takes at once. Source: its documentation of
/// `directoryObject: getByIds`.
const AT_ONCE: usize = 1000;

/// How long names are waited for: results are whole without them.
const PATIENCE: Duration = Duration::from_secs(10);

/// What Microsoft Graph said of some principals.
#[derive(Debug, Default, Deserialize, Serialize)]
struct Said {
    /// Why it said nothing.
    refusal: Option<String>,
    /// Who was asked about, in lower case.
    asked: BTreeSet<String>,
    /// The display names, by object ids in lower case.
    names: HashMap<String, String>,
}

/// What principals are called in the directory, by their object ids in lower case. A principal that
/// the directory does not have, or that the sign-in may not see, has no name, and none has one where
/// Microsoft Graph can't be read: a verbose line says why, and for a minute it is not asked again.
pub(super) async fn display_names(
    client: &Client,
    ids: BTreeSet<String>,
) -> HashMap<String, String> {
    const KEY: &str = "names of principals";
    let first = client.shared_answer(
        KEY,
        Box::pin(async {
            Ok(serde_json::to_string(&ask(client, ids.clone()).await).unwrap_or_default())
        }),
    );
    let first = first.await.unwrap_or_default();
    let mut said: Said = serde_json::from_slice(first.as_bytes()).unwrap_or_default();
    let others: BTreeSet<String> = ids.difference(&said.asked).cloned().collect();
    if said.refusal.is_none() && !others.is_empty() {
        let more = ask(client, others).await;
        said.names.extend(more.names);
        said.refusal = more.refusal;
    }
    if let Some(refusal) = &said.refusal {
        let observer = client.observer();
        observer.verbose(format!("The names of principals are not shown: {refusal}"));
    }
    said.names
}

async fn ask(client: &Client, ids: BTreeSet<String>) -> Said {
    let asked: Vec<&String> = ids.iter().collect();
    let mut said = Said::default();
    for some in asked.chunks(AT_ONCE) {
        match timeout(PATIENCE, get_by_ids(client, some)).await {
            Ok(Ok(objects)) => said.names.extend(objects.into_iter().filter_map(|object| {
                let name = object.display_name?;
                Some((object.id.to_lowercase(), name))
            })),
            Ok(Err(error)) => said.refusal = Some(error.to_string()),
            Err(_) => {
                let seconds = PATIENCE.as_secs();
                said.refusal = Some(format!(
                    "Microsoft Graph did not respond in {seconds} seconds."
                ));
            }
        }
        if said.refusal.is_some() {
            break;
        }
    }
    said.asked = ids;
    said
}

async fn get_by_ids(client: &Client, ids: &[&String]) -> Result<Vec<Object>> {
    #[derive(Deserialize)]
    struct Found {
        value: Vec<Object>,
    }
    const TARGET: &str = "Microsoft Graph";
    let url = client.graph_url("/v1.0/directoryObjects/getByIds").await?;
    let body = json!({ "ids": ids });
    let reply = client.send(Request::query(url, TARGET).body(&body)).await?;
    Ok(reply.json::<Found>(TARGET)?.value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_as_role_assignments_name_them() {
        let kind = |odata_type: &str| {
            let object = Object {
                odata_type: odata_type.to_owned(),
                ..Object::default()
            };
            object.kind()
        };
        assert_eq!(
            kind("#microsoft.graph.servicePrincipal"),
            "ServicePrincipal"
        );
        assert_eq!(kind("#microsoft.graph.user"), "User");
        assert_eq!(kind(""), "");
    }
}
