//! Resource groups: their regions, and how their names are written.

use serde::Deserialize;

use super::client::Client;
use super::paging::Pages;
use crate::base::{Result, same_name};

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
        .shared_answer(
            &path,
            Box::pin(async {
                let reply = client.get(&path, API_VERSION, group).await?;
                Ok(reply.json::<Group>(group)?.location)
            }),
        )
        .await
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

/// The name of a resource group as the group has it. Compute writes the names of groups in the ids of
/// machines in capitals: then the groups of the subscription are asked for, once a minute. Any other
/// name is taken as it is, and so is one that is not found.
pub(crate) async fn own_spelling(client: &Client, subscription: &str, group: &str) -> String {
    if !is_in_capitals(group) {
        return group.to_owned();
    }
    let path = format!("/subscriptions/{subscription}/resourcegroups");
    let key = format!("names of {path}");
    let names = client.shared_answer(
        &key,
        Box::pin(async {
            let groups = Pages::<Named>::new(client, &path, API_VERSION, &path).all();
            // Whoever may read a resource need not be allowed to list groups.
            let groups = groups.await.unwrap_or_default().into_iter();
            let names: Vec<String> = groups.map(|group| group.name).collect();
            Ok(serde_json::to_string(&names).unwrap_or_default())
        }),
    );
    let names: Vec<String> =
        serde_json::from_slice(names.await.unwrap_or_default().as_bytes()).unwrap_or_default();
    let own = names.into_iter().find(|name| same_name(name, group));
    own.unwrap_or_else(|| group.to_owned())
}

fn is_in_capitals(group: &str) -> bool {
    group.chars().any(char::is_uppercase) && !group.chars().any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_in_capitals_alone_is_doubtful() {
        assert!(is_in_capitals("RG-1") && is_in_capitals("MY_RG"));
        for plain in ["rg-1", "Rg-1", "rG", "123", ""] {
            assert!(!is_in_capitals(plain), "{plain}");
        }
    }
}
