use std::time::Duration;

use emulator::{Options, seed};
use serde_json::{Value, json};

use crate::support::{Azure, V, in_group, sub, uai};

fn path(identity: &str, name: &str) -> String {
    in_group(&format!(
        "Microsoft.ManagedIdentity/userAssignedIdentities/{identity}/federatedIdentityCredentials/{name}?{V}"
    ))
}

fn list(identity: &str) -> String {
    path(identity, "").replace("/?", "?")
}

fn credential(subject: &str) -> Value {
    json!({"properties": {
        "issuer": "https://token.actions.githubusercontent.com",
        "subject": subject,
        "audiences": ["api://AzureADTokenExchange"],
    }})
}

/// An emulator whose writes take no time.
async fn quick() -> Azure {
    let azure = Azure::start().await;
    azure.set(json!({"federatedWriteMs": 0})).await;
    azure
}

#[tokio::test]
async fn create_update_get_delete() {
    let azure = quick().await;
    azure.identity("My-Id").await;
    let made = azure
        .put(
            &path("my-id", "Main-1"),
            credential("repo:a/b:ref:refs/heads/main"),
        )
        .await
        .is(201)
        .json();
    let parent = azure.get(&uai("my-id")).await.json();
    assert_eq!(
        made["id"],
        format!(
            "{}/federatedIdentityCredentials/Main-1",
            parent["id"].as_str().unwrap()
        )
    );
    assert_eq!(made["name"], "Main-1");
    assert_eq!(
        made["type"],
        "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials"
    );
    assert_eq!(
        made["properties"],
        credential("repo:a/b:ref:refs/heads/main")["properties"]
    );
    assert_eq!(
        azure.get(&path("MY-ID", "MAIN-1")).await.is(200).json(),
        made
    );

    let changed = azure
        .put(&path("my-id", "main-1"), credential("other"))
        .await
        .is(200)
        .json();
    assert_eq!(
        (&changed["name"], &changed["id"]),
        (&made["name"], &made["id"])
    );
    assert_eq!(changed["properties"]["subject"], "other");
    // A change of the identity leaves its credentials alone.
    azure
        .put(
            &uai("my-id"),
            json!({"location": "eastus", "tags": {"a": "b"}}),
        )
        .await
        .is(200);
    azure
        .patch(&uai("my-id"), json!({"tags": {}}))
        .await
        .is(200);
    assert_eq!(azure.get(&path("my-id", "main-1")).await.json(), changed);

    assert!(
        azure
            .delete(&path("my-id", "main-1"))
            .await
            .is(200)
            .body
            .is_empty()
    );
    azure.delete(&path("my-id", "main-1")).await.is(204);
    azure
        .get(&path("my-id", "main-1"))
        .await
        .fails(404, "ResourceNotFound");
}

#[tokio::test]
async fn what_is_refused() {
    let azure = quick().await;
    azure.identity("abc").await;
    let orphan = azure
        .put(&path("none", "fic"), credential("s"))
        .await
        .fails(404, "NotFound");
    assert_eq!(
        orphan.message(),
        "The parent user-assigned identity doesn't exist."
    );
    azure.get(&path("none", "fic")).await.is(404);
    azure.get(&list("none")).await.is(404);
    azure.delete(&path("none", "fic")).await.is(204);

    let name = azure
        .put(&path("abc", "a.b"), credential("s"))
        .await
        .fails(400, "BadRequest");
    assert_eq!(
        name.message(),
        "Federated Identity Credential name 'a.b' is invalid."
    );
    let mut two = credential("s");
    two["properties"]["audiences"] = json!(["a", "b"]);
    let audiences = azure
        .put(&path("abc", "fic"), two)
        .await
        .fails(400, "BadRequest");
    assert_eq!(
        audiences.message(),
        "Federated identity credentials must have exactly one audience."
    );
    azure
        .put(&path("abc", "fic"), json!({"properties": {}}))
        .await
        .fails(400, "BadRequest");

    azure
        .put(&path("abc", "fic"), credential("s"))
        .await
        .is(201);
    let twice = azure
        .put(&path("abc", "fic2"), credential("s"))
        .await
        .fails(400, "BadRequest");
    assert_eq!(
        twice.message(),
        "Issuer and subject combination already exists for this Managed Identity."
    );
    azure
        .put(&path("abc", "fic"), credential("s"))
        .await
        .is(200);
    azure
        .put(&path("abc", "fic2"), credential("S"))
        .await
        .is(201);
    azure.identity("abcd").await;
    azure
        .put(&path("abcd", "fic"), credential("s"))
        .await
        .is(201);

    let old = path("abc", "fic").replace(V, "api-version=2018-11-30");
    azure
        .get(&old)
        .await
        .fails(400, "NoRegisteredProviderFound");
}

