//! Many identities created in one pipeline: how much is read for them, and that it is enough.

use std::time::Duration;

use emulator::Options;
use futures_util::future::join_all;
use managed_identity::arm::Client;
use managed_identity::identity::{self, Create, Siblings, UserAssignedIdentity};
use serde_json::json;

use crate::support::{GROUP, Local, on, tags, target};

fn wanted(name: &str) -> Create {
    Create {
        target: target(name),
        location: Some("eastus".to_owned()),
        tags: tags(&[("by", "pipeline")]),
        ..Create::default()
    }
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("id-{number}")).collect()
}

/// Creates all of these at once, as one pipeline does.
async fn create(
    client: &Client,
    siblings: &Siblings,
    names: &[String],
) -> Vec<UserAssignedIdentity> {
    let all = names.iter().map(|name| async {
        let wanted = wanted(name);
        siblings.create(client, &wanted).await.unwrap()
    });
    join_all(all).await
}

fn warnings(local: &Local) -> Vec<String> {
    local.heard.warnings.lock().unwrap().clone()
}

/// How many looks, lists and writes were sent.
async fn sent(local: &Local) -> [usize; 3] {
    let requests = local.requests().await;
    let count = |is: fn(&str) -> bool| requests.iter().filter(|line| is(line)).count();
    let sent = [
        count(|line| line.starts_with("GET ") && line.contains("/userAssignedIdentities/")),
        count(|line| line.starts_with("GET ") && line.ends_with("/userAssignedIdentities")),
        count(|line| line.starts_with("PUT ")),
    ];
    assert_eq!(sent.iter().sum::<usize>(), requests.len(), "{requests:?}");
    sent
}

#[tokio::test]
async fn a_group_is_listed_once_for_all_that_are_created_in_it() {
    let local = Local::start().await;
    local.forget().await;
    let siblings = Siblings::default();
    create(&local.client, &siblings, &names(1)).await;
    assert_eq!(sent(&local).await, [1, 0, 1], "one alone is looked for");
    create(&local.client, &siblings, &names(40)[1..]).await;
    assert_eq!(sent(&local).await, [1, 1, 40]);
    assert!(warnings(&local).is_empty());
}

#[tokio::test]
async fn one_that_exists_keeps_its_tags_whichever_way_it_is_found() {
    let local = Local::start().await;
    let all = names(6);
    for name in &all[..4] {
        let other = Create {
            tags: tags(&[("owner", name)]),
            ..wanted(name)
        };
        identity::create(&local.client, &other).await.unwrap();
    }
    let made = create(&local.client, &Siblings::default(), &all).await;
    for (number, one) in made.iter().enumerate() {
        let owner = one.tags.get("owner");
        assert_eq!(owner, (number < 4).then_some(&all[number]), "{}", one.name);
        assert_eq!(one.tags["by"], "pipeline");
    }
}

#[tokio::test]
async fn a_name_that_comes_again_is_looked_for_again() {
    let local = Local::start().await;
    let siblings = Siblings::default();
    create(&local.client, &siblings, &names(3)).await;
    let again = Create {
        target: target("ID-2"),
        tags: tags(&[("later", "1")]),
        ..wanted("id-2")
    };
    let one = siblings.create(&local.client, &again).await.unwrap();
    assert_eq!(one.tags, tags(&[("by", "pipeline"), ("later", "1")]));
}

#[tokio::test]
async fn without_a_list_each_is_looked_for() {
    let local = Local::start().await;
    let refused = json!({"status": 403, "code": "AuthorizationFailed", "message": "m"});
    let list = format!("/{GROUP}/providers/Microsoft.ManagedIdentity/userAssignedIdentities?");
    local.fault(on("GET", &list, refused)).await;
    local.forget().await;
    create(&local.client, &Siblings::default(), &names(5)).await;
    assert_eq!(sent(&local).await, [5, 1, 5]);
}

#[tokio::test]
async fn no_more_pages_are_read_than_looks_are_saved() {
    let options = Options {
        operation_time: Duration::ZERO,
        page_size: 2,
        ..Options::default()
    };
    let local = Local::with(options).await;
    for number in 0..12 {
        let wanted = wanted(&format!("there-{number}"));
        identity::create(&local.client, &wanted).await.unwrap();
    }
    local.forget().await;
    create(&local.client, &Siblings::default(), &names(3)).await;
    let [looks, pages, writes] = sent(&local).await;
    assert_eq!((looks, writes), (3, 3));
    assert!(pages <= 3, "{pages}");
}

#[tokio::test]
async fn what_another_client_created_meanwhile_is_told() {
    let local = Local::start().await;
    let siblings = Siblings::default();
    create(&local.client, &siblings, &names(2)).await;
    let path = format!(
        "/subscriptions/{}/resourceGroups/{GROUP}/providers/Microsoft.ManagedIdentity/\
         userAssignedIdentities/late",
        emulator::seed::SUBSCRIPTION_ID
    );
    let body = json!({"location": "eastus", "tags": {"owner": "other"}});
    let versioned = format!("{path}?api-version={}", identity::API_VERSION);
    assert_eq!(local.raw("PUT", &versioned, body).await.0, 201);
    create(&local.client, &siblings, &["late".to_owned()]).await;
    let warnings = warnings(&local);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].contains("/late' was created by another client"),
        "{warnings:?}"
    );
}

#[tokio::test]
async fn a_repetition_that_finds_its_own_identity_warns_of_nothing() {
    let local = Local::start().await;
    let lost = json!({"close": "after"});
    local
        .fault(on("PUT", "/userAssignedIdentities/id-0", lost))
        .await;
    create(&local.client, &Siblings::default(), &names(1)).await;
    assert!(warnings(&local).is_empty());
}

#[tokio::test]
async fn a_list_is_not_believed_for_long() {
    let local = Local::start().await;
    let siblings = Siblings::default();
    create(&local.client, &siblings, &names(2)).await;
    local.forget().await;
    // Real connections need time that runs.
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(31)).await;
    tokio::time::resume();
    create(&local.client, &siblings, &["id-2".to_owned()]).await;
    assert_eq!(sent(&local).await, [0, 1, 1]);
}
