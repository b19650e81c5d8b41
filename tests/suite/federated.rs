//! Federated credentials, through the emulator.

use emulator::Options;
use managed_identity::identity::federated::{
    Create, CredentialTarget, Source, Update, create, delete, get, list, plan_create, plan_delete,
    plan_update, update,
};
use managed_identity::identity::{self, Create as CreateIdentity};
use serde_json::json;

use crate::support::{self, *};

const CONCURRENT: &str = "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity";

async fn with_identities(names: &[&str]) -> Local {
    let local = Local::with(Options::default()).await;
    for name in names {
        let wanted = CreateIdentity {
            target: target(name),
            ..CreateIdentity::default()
        };
        identity::create(&local.client, &wanted).await.unwrap();
    }
    local.forget().await;
    local
}

fn credential(identity: &str, name: &str) -> CredentialTarget {
    CredentialTarget {
        resource_id: None,
        identity: target(identity),
        name: Some(name.to_owned()),
    }
}

fn source(subject: &str) -> Source {
    Source {
        issuer: Some("https://issuer.example".to_owned()),
        subject: Some(subject.to_owned()),
        ..Source::default()
    }
}

fn wanted(identity: &str, name: &str, subject: &str) -> Create {
    Create {
        target: credential(identity, name),
        source: source(subject),
        audiences: Vec::new(),
    }
}