#[tokio::test]
async fn flexible_ones_are_of_the_versions_that_have_them() {
    const FLEXIBLE: &str = "api-version=2025-05-31-preview";
    let azure = quick().await;
    azure.identity("abc").await;
    let at = |path: String| path.replace(V, FLEXIBLE);
    let mut wanted = credential("s");
    let properties = wanted["properties"].as_object_mut().unwrap();
    properties.remove("subject");
    let expression = json!({"value": "claims['sub'] matches 'repo:a/*'", "languageVersion": 1});
    properties.insert("claimsMatchingExpression".to_owned(), expression.clone());

    azure
        .put(&path("abc", "fic"), wanted.clone())
        .await
        .fails(400, "BadRequest");
    let made = azure
        .put(&at(path("abc", "fic")), wanted.clone())
        .await
        .is(201)
        .json();
    assert_eq!(made["properties"], wanted["properties"]);
    let twice = azure
        .put(&at(path("abc", "fic2")), wanted)
        .await
        .fails(400, "BadRequest");
    assert!(twice.message().contains("already exists"));
    azure
        .put(&path("abc", "plain"), credential("s"))
        .await
        .is(201);

    let all = azure.get(&at(list("abc"))).await.is(200).json();
    assert_eq!(
        all["value"][0]["properties"]["claimsMatchingExpression"],
        expression
    );
    assert_eq!(all["value"][1]["properties"], credential("s")["properties"]);
    let shown = azure.get(&path("abc", "fic")).await.is(200).json();
    assert_eq!(shown["properties"]["subject"], Value::Null);
    assert_eq!(shown["properties"].get("claimsMatchingExpression"), None);
}

#[tokio::test]
async fn an_identity_has_twenty_at_most() {
    let azure = quick().await;
    azure.identity("abc").await;
    for number in 1..=20 {
        azure
            .put(
                &path("abc", &format!("fic{number}")),
                credential(&number.to_string()),
            )
            .await
            .is(201);
    }
    let more = azure
        .put(&path("abc", "fic21"), credential("21"))
        .await
        .fails(400, "BadRequest");
    assert!(
        more.message()
            .starts_with("Too many Federated Identity Credentials")
    );
    azure
        .put(&path("abc", "fic20"), credential("21"))
        .await
        .is(200);
    azure.delete(&path("abc", "fic1")).await.is(200);
    azure
        .put(&path("abc", "fic21"), credential("1"))
        .await
        .is(201);
}

#[tokio::test]
async fn lists_come_in_pages() {
    let azure = quick().await;
    for identity in ["abc", "abcd"] {
        azure.identity(identity).await;
    }
    for number in 1..=5 {
        azure
            .put(
                &path("abc", &format!("fic{number}")),
                credential(&number.to_string()),
            )
            .await
            .is(201);
    }
    azure
        .put(&path("abcd", "other"), credential("1"))
        .await
        .is(201);
    let all = azure.get(&list("abc")).await.is(200).json();
    assert_eq!(all["value"].as_array().unwrap().len(), 5);
    assert_eq!(all.get("nextLink"), None);
    let (mut names, mut url) = (Vec::new(), format!("{}&$top=2", list("abc")));
    loop {
        let page = azure.get(&url).await.is(200).json();
        let items = page["value"].as_array().unwrap();
        assert!(items.len() <= 2);
        names.extend(
            items
                .iter()
                .map(|item| item["name"].as_str().unwrap().to_owned()),
        );
        match page["nextLink"].as_str() {
            Some(next) => url = next.to_owned(),
            None => break,
        }
    }
    assert_eq!(names, ["fic1", "fic2", "fic3", "fic4", "fic5"]);
    azure
        .get(&format!("{}&$top=0", list("abc")))
        .await
        .fails(400, "InvalidTopParameter");
    azure
        .get(&format!("{}&$skiptoken=%25", list("abc")))
        .await
        .fails(400, "InvalidSkipToken");
}

