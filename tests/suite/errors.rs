//! What the client makes of Azure's refusals, as they are seen on the wire.

use std::sync::Arc;

use managed_identity::access::{self, Assign, Principal, Role, RoleScope};
use managed_identity::arm::{Invoke, Scope, invoke};
use managed_identity::base::{Category, Error, Silent, known_codes};
use managed_identity::compute;
use managed_identity::connect::{SignIn, connect};
use managed_identity::identity::federated::{self, CredentialTarget, Source};
use managed_identity::identity::{self, Create};
use managed_identity::resource;
use serde_json::{Value, json};

use crate::support::{GROUP, Local, merge, on, other_server, quick, sign_in, target};

fn create(name: &str) -> Create {
    Create {
        target: target(name),
        ..Create::default()
    }
}

fn answer(status: u16, body: &Value) -> Value {
    json!({"status": status, "body": body.to_string(), "contentType": "application/json"})
}

/// An error as services write it that say everything, and null where there is nothing.
fn with_nulls(code: &str, message: &str) -> Value {
    json!({"error": {"code": code, "message": message, "target": null, "details": null,
        "innererror": null, "additionalInfo": null}})
}

async fn refused(local: &Local, status: u16, error: Value) -> Error {
    let body = json!({ "error": error });
    local.fault(on("PUT", "/id9", answer(status, &body))).await;
    identity::create(&local.client, &create("id9"))
        .await
        .unwrap_err()
}

#[tokio::test]
async fn the_policy_that_denies_is_named() {
    let local = Local::start().await;
    let error = json!({
        "code": "RequestDisallowedByPolicy", "target": "id9",
        "message": "Resource 'id9' was disallowed by policy. See error details for policy \
                    resource IDs.",
        "additionalInfo": [{"type": "PolicyViolation", "info": {
            "evaluationDetails": {"evaluatedExpressions": [{
                "result": "True", "expression": "location", "path": "location",
                "expressionValue": "eastus", "operator": "NotIn", "targetValue": ["westeurope"],
            }]},
            "policyDefinitionId": "/providers/x/policyDefinitions/d1",
            "policyDefinitionDisplayName": "Allowed locations",
            "policyAssignmentId": "/providers/x/policyAssignments/eu-only",
            "policyAssignmentDisplayName": "EU regions only",
        }}],
    });
    let error = refused(&local, 403, error).await;
    assert_eq!(error.code(), "RequestDisallowedByPolicy");
    assert_eq!(error.category(), Category::PermissionDenied);
    let told = error.to_string();
    for part in [
        "'EU regions only' (/providers/x/policyAssignments/eu-only)",
        "'Allowed locations' (/providers/x/policyDefinitions/d1)",
        "location is 'eastus' (NotIn [\"westeurope\"])",
        "policy's owner",
    ] {
        assert!(told.contains(part), "{told}");
    }
    assert!(!told.contains("Ask for a role"), "{told}");
    assert!(error.raw().contains("evaluatedExpressions"));
    assert!(error.request().starts_with("PUT /subscriptions/"));
}

#[tokio::test]
async fn no_role_helps_against_a_deny_assignment() {
    let local = Local::start().await;
    let error = json!({"code": "DenyAssignmentAuthorizationFailed", "message":
        "The client has permission to perform the action on 'id9'; however, the access is denied \
         because of the deny assignment with name 'Deny' and Id '1'."});
    let error = refused(&local, 403, error).await;
    assert_eq!(error.category(), Category::PermissionDenied);
    let advice = error.recommendation();
    assert!(advice.contains("no role overrides it"), "{advice}");
}

#[tokio::test]
async fn a_code_that_is_not_known_gets_no_advice() {
    let local = Local::start().await;
    for status in [400, 403, 404, 409, 423] {
        let error = json!({"code": "Unheard", "message": "The service refuses id9."});
        let error = refused(&local, status, error).await;
        assert_eq!(error.to_string(), "The service refuses id9.", "{status}");
    }
}

