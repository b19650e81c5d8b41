//! Resource groups, of which only the region matters here.

use serde::Deserialize;

use super::client::Client;
use crate::base::Result;

pub(super) const API_VERSION: &str = "2022-09-01";

#[derive(Deserialize)]
struct Group {
    location: String,
}

/// The region of a resource group. Asked for once however many operations want it at a time.
///
/// # Errors
/// `ResourceGroupNotFound`, and those of the request.
pub async fn location(client: &Client, subscription: &str, group: &str) -> Result<String> {
    let path = format!("/subscriptions/{subscription}/resourcegroups/{group}");
    client
        .shared_answer(&path, || async {
            let reply = client.get(&path, API_VERSION, group).await?;
            Ok(reply.json::<Group>(group)?.location)
        })
        .await
}