#[tokio::test]
async fn they_go_with_their_identity() {
    let azure = quick().await;
    for identity in ["abc", "abcd"] {
        azure.identity(identity).await;
        azure
            .put(&path(identity, "fic"), credential("s"))
            .await
            .is(201);
    }
    azure.delete(&uai("abc")).await.is(200);
    azure.identity("abc").await;
    azure.get(&path("abc", "fic")).await.is(404);
    azure.get(&path("abcd", "fic")).await.is(200);
}

#[tokio::test(start_paused = true)]
async fn a_group_takes_them_along() {
    let azure = quick().await;
    let there = |path: String| path.replace(seed::RESOURCE_GROUP, "TestRG");
    let put = async || {
        azure
            .put(&there(uai("abc")), json!({"location": "eastus"}))
            .await
            .is(201);
    };
    put().await;
    azure
        .put(&there(path("abc", "fic")), credential("s"))
        .await
        .is(201);
    let group = sub("/resourceGroups/TestRG?api-version=2022-09-01");
    azure.delete(&group).await.is(202);
    tokio::time::advance(Duration::from_secs(2)).await;
    azure
        .put(&group, json!({"location": "eastus"}))
        .await
        .is(201);
    put().await;
    azure.get(&there(path("abc", "fic"))).await.is(404);
}

#[tokio::test(start_paused = true)]
async fn one_write_at_a_time_under_an_identity() {
    let azure = Azure::start().await;
    azure.set(json!({"federatedWriteMs": 200})).await;
    for identity in ["abc", "abd"] {
        azure.identity(identity).await;
    }
    let before = tokio::time::Instant::now();
    let put = |identity: &str, name: &str| {
        let (azure, path, body) = (&azure, path(identity, name), credential(name));
        async move { azure.put(&path, body).await }
    };
    let (one, two, elsewhere) =
        tokio::join!(put("abc", "one"), put("abc", "two"), put("abd", "one"));
    assert!(before.elapsed() >= Duration::from_millis(200));
    elsewhere.is(201);
    let (good, bad) = if one.status == 201 {
        (one, two)
    } else {
        (two, one)
    };
    good.is(201);
    let bad = bad.fails(
        409,
        "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
    );
    assert!(
        bad.message().contains("userAssignedIdentities/abc'"),
        "{bad:?}"
    );

    // A deletion is a write, too, and who waits for the answer is through.
    let path_one = path("abd", "one");
    let (gone, late) = tokio::join!(azure.delete(&path_one), put("abd", "two"));
    assert_eq!(
        [gone.status, late.status]
            .iter()
            .filter(|s| **s == 409)
            .count(),
        1
    );
    put("abd", "three").await.is(201);
    put("abd", "four").await.is(201);
}

#[tokio::test(start_paused = true)]
async fn limits_of_the_identity_and_the_subscription() {
    let azure = quick().await;
    for identity in ["abc", "abd", "abe"] {
        azure.identity(identity).await;
    }
    azure.set(json!({"throttling": true})).await;
    let put =
        async |identity: &str, name: &str| azure.put(&path(identity, name), credential(name)).await;
    put("abc", "one").await.is(201);
    let limited = put("abc", "two").await.fails(429, "TooManyRequests");
    let wait: u64 = limited.header("retry-after").parse().unwrap();
    assert!((1..=4).contains(&wait), "{wait}");
    // The refused one counted for the subscription.
    put("abe", "one").await.fails(429, "TooManyRequests");
    tokio::time::advance(Duration::from_secs(4)).await;
    put("abc", "two").await.is(201);
    put("abd", "one").await.is(201);
}

#[tokio::test]
async fn a_state_file_keeps_them() {
    let path_of_state =
        std::env::temp_dir().join(format!("emulator-federated-{}.json", std::process::id()));
    let options = || Options {
        state_path: Some(path_of_state.clone()),
        ..Options::default()
    };
    let azure = Azure::with(options()).await;
    azure.identity("abc").await;
    let made = azure
        .put(&path("abc", "fic"), credential("s"))
        .await
        .is(201)
        .json();
    azure.emulator.stop().await;
    let azure = Azure::with(options()).await;
    assert_eq!(azure.get(&path("abc", "fic")).await.is(200).json(), made);
    azure.emulator.stop().await;
    let _ = std::fs::remove_file(path_of_state);
}