#[tokio::test]
async fn codes_are_known_whatever_is_null_beside_them() {
    let local = Local::start().await;
    let made = identity::create(&local.client, &create("id1"))
        .await
        .unwrap();
    let assign = Assign {
        principal: Principal {
            principal_id: Some(made.properties.principal_id.clone()),
            ..Principal::default()
        },
        scope: RoleScope {
            resource_group: Some(GROUP.to_owned()),
            ..RoleScope::default()
        },
        role: Role::named("Reader"),
        ..Assign::default()
    };
    // Waited out.
    let unknown = with_nulls(
        "PrincipalNotFound",
        "Principal x does not exist in the directory y.",
    );
    local
        .fault(on("PUT", "roleAssignments", answer(400, &unknown)))
        .await;
    let given = access::assign(&local.client, &assign).await.unwrap();
    // The one that is there is the result.
    let exists = with_nulls(
        "RoleAssignmentExists",
        "The role assignment already exists.",
    );
    local
        .fault(on("PUT", "roleAssignments", answer(409, &exists)))
        .await;
    let again = access::assign(&local.client, &assign).await.unwrap();
    assert_eq!(again.id, given.id);

    // Tried again.
    let concurrent = with_nulls(
        "ConcurrentFederatedIdentityCredentialsWritesForSingleManagedIdentity",
        "Too many writes.",
    );
    local
        .fault(on(
            "PUT",
            "federatedIdentityCredentials",
            answer(409, &concurrent),
        ))
        .await;
    let credential = federated::Create {
        target: CredentialTarget {
            identity: target("id1"),
            name: Some("main".to_owned()),
            ..CredentialTarget::default()
        },
        source: Source {
            issuer: Some("https://issuer.example".to_owned()),
            subject: Some("s".to_owned()),
            ..Source::default()
        },
        ..federated::Create::default()
    };
    federated::create(&local.client, &credential).await.unwrap();

    let error = refused(
        &local,
        400,
        with_nulls("InvalidParameter", "No, id9.")["error"].clone(),
    );
    let error = error.await;
    assert_eq!(
        (error.code(), error.message()),
        ("InvalidParameter", "No, id9.")
    );
}

#[tokio::test]
async fn an_operation_that_fails_tells_its_cause() {
    let local = Local::start().await;
    identity::create(&local.client, &create("id1"))
        .await
        .unwrap();
    let mut failed = with_nulls(
        "VMExtensionProvisioningError",
        "VM has reported a failure\r\nwhen\
        \nprocessing extension 'monitor'.",
    );
    failed["status"] = json!("Failed");
    failed["endTime"] = Value::Null;
    local
        .fault(on("GET", "/operations/", answer(200, &failed)))
        .await;
    let update = merge(&["id1"], &[], None);
    let error = compute::update(&local.client, &update).await.unwrap_err();
    assert_eq!(error.code(), "VMExtensionProvisioningError");
    let told = error.message();
    assert!(
        told.contains("failure when processing extension 'monitor'."),
        "{told}"
    );
}

#[tokio::test]
async fn an_api_version_that_the_cloud_does_not_have_is_replaced() {
    let local = Local::start().await;
    let listed = "'2015-08-31-PREVIEW, 2018-11-30, 2023-01-31'";
    let refuse = |method: &str, status, code: &str, message: String| {
        let body = with_nulls(code, &message);
        let mut fault = on(method, "userAssignedIdentities", answer(status, &body));
        fault["pathContains"] = json!("api-version=2026-05-31");
        fault["times"] = json!(100);
        fault
    };
    for fault in [
        refuse(
            "GET",
            404,
            "InvalidResourceType",
            format!(
                "The resource type could not be found. The supported api-versions are {listed}."
            ),
        ),
        refuse(
            "PUT",
            400,
            "NoRegisteredProviderFound",
            format!(
                "No registered resource provider found. The supported api-versions are {listed}. \
                 The supported locations are 'eastus'."
            ),
        ),
    ] {
        local.fault(fault).await;
    }
    local.forget().await;
    identity::create(&local.client, &create("id1"))
        .await
        .unwrap();
    identity::get(&local.client, &target("id1")).await.unwrap();
    let log = local.admin("GET", "requests", Value::Null).await;
    let of_identities = log.as_array().unwrap().iter().filter(|entry| {
        entry["path"]
            .as_str()
            .unwrap()
            .contains("userAssignedIdentities")
    });
    let versions: Vec<_> = of_identities
        .map(|entry| {
            let path = entry["path"].as_str().unwrap();
            path.rsplit("api-version=").next().unwrap().to_owned()
        })
        .collect();
    // Refused once, and remembered.
    assert_eq!(
        versions,
        ["2026-05-31", "2023-01-31", "2023-01-31", "2023-01-31"]
    );
    assert!(
        local
            .heard
            .verbose
            .lock()
            .unwrap()
            .iter()
            .any(|l| l.contains("uses 2023-01-31 instead"))
    );

    // What only a newer one has is not left out in silence.
    let wanted = Create {
        isolation_scope: Some("Regional".to_owned()),
        ..create("id2")
    };
    let error = identity::create(&local.client, &wanted).await.unwrap_err();
    assert_eq!(error.code(), "NoRegisteredProviderFound");
    assert!(
        error
            .to_string()
            .contains("needs 2024-11-30 or a newer one"),
        "{error}"
    );

    let wanted = Create {
        assignment_restriction: Some(vec!["Microsoft.Compute".to_owned()]),
        ..create("id2")
    };
    let error = identity::create(&local.client, &wanted).await.unwrap_err();
    assert!(
        error
            .to_string()
            .contains("-AssignmentRestriction needs 2026-05-31 or a newer one"),
        "{error}"
    );

    // A version that the caller chose is not changed.
    let call = Invoke {
        method: "GET".to_owned(),
        path: "/subscriptions/{subscriptionId}/providers/Microsoft.ManagedIdentity/userAssignedIdentities".to_owned(),
        api_version: Some("2026-05-31".to_owned()),
        ..Invoke::default()
    };
    let error = invoke(&local.client, &call).await.unwrap_err();
    assert_eq!(error.code(), "InvalidResourceType");
    assert!(
        error.to_string().contains("2018-11-30, 2023-01-31"),
        "{error}"
    );
}