#[tokio::test]
async fn a_credential_is_created_read_changed_and_deleted() {
    let local = with_identities(&["id1"]).await;
    let client = &local.client;
    let made = create(client, &wanted("id1", "main", "s1")).await.unwrap();
    assert_eq!(made.name, "main");
    assert_eq!(made.properties.audiences, ["api://AzureADTokenExchange"]);
    let by_id = CredentialTarget {
        resource_id: Some(made.id.clone()),
        ..CredentialTarget::default()
    };
    assert_eq!(get(client, &by_id).await.unwrap(), made);

    let change = Update {
        target: by_id.clone(),
        source: Source {
            subject: Some("s2".to_owned()),
            ..Source::default()
        },
        audiences: Vec::new(),
    };
    let changed = update(client, &change).await.unwrap();
    assert_eq!(changed.properties.subject.as_deref(), Some("s2"));
    assert_eq!(changed.properties.issuer, "https://issuer.example");

    delete(client, &by_id).await.unwrap();
    assert_eq!(code(delete(client, &by_id).await), "ResourceNotFound");
    assert_eq!(code(update(client, &change).await), "ResourceNotFound");
    assert!(list(client, &target("id1")).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_so_already_is_not_written() {
    let local = with_identities(&["id1"]).await;
    let one = wanted("id1", "main", "s1");
    create(&local.client, &one).await.unwrap();
    local.forget().await;
    create(&local.client, &one).await.unwrap();
    assert_eq!(local.methods().await, ["GET"]);
    let other = wanted("id1", "MAIN", "s2");
    let changed = create(&local.client, &other).await.unwrap();
    assert_eq!(
        (changed.name.as_str(), changed.properties.subject.as_deref()),
        ("main", Some("s2"))
    );
}

#[tokio::test]
async fn the_rules_of_the_identity_are_checked_before_a_write() {
    let local = with_identities(&["id1"]).await;
    let client = &local.client;
    local
        .admin("PATCH", "settings", json!({"federatedWriteMs": 0}))
        .await;
    for number in 0..20 {
        let one = wanted("id1", &format!("fic-{number}"), &format!("s{number}"));
        create(client, &one).await.unwrap();
    }
    local.forget().await;
    let twin = create(client, &wanted("id1", "twin", "s7")).await;
    assert!(twin.as_ref().unwrap_err().to_string().contains("'fic-7'"));
    assert_eq!(code(twin), "FederatedIdentityCredentialExists");
    let more = create(client, &wanted("id1", "more", "s99")).await;
    assert_eq!(code(more), "TooManyFederatedIdentityCredentials");
    assert_eq!(local.methods().await, ["GET", "GET"]);
    // One that is there may change, and make room.
    create(client, &wanted("id1", "fic-3", "other"))
        .await
        .unwrap();
    delete(client, &credential("id1", "fic-4")).await.unwrap();
    create(client, &wanted("id1", "more", "s99")).await.unwrap();
}

#[tokio::test]
async fn bad_words_send_nothing() {
    let local = with_identities(&["id1"]).await;
    let client = &local.client;
    let long = "x".repeat(601);
    let mut two = wanted("id1", "main", "s");
    two.audiences = vec!["a".to_owned(), "b".to_owned()];
    let mut no_issuer = wanted("id1", "main", "s");
    no_issuer.source.issuer = None;
    for (wanted, expected) in [
        (wanted("id1", "x", "s"), "InvalidName"),
        (wanted("-", "main", "s"), "InvalidName"),
        (wanted("id1", "main", &long), "InvalidSubject"),
        (wanted("id1", "main", ""), "InvalidSubject"),
        (two, "InvalidAudience"),
        (no_issuer, "MissingParameter"),
    ] {
        assert_eq!(code(create(client, &wanted).await), expected, "{wanted:?}");
        assert_eq!(code(plan_create(client, &wanted).await), expected);
    }
    let nothing = Update {
        target: credential("id1", "main"),
        ..Update::default()
    };
    assert_eq!(code(update(client, &nothing).await), "MissingParameter");
    assert!(local.requests().await.is_empty());
}

#[tokio::test]
async fn fifty_over_five_identities_at_once_meet_no_409() {
    let identities = ["id1", "id2", "id3", "id4", "id5"];
    let local = with_identities(&identities).await;
    local
        .admin("PATCH", "settings", json!({"federatedWriteMs": 20}))
        .await;
    let writes = (0..50).map(|number| {
        let client = local.client.clone();
        let one = wanted(
            identities[number / 10],
            &format!("fic-{number}"),
            &format!("s{number}"),
        );
        tokio::spawn(async move { create(&client, &one).await })
    });
    for write in writes.collect::<Vec<_>>() {
        write.await.unwrap().unwrap();
    }
    let log = local.admin("GET", "requests", json!(null)).await;
    let statuses: Vec<_> = log
        .as_array()
        .unwrap()
        .iter()
        .filter(|entry| {
            entry["path"]
                .as_str()
                .unwrap()
                .contains("federatedIdentityCredentials")
        })
        .map(|entry| entry["status"].as_u64().unwrap())
        .collect();
    assert!(!statuses.contains(&409), "{statuses:?}");
    // One list for those that write one after the other, and one write each.
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 50);
    assert_eq!(statuses.len(), 55);
}

#[tokio::test]
async fn a_409_of_somebody_elses_write_is_tried_again() {
    let local = with_identities(&["id1"]).await;
    local
        .fault(json!({
            "method": "PUT", "pathContains": "/main", "times": 3,
            "action": {"status": 409, "code": CONCURRENT, "message": "Concurrent."},
        }))
        .await;
    create(&local.client, &wanted("id1", "main", "s1"))
        .await
        .unwrap();
    local
        .fault(json!({
            "method": "DELETE", "pathContains": "/main", "times": 100,
            "action": {"status": 409, "code": CONCURRENT, "message": "Concurrent."},
        }))
        .await;
    local.forget().await;
    let deleted = delete(&local.client, &credential("id1", "main")).await;
    assert_eq!(code(deleted), CONCURRENT);
    assert_eq!(local.methods().await.len(), 12);
}

#[tokio::test]
async fn a_deletion_whose_answer_was_lost_is_no_missing_credential() {
    let local = with_identities(&["id1"]).await;
    create(&local.client, &wanted("id1", "main", "s1"))
        .await
        .unwrap();
    // The first attempt is carried out, and the second meets another writer.
    local
        .fault(json!({"name": "GatewayTimeoutAfterEffect", "method": "DELETE"}))
        .await;
    let action = json!({"status": 409, "code": CONCURRENT, "message": "Concurrent."});
    local.fault(on("DELETE", "main", action)).await;
    let deleted = delete(&local.client, &credential("id1", "main")).await;
    deleted.unwrap();
}

#[tokio::test]
async fn hearsay_is_not_believed() {
    let local = with_identities(&["id1"]).await;
    local
        .admin("PATCH", "settings", json!({"federatedWriteMs": 0}))
        .await;
    let client = &local.client;
    let target = credential("id1", "main");
    let mut lane = identity::federated::Lane::enter(client, &target)
        .await
        .unwrap();
    let one = wanted("id1", "main", "s1");
    let made = lane.create(client, &one).await.unwrap();
    // Somebody else removes it while this process keeps writing.
    let path = format!("{}?api-version=2024-11-30", made.id);
    assert_eq!(local.raw("DELETE", &path, json!(null)).await.0, 200);
    lane.create(client, &one).await.unwrap();
    assert_eq!(local.raw("GET", &path, json!(null)).await.0, 200);
    let other = Update {
        target,
        source: source("s2"),
        audiences: Vec::new(),
    };
    lane.update(client, &other).await.unwrap();
}

const EXPRESSION: &str = "claims['sub'] matches 'repo:contoso/web:ref:refs/heads/*'";

/// The path of a credential of id1, at the version that has expressions.
fn flexible(name: &str) -> String {
    format!(
        "/subscriptions/{}/resourceGroups/{GROUP}/providers/Microsoft.ManagedIdentity/\
         userAssignedIdentities/id1/federatedIdentityCredentials/{name}\
         ?api-version=2025-05-31-preview",
        emulator::seed::SUBSCRIPTION_ID
    )
}

/// A flexible credential of id1, as the portal makes it.
async fn make_flexible(local: &Local, name: &str) {
    let body = json!({"properties": {
        "issuer": "https://issuer.example",
        "audiences": ["api://AzureADTokenExchange"],
        "claimsMatchingExpression": {"value": EXPRESSION, "languageVersion": 1},
    }});
    assert_eq!(local.raw("PUT", &flexible(name), body).await.0, 201);
}

#[tokio::test]
async fn flexible_credentials_are_read_and_kept() {
    let local = with_identities(&["id1"]).await;
    let client = &local.client;
    make_flexible(&local, "flexible").await;
    let target = credential("id1", "flexible");
    let read = get(client, &target).await.unwrap();
    assert_eq!(read.properties.subject, None);
    let expression = read.properties.claims_matching_expression.clone().unwrap();
    assert_eq!(
        (expression.value.as_str(), expression.language_version),
        (EXPRESSION, 1)
    );

    create(client, &wanted("id1", "plain", "s1")).await.unwrap();
    let all = list(client, &support::target("id1")).await.unwrap();
    let names: Vec<_> = all.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["flexible", "plain"]);
    assert_eq!(all[0], read);

    let change = Update {
        target: target.clone(),
        source: Source::default(),
        audiences: vec!["api://x".to_owned()],
    };
    let plan = plan_update(client, &change).await.unwrap();
    assert!(
        !plan.description.contains("subject"),
        "{}",
        plan.description
    );
    let changed = update(client, &change).await.unwrap();
    assert_eq!(changed.properties.audiences, ["api://x"]);
    assert_eq!(
        changed.properties.claims_matching_expression,
        Some(expression)
    );
    assert_eq!(get(client, &target).await.unwrap(), changed);
    assert!(local.heard.warnings.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_subject_replaces_an_expression_and_the_plan_says_so() {
    let local = with_identities(&["id1"]).await;
    let client = &local.client;
    make_flexible(&local, "flexible").await;
    let wanted = wanted("id1", "flexible", "s1");
    let plan = plan_create(client, &wanted).await.unwrap();
    let words =
        format!("replace its claims matching expression \"{EXPRESSION}\" with the subject 's1'");
    assert!(plan.description.ends_with(&words), "{}", plan.description);
    let made = create(client, &wanted).await.unwrap();
    assert_eq!(made.properties.subject.as_deref(), Some("s1"));
    assert_eq!(made.properties.claims_matching_expression, None);
}

fn matching(expression: &str) -> Source {
    Source {
        issuer: Some("https://issuer.example".to_owned()),
        claims_matching_expression: Some(expression.to_owned()),
        ..Source::default()
    }
}

#[tokio::test]
async fn an_expression_is_written_once_and_replaces_a_subject() {
    let local = with_identities(&["id1"]).await;
    let client = &local.client;
    let wanted = Create {
        source: matching(EXPRESSION),
        ..wanted("id1", "flexible", "")
    };
    let plan = plan_create(client, &wanted).await.unwrap();
    let words = format!("for claims that match \"{EXPRESSION}\" of issuer");
    assert!(plan.description.contains(&words), "{}", plan.description);
    let made = create(client, &wanted).await.unwrap();
    let expression = made.properties.claims_matching_expression.clone().unwrap();
    assert_eq!(
        (
            made.properties.subject.as_deref(),
            expression.language_version
        ),
        (None, 1)
    );
    local.forget().await;
    create(client, &wanted).await.unwrap();
    assert!(!local.methods().await.contains(&"PUT".to_owned()));

    let twin = Create {
        target: credential("id1", "twin"),
        ..wanted.clone()
    };
    let refused = create(client, &twin).await;
    assert!(
        refused
            .as_ref()
            .unwrap_err()
            .to_string()
            .contains("expression as 'flexible'")
    );
    assert_eq!(code(refused), "FederatedIdentityCredentialExists");

    create(client, &super::federated::wanted("id1", "main", "s1"))
        .await
        .unwrap();
    let other = "claims['sub'] eq 's2'";
    let change = |name: &str, expression: &str| Update {
        target: credential("id1", name),
        source: Source {
            issuer: None,
            ..matching(expression)
        },
        audiences: Vec::new(),
    };
    let plan = plan_update(client, &change("main", other)).await.unwrap();
    let words = format!("replace its subject 's1' with the claims matching expression \"{other}\"");
    assert!(plan.description.ends_with(&words), "{}", plan.description);
    let changed = update(client, &change("main", other)).await.unwrap();
    assert_eq!(changed.properties.subject, None);
    let plan = plan_update(client, &change("flexible", "claims['x'] eq 'y'"))
        .await
        .unwrap();
    let words = format!("change its claims matching expression from \"{EXPRESSION}\" to");
    assert!(plan.description.contains(&words), "{}", plan.description);
    assert_eq!(local.heard.warnings.lock().unwrap().len(), 0);
}

#[tokio::test]
async fn a_cloud_that_has_the_older_preview_alone_gets_expressions_too() {
    let local = with_identities(&["id1"]).await;
    local
        .fault(json!({
            "pathContains": "2025-05-31-preview", "times": 100,
            "action": {"status": 400, "code": "NoRegisteredProviderFound",
                "message": "The supported api-versions are '2024-11-30, 2025-01-31-preview, 2026-05-31'."},
        }))
        .await;
    let wanted = Create {
        source: matching(EXPRESSION),
        ..wanted("id1", "flexible", "")
    };
    create(&local.client, &wanted).await.unwrap();
    let target = credential("id1", "flexible");
    let read = get(&local.client, &target).await.unwrap();
    assert_eq!(
        read.properties.claims_matching_expression.unwrap().value,
        EXPRESSION
    );
    assert!(local.heard.warnings.lock().unwrap().is_empty());
}

/// A fault on what the cloud answers at the version that has expressions: it has no such version.
async fn without_expressions(local: &Local) {
    local
        .fault(json!({
            "method": "GET", "pathContains": "-preview", "times": 100,
            "action": {"status": 400, "code": "BadRequest", "message": "No such version."},
        }))
        .await;
}

#[tokio::test]
async fn an_expression_that_cannot_be_read_is_not_overwritten() {
    let local = with_identities(&["id1"]).await;
    let client = &local.client;
    make_flexible(&local, "flexible").await;
    without_expressions(&local).await;
    let target = credential("id1", "flexible");
    let read = get(client, &target).await.unwrap();
    assert_eq!(read.properties.subject, None);
    assert_eq!(list(client, &support::target("id1")).await.unwrap(), [read]);
    let heard = local.heard.warnings.lock().unwrap().clone();
    assert_eq!(heard.len(), 2);
    assert!(heard[0].contains("No such version."), "{}", heard[0]);

    local.forget().await;
    let change = Update {
        target,
        source: source("s2"),
        audiences: Vec::new(),
    };
    let refused = update(client, &change).await;
    assert_eq!(code(refused), "FederatedIdentityCredentialNotReadable");
    assert!(!local.methods().await.contains(&"PUT".to_owned()));
    // Others beside it are not touched by that.
    create(client, &wanted("id1", "plain", "s1")).await.unwrap();
    delete(client, &credential("id1", "flexible"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_stable_version_may_show_expressions_too() {
    let local = with_identities(&["id1"]).await;
    let client = &local.client;
    create(client, &wanted("id1", "plain", "s1")).await.unwrap();
    for subject in [json!({"subject": null}), json!({})] {
        let mut properties = json!({
            "issuer": "https://issuer.example",
            "audiences": ["api://AzureADTokenExchange"],
            "claimsMatchingExpression": {"value": EXPRESSION, "languageVersion": 1},
            "trustLevel": 3,
        });
        properties
            .as_object_mut()
            .unwrap()
            .extend(subject.as_object().unwrap().clone());
        let one = json!({
            "id": flexible("flexible").split('?').next().unwrap(),
            "name": "flexible",
            "type": "Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials",
            "properties": properties,
        });
        let answer = |body: serde_json::Value| json!({"status": 200, "body": body.to_string(), "contentType": "application/json"});
        local
            .fault(on("GET", "/flexible?", answer(one.clone())))
            .await;
        let read = get(client, &credential("id1", "flexible")).await.unwrap();
        assert_eq!(
            read.properties.claims_matching_expression.unwrap().value,
            EXPRESSION
        );

        // What is not known here goes back with the rest.
        local.forget().await;
        let all = answer(json!({"value": [one]}));
        local
            .fault(on("GET", "federatedIdentityCredentials?", all))
            .await;
        local
            .fault(on("PUT", "/flexible?api-version=2025-05-31-preview", answer(json!({
                "id": flexible("flexible"), "name": "flexible", "type": "x", "properties": properties,
            }))))
            .await;
        let change = Update {
            target: credential("id1", "flexible"),
            source: Source::default(),
            audiences: vec!["api://x".to_owned()],
        };
        let changed = update(client, &change).await.unwrap();
        assert_eq!(changed.properties.unknown["trustLevel"], 3);
        assert_eq!(local.methods().await, ["GET", "PUT"]);
    }
}

#[tokio::test]
async fn what_no_token_matches_is_a_warning() {
    let local = with_identities(&["id1"]).await;
    let mut doubtful = wanted("id1", "main", "repo:contoso/*:ref:refs/heads/main");
    doubtful.source.issuer = Some("https://eastus.oic.prod-aks.azure.com/a/b".to_owned());
    let made = create(&local.client, &doubtful).await.unwrap();
    assert_eq!(
        made.properties.issuer,
        "https://eastus.oic.prod-aks.azure.com/a/b"
    );
    let heard = local.heard.warnings.lock().unwrap().clone();
    assert_eq!(heard.len(), 2, "{heard:?}");
    create(&local.client, &wanted("id1", "other", "s1"))
        .await
        .unwrap();
    assert_eq!(local.heard.warnings.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn plans_say_what_would_change() {
    let local = with_identities(&["id1"]).await;
    let client = &local.client;
    let one = wanted("id1", "main", "s1");
    let plan = plan_create(client, &one).await.unwrap();
    assert!(plan.changes() && plan.description.starts_with("Create federated credential"));
    create(client, &one).await.unwrap();
    local.forget().await;
    assert!(!plan_create(client, &one).await.unwrap().changes());
    let change = Update {
        target: credential("id1", "main"),
        source: source("s2"),
        audiences: vec!["api://x".to_owned()],
    };
    let plan = plan_update(client, &change).await.unwrap();
    let words = "change its subject from 's1' to 's2', \
                 change its audience from 'api://AzureADTokenExchange' to 'api://x'";
    assert!(plan.description.ends_with(words), "{}", plan.description);
    let plan = plan_delete(client, &credential("id1", "main"))
        .await
        .unwrap();
    assert!(plan.changes() && plan.description.starts_with("Delete"));
    assert_eq!(local.methods().await, ["GET", "GET", "GET"]);
}