#[tokio::test]
async fn machines_are_read_in_the_newest_api_version_that_the_cloud_has() {
    for (message, expected) in [
        (
            "The supported api-versions are '2024-07-01, 2025-11-01, 2025-04-01, 2026-02-01-preview'.",
            "2025-11-01",
        ),
        ("The api-version is not supported.", "2025-04-01"),
    ] {
        let local = Local::start().await;
        let body = with_nulls("NoRegisteredProviderFound", message);
        let mut fault = on("GET", "virtualMachines", answer(400, &body));
        fault["pathContains"] = json!("api-version=2026-04-01");
        fault["times"] = json!(100);
        local.fault(fault).await;
        local.forget().await;
        let machine = resource::Named {
            target: target("myVM"),
            kind: Some(compute::VIRTUAL_MACHINE),
            ..resource::Named::default()
        };
        for _ in 0..2 {
            resource::get(&local.client, &machine).await.unwrap();
        }
        let log = local.admin("GET", "requests", Value::Null).await;
        let versions: Vec<_> = log
            .as_array()
            .unwrap()
            .iter()
            .filter_map(|entry| {
                let path = entry["path"].as_str()?;
                let (_, version) = path.split_once("myVM?api-version=")?;
                Some(version.to_owned())
            })
            .collect();
        assert_eq!(versions, ["2026-04-01", expected, expected]);
    }
}

fn post() -> Invoke {
    Invoke {
        method: "POST".to_owned(),
        path: "/subscriptions/{subscriptionId}/providers/Microsoft.Compute/register".to_owned(),
        api_version: Some("2021-04-01".to_owned()),
        ..Invoke::default()
    }
}

async fn posts(local: &Local) -> usize {
    let methods = local.methods().await;
    methods.iter().filter(|method| *method == "POST").count()
}

#[tokio::test]
async fn a_post_that_may_have_been_carried_out_is_not_sent_again() {
    let local = Local::start().await;
    for action in [
        json!({"status": 408, "code": "A", "message": "m"}),
        json!({"status": 500, "code": "A", "message": "m"}),
        json!({"status": 502, "body": "<html></html>", "contentType": "text/html"}),
        json!({"status": 503, "code": "A", "message": "m"}),
        json!({"status": 504, "code": "A", "message": "m"}),
        json!({"close": "after"}),
        json!({"status": 200, "body": "{\"a\":", "contentType": "application/json"}),
    ] {
        local.fault(on("POST", "/register", action.clone())).await;
        local.forget().await;
        let error = invoke(&local.client, &post()).await.unwrap_err();
        assert_eq!(posts(&local).await, 1, "{action}");
        assert!(error.may_be_done(), "{action}");
        let told = error.to_string();
        assert!(told.contains("may have completed the request"), "{told}");
    }
}

#[tokio::test]
async fn a_post_that_was_refused_for_now_is_sent_again() {
    let local = Local::start().await;
    for action in [
        json!({"status": 429, "code": "TooManyRequests", "message": "m"}),
        json!({"status": 503, "code": "ServerBusy", "message": "m",
            "headers": {"Retry-After": "0"}}),
    ] {
        local.fault(on("POST", "/register", action.clone())).await;
        local.forget().await;
        invoke(&local.client, &post()).await.unwrap();
        assert_eq!(posts(&local).await, 2, "{action}");
    }
}

#[tokio::test]
async fn a_write_that_may_have_been_carried_out_says_so() {
    let local = Local::start().await;
    let mut fault = on(
        "PUT",
        "/id1",
        json!({"status": 502, "code": "A", "message": "m"}),
    );
    fault["times"] = json!(quick().attempts);
    local.fault(fault).await;
    let error = identity::create(&local.client, &create("id1"))
        .await
        .unwrap_err();
    assert!(error.may_be_done());
    // A refusal has done nothing.
    let error = json!({"code": "Unheard", "message": "No."});
    assert!(!refused(&local, 400, error).await.may_be_done());
    // Nor has a read.
    let mut fault = on(
        "GET",
        "/id1",
        json!({"status": 502, "code": "A", "message": "m"}),
    );
    fault["times"] = json!(quick().attempts);
    local.fault(fault).await;
    let error = identity::get(&local.client, &target("id1"))
        .await
        .unwrap_err();
    assert!(!error.may_be_done());
    // It was: an answer that can't be read.
    let action = json!({"status": 201, "body": "{\"id\":", "contentType": "application/json"});
    local.fault(on("PUT", "/id2", action)).await;
    let error = identity::create(&local.client, &create("id2"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "UnexpectedContent");
    assert!(error.may_be_done());
}

#[tokio::test]
async fn one_item_that_cannot_be_read_costs_that_item() {
    let local = Local::start().await;
    let id = |name: &str| {
        format!(
            "/subscriptions/s/resourcegroups/rg1/providers/Microsoft.ManagedIdentity/\
             userAssignedIdentities/{name}"
        )
    };
    let one = |name: &str, location: Value| {
        json!({"id": id(name), "name": name, "location": location, "tags": null,
            "type": "Microsoft.ManagedIdentity/userAssignedIdentities",
            "properties": {"principalId": null}})
    };
    let body = json!({"value": [
        one("good1", json!("eastus")), one("bad", json!(["x"])), null, one("good2", json!("eastus")),
    ], "nextLink": null});
    local
        .fault(on("GET", "userAssignedIdentities?", answer(200, &body)))
        .await;
    let pages = identity::list(&local.client, &Scope::default()).unwrap();
    let names: Vec<_> = pages
        .all()
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(names, ["good1", "good2"]);
    let warnings = local.heard.warnings.lock().unwrap().join("\n");
    assert!(
        warnings.contains(&id("bad")) && warnings.contains("identity 'bad'"),
        "{warnings}"
    );
}

#[tokio::test]
async fn a_web_filters_page_is_not_azures_refusal() {
    let page = "<html><title>Blocked by Contoso</title></html>";
    let (endpoint, _) = other_server(format!(
        "HTTP/1.1 403 Forbidden\r\nServer: filter/1\r\nContent-Type: text/html\r\n\
         Content-Length: {}\r\nConnection: close\r\n\r\n{page}",
        page.len()
    ))
    .await;
    let mut request = sign_in(&endpoint);
    request.sign_in = SignIn::AccessToken {
        token: "t".to_owned().into(),
        graph: None,
        account: None,
    };
    let error = connect(request, Arc::new(Silent)).await.unwrap_err();
    assert_eq!(error.category(), Category::ConnectionError);
    let told = error.to_string();
    for part in ["HTTP 403", "filter/1", "'Blocked by Contoso'", "between"] {
        assert!(told.contains(part), "{told}");
    }
    assert!(!told.contains("role"), "{told}");
}

/// The page in docs/ that lists the known codes.
fn page() -> String {
    let mut page = "\
# Error codes

Each failed input is one error record, whose `FullyQualifiedErrorId` begins with the code. This page \
lists the codes of Azure's services that the module knows: their category, the retry, and the \
recommendation. For other codes, the error contains Azure's message, and the module does not retry.

The page is generated from `src/base/codes.rs` with `MI_BLESS=1 cargo test --test suite errors::`.

| Code | Category | Retry | Recommendation | Source |
| --- | --- | --- | --- | --- |
"
    .to_owned();
    for known in known_codes() {
        page.push_str(&format!(
            "| `{}` | {:?} | {} | {} | {} |\n",
            known.code,
            known.category,
            known.retry.describe(),
            known.advice,
            known.source
        ));
    }
    page
}

#[test]
fn the_page_of_codes_is_that_of_the_table() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    if std::env::var_os("MI_BLESS").is_some() {
        std::fs::write(&path, page()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        committed.replace("\r\n", "\n"),
        page(),
        "docs/errors.md is out of date"
    );
}
