//! The token endpoints of the hosts that managed identities run on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use emulator::{Emulator, Options, seed};
use hyper::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Azure, R, in_group, key, sub, vm};

const IMDS: &str = "/metadata/identity/oauth2/token?api-version=2018-02-01";
const ARM: &str = "resource=https%3A%2F%2Fmanagement.azure.com%2F";
const METADATA: (&str, &str) = ("metadata", "true");

/// Switches a host on; its environment.
async fn on(azure: &Azure, name: &str, setup: Value) -> Value {
    let answer = azure
        .admin(Method::PUT, &format!("/hosts/{name}"), setup)
        .await;
    answer.is(200).json()["environment"].clone()
}

async fn get(azure: &Azure, path: &str, headers: &[(&str, &str)]) -> Answer {
    azure.raw(Method::GET, path, headers, "").await.unwrap()
}

async fn imds(azure: &Azure, query: &str) -> Answer {
    get(azure, &format!("{IMDS}&{query}"), &[METADATA]).await
}

fn claims(token: &Value) -> Value {
    let part = token.as_str().unwrap().split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

fn description(answer: &Answer) -> String {
    answer.json()["error_description"]
        .as_str()
        .unwrap()
        .to_owned()
}

/// The token opens Azure Resource Manager.
async fn opens(azure: &mut Azure, body: &Value) {
    azure.token = body["access_token"].as_str().unwrap().to_owned();
    azure.get(&sub(&format!("?{R}"))).await.is(200);
}

/// Switches Azure Arc's agent on; the URL of its tokens, and the folder of its keys.
async fn arc(azure: &Azure, setup: Value) -> (String, PathBuf) {
    let answer = azure.admin(Method::PUT, "/hosts/arc", setup).await;
    let host = answer.is(200).json();
    assert!(host["environment"]["IMDS_ENDPOINT"].is_string());
    let endpoint = host["environment"]["IDENTITY_ENDPOINT"].as_str().unwrap();
    (
        format!("{endpoint}?api-version=2020-06-01&{ARM}"),
        host["folder"].as_str().unwrap().into(),
    )
}

/// The file that a challenge names.
fn key_file(challenge: &Answer) -> PathBuf {
    let header = challenge.header("www-authenticate");
    header.strip_prefix("Basic realm=").unwrap().into()
}

fn count(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn revoked_tokens_open_nothing() {
    let mut azure = Azure::start().await;
    on(&azure, "imds", Value::Null).await;
    let own = azure.token.clone();
    let one = azure.identity("one").await;
    let other = azure.identity("other").await;
    let of = |identity: &Value| {
        let client = identity["properties"]["clientId"].as_str().unwrap();
        format!("{ARM}&client_id={client}")
    };
    let graph = of(&one).replace("management.azure.com", "graph.microsoft.com");
    let before = imds(&azure, &of(&one)).await.is(200).json();
    let to_graph = imds(&azure, &graph).await.is(200).json();
    let others = imds(&azure, &of(&other)).await.is(200).json();
    opens(&mut azure, &before).await;

    azure.token = own;
    let path = |name: &str, version: &str| {
        in_group(&format!(
            "Microsoft.ManagedIdentity/userAssignedIdentities/{name}/revokeTokens?api-version={version}"
        ))
    };
    const VERSION: &str = "2023-07-31-preview";
    let revoked = azure.post(&path("one", VERSION), Value::Null).await.is(200);
    assert!(revoked.body.is_empty());
    azure.post(&path("one", VERSION), Value::Null).await.is(200);
    azure
        .post(&path("none", VERSION), Value::Null)
        .await
        .fails(404, "ResourceNotFound");
    azure
        .post(&path("one", "2026-05-31"), Value::Null)
        .await
        .fails(400, "NoRegisteredProviderFound");

    let bearer = |body: &Value| format!("Bearer {}", body["access_token"].as_str().unwrap());
    for (token, url) in [
        (&before, sub(&format!("?{R}"))),
        (&to_graph, "/v1.0/groups".to_owned()),
    ] {
        let answer = get(&azure, &url, &[("authorization", &bearer(token))]).await;
        let answer = answer.fails(401, "InvalidAuthenticationToken");
        assert!(
            answer
                .message()
                .contains("TokenIssuedBeforeRevocationTimestamp")
        );
    }
    let again = imds(&azure, &of(&one)).await.is(200).json();
    opens(&mut azure, &again).await;
    opens(&mut azure, &others).await;
}

#[tokio::test]
async fn hosts_are_off_until_switched_on() {
    let azure = Azure::start().await;
    let answer = imds(&azure, ARM).await.is(404);
    assert!(description(&answer).contains("PUT /_emulator/hosts/imds"));
    let environment = on(&azure, "imds", Value::Null).await;
    assert_eq!(
        environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"],
        azure.emulator.endpoint()
    );
    let about = azure.admin(Method::GET, "", Value::Null).await.json();
    assert_eq!(about["hosts"][0]["name"], "imds");
    assert_eq!(about["hosts"][0]["environment"], environment);
    assert_eq!(about["environment"]["AZURE_CLIENT_ID"], seed::CLIENT_ID);
    assert_eq!(
        description(&imds(&azure, ARM).await.is(400)),
        "Identity not found"
    );

    azure
        .admin(Method::DELETE, "/hosts/imds", Value::Null)
        .await
        .is(204);
    imds(&azure, ARM).await.is(404);
    for (name, setup, status) in [
        ("vm", Value::Null, 404),
        ("imds", json!({"machine": "/subscriptions/x"}), 400),
        ("imds", json!({"challenge": "traversal"}), 400),
        ("appService", json!({"header": "a b"}), 400),
        ("arc", json!({"challenge": "none"}), 400),
        ("imds", json!({"machines": "x"}), 400),
    ] {
        let path = format!("/hosts/{name}");
        azure.admin(Method::PUT, &path, setup).await.is(status);
    }
}

#[tokio::test]
async fn the_metadata_service_gives_tokens() {
    let mut azure = Azure::start().await;
    on(&azure, "imds", Value::Null).await;
    let one = azure.identity("one").await["properties"].clone();
    let only = imds(&azure, ARM).await.is(200).json();
    assert_eq!(only["client_id"], one["clientId"], "the only one there is");
    let two = azure.identity("two").await["properties"].clone();
    assert_eq!(
        description(&imds(&azure, ARM).await.is(400)),
        "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request"
    );

    let id = key("two").to_uppercase();
    for selector in [
        format!("client_id={}", two["clientId"].as_str().unwrap()),
        format!("object_id={}", two["principalId"].as_str().unwrap()),
        format!("principal_id={}", two["principalId"].as_str().unwrap()),
        format!("msi_res_id={id}"),
        format!("mi_res_id={id}"),
    ] {
        let body = imds(&azure, &format!("{ARM}&{selector}"))
            .await
            .is(200)
            .json();
        assert_eq!(body["client_id"], two["clientId"]);
        let found = claims(&body["access_token"]);
        assert_eq!(found["oid"], two["principalId"]);
        assert_eq!(
            found["xms_mirid"].as_str().unwrap().to_lowercase(),
            key("two").to_lowercase()
        );
        assert_eq!(body["expires_on"], found["exp"].to_string(), "a string");
        assert_eq!(body["expires_in"], "86400");
        assert_eq!(body["resource"], "https://management.azure.com/");
        opens(&mut azure, &body).await;
    }

    azure.delete(&crate::support::uai("two")).await.is(200);
    let gone = format!("{ARM}&client_id={}", two["clientId"].as_str().unwrap());
    assert_eq!(
        description(&imds(&azure, &gone).await.is(400)),
        "Identity not found"
    );

    let full = format!("{IMDS}&{ARM}");
    let answer = get(&azure, &full, &[]).await.is(400);
    assert_eq!(
        description(&answer),
        "Required metadata header not specified"
    );
    let proxied = [METADATA, ("x-forwarded-for", "10.0.0.1")];
    get(&azure, &full, &proxied).await.is(400);
    let path = format!("/metadata/identity/oauth2/token?{ARM}");
    let answer = get(&azure, &path, &[METADATA]).await.is(400);
    assert!(
        answer.json()["error"]
            .as_str()
            .unwrap()
            .contains("api-version")
    );
    imds(&azure, "").await.is(400);
    let answer = imds(&azure, "resource=https://example.invalid")
        .await
        .is(400);
    assert_eq!(answer.json()["error"], "invalid_resource");
    assert!(description(&answer).starts_with("AADSTS500011: "));

    let counts = azure
        .admin(Method::GET, "/tokens", Value::Null)
        .await
        .json();
    let of_two: Vec<&Value> = counts
        .as_array()
        .unwrap()
        .iter()
        .filter(|count| count["grant"] == "imds" && count["clientId"] == two["clientId"])
        .collect();
    assert_eq!(of_two.len(), 1, "{counts}");
    assert_eq!(of_two[0]["count"], 5);
    assert_eq!(of_two[0]["audience"], "https://management.azure.com/");
    assert!(!counts.to_string().contains(&azure.token));
}

#[tokio::test(start_paused = true)]
async fn a_machine_has_the_identities_that_were_assigned_to_it() {
    let mut azure = Azure::start().await;
    let machine = sub(&format!(
        "/resourceGroups/{}/providers/Microsoft.Compute/virtualMachines/{}",
        seed::RESOURCE_GROUP,
        seed::VM
    ));
    on(&azure, "imds", json!({"machine": machine})).await;
    azure.identity("mine").await;
    let other = azure.identity("other").await["properties"].clone();
    imds(&azure, ARM).await.is(400);

    let started = azure
        .patch(
            &vm(seed::VM),
            json!({"identity": {
                "type": "SystemAssigned, UserAssigned",
                "userAssignedIdentities": {key("mine"): {}},
            }}),
        )
        .await
        .is(200);
    azure.wait_for(&started).await;
    let shown = azure.get(&vm(seed::VM)).await.json();
    let system = imds(&azure, ARM).await.is(200).json();
    assert_eq!(
        claims(&system["access_token"])["oid"],
        shown["identity"]["principalId"]
    );
    let by_id = format!("{ARM}&msi_res_id={}", key("mine"));
    imds(&azure, &by_id).await.is(200);
    let not_mine = format!("{ARM}&client_id={}", other["clientId"].as_str().unwrap());
    assert_eq!(
        description(&imds(&azure, &not_mine).await.is(400)),
        "Identity not found"
    );

    let path = "/metadata/instance?api-version=2021-02-01";
    let instance = get(&azure, path, &[METADATA]).await.is(200).json();
    assert_eq!(
        instance["compute"]["resourceId"]
            .as_str()
            .unwrap()
            .to_lowercase(),
        machine.to_lowercase()
    );
    let path = "/metadata/instance/compute/location?api-version=2021-02-01&format=text";
    let location = get(&azure, path, &[METADATA]).await.is(200);
    assert_eq!(&location.body[..], seed::LOCATION.as_bytes());
    get(&azure, path, &[]).await.is(400);

    // A day later.
    opens(&mut azure, &system).await;
    let clock = json!({"advanceSeconds": 86_400});
    azure.admin(Method::POST, "/clock", clock).await.is(200);
    azure
        .get(&sub(&format!("?{R}")))
        .await
        .fails(401, "ExpiredAuthenticationToken");
}

#[tokio::test(start_paused = true)]
async fn the_metadata_service_fails_on_demand() {
    let azure = Azure::start().await;
    azure.identity("one").await;
    on(&azure, "imds", Value::Null).await;
    for status in [404, 410, 429, 500] {
        azure
            .fault(json!({"pathContains": "/metadata/identity", "action": {"status": status}}))
            .await;
        imds(&azure, ARM).await.is(status);
    }
    imds(&azure, ARM).await.is(200);

    // 410 for as long as an update of the service takes, however often it is asked.
    azure
        .fault(json!({"pathContains": "/metadata/identity", "forSeconds": 70, "action": {"status": 410}}))
        .await;
    for _ in 0..5 {
        imds(&azure, ARM).await.is(410);
    }
    tokio::time::advance(Duration::from_secs(69)).await;
    imds(&azure, ARM).await.is(410);
    tokio::time::advance(Duration::from_secs(1)).await;
    imds(&azure, ARM).await.is(200);
}

#[tokio::test]
async fn app_service_and_automation_give_tokens() {
    let mut azure = Azure::start().await;
    let one = azure.identity("one").await["properties"].clone();
    let setup = json!({"header": "the-header"});
    let environment = on(&azure, "appService", setup).await;
    assert_eq!(environment["IDENTITY_HEADER"], "the-header");
    let endpoint = environment["IDENTITY_ENDPOINT"]
        .as_str()
        .unwrap()
        .to_owned();
    let header = [("x-identity-header", "the-header")];
    let path = format!("{endpoint}?api-version=2019-08-01&{ARM}");
    let body = get(&azure, &path, &header).await.is(200).json();
    let members: Vec<&str> = body
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        members,
        [
            "access_token",
            "client_id",
            "expires_on",
            "resource",
            "token_type"
        ]
    );
    assert_eq!(
        body["expires_on"],
        claims(&body["access_token"])["exp"].to_string()
    );
    opens(&mut azure, &body).await;
    for selector in [
        format!("client_id={}", one["clientId"].as_str().unwrap()),
        format!("principal_id={}", one["principalId"].as_str().unwrap()),
        format!("mi_res_id={}", key("one")),
    ] {
        get(&azure, &format!("{path}&{selector}"), &header)
            .await
            .is(200);
    }

    let wrong = [("x-identity-header", "another")];
    assert_eq!(
        get(&azure, &path, &wrong).await.is(401).json()["statusCode"],
        401
    );
    get(&azure, &path, &[]).await.is(401);
    get(&azure, &format!("{endpoint}?{ARM}"), &header)
        .await
        .is(400);
    let unknown = format!("{path}&client_id=11111111-1111-1111-1111-111111111111");
    let answer = get(&azure, &unknown, &header).await.is(400).json();
    assert!(
        answer["message"]
            .as_str()
            .unwrap()
            .starts_with("No User Assigned")
    );
    let resource = format!("{endpoint}?api-version=2019-08-01&resource=https://x.invalid");
    get(&azure, &resource, &header).await.is(500);

    let environment = on(&azure, "automation", Value::Null).await;
    assert!(environment["AUTOMATION_ASSET_ACCOUNTID"].is_string());
    let secret = environment["IDENTITY_HEADER"].as_str().unwrap().to_owned();
    let endpoint = environment["IDENTITY_ENDPOINT"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("{endpoint}?{ARM}");
    let headers = [("x-identity-header", secret.as_str()), METADATA];
    let body = get(&azure, &path, &headers).await.is(200).json();
    assert_eq!(body["client_id"], Value::Null);
    opens(&mut azure, &body).await;
    get(&azure, &path, &headers[..1]).await.is(400);
    get(&azure, &path, &headers[1..]).await.is(401);
}

#[tokio::test]
async fn a_job_of_github_actions_exchanges_its_token() {
    const ISSUER: &str = "https://token.actions.githubusercontent.com";
    const AUDIENCE: &str = "api://AzureADTokenExchange";
    let mut azure = Azure::start().await;
    let branch = "repo:contoso/web:ref:refs/heads/main";
    let environment = on(&azure, "gitHubActions", Value::Null).await;
    assert_eq!(environment["GITHUB_ACTIONS"], "true");
    let url = environment["ACTIONS_ID_TOKEN_REQUEST_URL"]
        .as_str()
        .unwrap();
    let secret = environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"]
        .as_str()
        .unwrap();
    let proof = format!("bearer {secret}");
    let headers = [("authorization", proof.as_str())];
    let path = format!("{url}&audience=api%3A%2F%2FAzureADTokenExchange");
    let body = get(&azure, &path, &headers).await.is(200).json();
    let token = body["value"].as_str().unwrap();
    assert_eq!(body["count"], token.len());
    let said = claims(&body["value"]);
    assert_eq!(
        [&said["iss"], &said["sub"], &said["aud"]],
        [ISSUER, branch, AUDIENCE]
    );
    let seconds = |name: &str| said[name].as_u64().unwrap();
    assert_eq!(seconds("exp") - seconds("iat"), 300);

    // Without an audience it is for the owner of the repository.
    let own = get(&azure, url, &headers).await.is(200).json();
    assert_eq!(claims(&own["value"])["aud"], "https://github.com/contoso");
    let counts = azure
        .admin(Method::GET, "/tokens", Value::Null)
        .await
        .json();
    assert!(counts.as_array().unwrap().contains(&json!({
        "grant": "gitHubActions", "audience": AUDIENCE, "clientId": branch, "count": 1,
    })));

    // It opens nothing but what trusts it.
    let assertion = format!(
        "grant_type=client_credentials&client_id={}&scope=https%3A%2F%2Fmanagement.azure.com%2F.default\
         &client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer\
         &client_assertion={token}",
        seed::CLIENT_ID
    );
    let exchange = async || {
        let path = format!("/{}/oauth2/v2.0/token", seed::TENANT_ID);
        let form = [("content-type", "application/x-www-form-urlencoded")];
        azure
            .raw(Method::POST, &path, &form, assertion.clone())
            .await
            .unwrap()
    };
    exchange().await.is(400);
    let trust = json!({"clientId": seed::CLIENT_ID, "federatedCredentials": [
        {"issuer": ISSUER, "subject": branch, "audiences": [AUDIENCE]},
    ]});
    azure
        .admin(Method::POST, "/applications", trust)
        .await
        .is(201);
    let body = exchange().await.is(200).json();
    opens(&mut azure, &body).await;

    let wrong = [("authorization", "bearer another")];
    get(&azure, &path, &wrong).await.is(401);
    get(&azure, &path, &[]).await.is(401);
    let setup = json!({"subject": "repo:contoso/web:pull_request", "header": "proof"});
    let environment = on(&azure, "gitHubActions", setup).await;
    let url = environment["ACTIONS_ID_TOKEN_REQUEST_URL"]
        .as_str()
        .unwrap();
    let body = get(&azure, url, &[("authorization", "Bearer proof")])
        .await
        .is(200)
        .json();
    assert_eq!(
        claims(&body["value"])["sub"],
        "repo:contoso/web:pull_request"
    );
    for (name, setup) in [
        ("gitHubActions", json!({"subject": ""})),
        ("gitHubActions", json!({"machine": vm("myVM")})),
        ("imds", json!({"subject": "x"})),
    ] {
        azure
            .admin(Method::PUT, &format!("/hosts/{name}"), setup)
            .await
            .is(400);
    }
}

#[tokio::test]
async fn arc_wants_its_key_read() {
    let mut azure = Azure::start().await;
    azure.identity("one").await;
    let (path, folder) = arc(&azure, Value::Null).await;

    get(&azure, &path, &[]).await.is(400);
    let challenge = get(&azure, &path, &[METADATA]).await.is(401);
    let file = key_file(&challenge);
    assert!(file.starts_with(&folder) && file.extension().unwrap() == "key");
    let secret = std::fs::read_to_string(&file).unwrap();
    let basic = format!("Basic {secret}");
    let headers = [METADATA, ("authorization", basic.as_str())];
    let by_id = format!("{path}&msi_res_id={}", key("one"));
    let body = get(&azure, &by_id, &headers).await.is(200).json();
    assert_eq!(body["msi_res_id"], key("one"), "which one it was");
    opens(&mut azure, &body).await;
    assert!(!file.exists(), "a key is good once");
    get(&azure, &path, &headers).await.is(401);
    get(&azure, &path, &[METADATA, ("authorization", "Basic x")])
        .await
        .is(401)
        .header("www-authenticate");

    azure
        .admin(Method::DELETE, "/hosts/arc", Value::Null)
        .await
        .is(204);
    assert!(!folder.exists(), "it goes with the host");
}

#[tokio::test]
async fn arc_s_challenge_is_wrong_on_demand() {
    let azure = Azure::start().await;
    let ask = async |challenge: &str| {
        let (path, folder) = arc(&azure, json!({ "challenge": challenge })).await;
        let answer = get(&azure, &path, &[METADATA]).await.is(401);
        (answer, folder)
    };
    let (outside, folder) = ask("outsideFolder").await;
    let outside = key_file(&outside);
    assert!(outside.is_file() && !outside.starts_with(folder));
    let (traversal, folder) = ask("traversal").await;
    let traversal = key_file(&traversal);
    assert!(traversal.is_file() && traversal.starts_with(&folder));
    assert_eq!(
        traversal.canonicalize().unwrap().parent(),
        folder.parent().unwrap().canonicalize().ok().as_deref()
    );
    assert!(!outside.exists(), "it went when the host was set up anew");
    let (other, _) = ask("otherExtension").await;
    assert_eq!(key_file(&other).extension().unwrap(), "txt");
    let (large, _) = ask("tooLarge").await;
    assert!(key_file(&large).metadata().unwrap().len() > 4_096);
    let (missing, folder) = ask("missingFile").await;
    let missing = key_file(&missing);
    assert!(missing.starts_with(folder) && !missing.exists());
    assert_eq!(ask("noRealm").await.0.header("www-authenticate"), "Basic");
    assert!(
        !ask("noHeader")
            .await
            .0
            .headers
            .contains_key("www-authenticate")
    );
}

#[tokio::test]
async fn an_admin_call_names_no_folder() {
    let azure = Azure::start().await;
    let place = tempfile::tempdir().unwrap();
    let setup = |folder: &Path| json!({ "folder": folder });
    let mut messages = Vec::new();
    for folder in [place.path(), &place.path().join("none"), Path::new("/")] {
        let answer = azure
            .admin(Method::PUT, "/hosts/arc", setup(folder))
            .await
            .fails(400, "InvalidContent");
        messages.push(answer.message());
    }
    messages.dedup();
    assert_eq!(
        messages.len(),
        1,
        "which of them exist is not told: {messages:?}"
    );
    assert!(
        messages[0].contains("unknown field `folder`"),
        "{messages:?}"
    );
    assert_eq!(count(place.path()), 0);
}

#[tokio::test]
async fn arc_s_folder_is_private_bounded_and_goes_with_the_emulator() {
    let azure = Azure::start().await;
    let (path, folder) = arc(&azure, Value::Null).await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(folder.parent().unwrap()), 0o700);
        let file = key_file(&get(&azure, &path, &[METADATA]).await.is(401));
        assert_eq!(mode(&file), 0o600);
    }
    let first = key_file(&get(&azure, &path, &[METADATA]).await);
    for _ in 0..120 {
        get(&azure, &path, &[METADATA]).await.is(401);
    }
    assert_eq!(count(&folder), 100);
    assert!(!first.exists(), "the oldest went first");
    azure.emulator.stop().await;
    assert!(!folder.parent().unwrap().exists());
}

#[tokio::test]
async fn arc_s_folder_can_be_chosen_at_the_start() {
    let place = tempfile::tempdir().unwrap();
    let chosen = place.path().join("tokens");
    let options = || Options {
        arc_folder: Some(chosen.clone()),
        ..Options::default()
    };
    let error = Emulator::start(options()).await.unwrap_err().to_string();
    assert!(error.starts_with("arc_folder is '"), "{error}");

    std::fs::create_dir(&chosen).unwrap();
    let azure = Azure::with(options()).await;
    let (path, folder) = arc(&azure, Value::Null).await;
    assert_eq!(folder, chosen);
    let file = key_file(&get(&azure, &path, &[METADATA]).await.is(401));
    assert!(file.is_file() && file.starts_with(&chosen));
    for challenge in ["traversal", "outsideFolder"] {
        let (path, _) = arc(&azure, json!({ "challenge": challenge })).await;
        get(&azure, &path, &[METADATA]).await.is(401);
        assert_eq!((count(place.path()), count(&chosen)), (1, 0), "{challenge}");
    }
    azure.emulator.stop().await;
    assert!(chosen.is_dir(), "it is the starter's");
}

#[tokio::test]
async fn cloud_shell_and_machine_learning_give_tokens() {
    let mut azure = Azure::start().await;
    let one = azure.identity("one").await["properties"].clone();
    let environment = on(&azure, "cloudShell", Value::Null).await;
    let endpoint = environment["MSI_ENDPOINT"].as_str().unwrap().to_owned();
    let ask = async |headers: &[(&str, &str)], body: &'static str| {
        azure
            .raw(Method::POST, &endpoint, headers, body)
            .await
            .unwrap()
    };
    ask(&[], ARM).await.is(400);
    ask(&[METADATA], "").await.is(400);
    let body = ask(&[METADATA], ARM).await.is(200).json();
    assert_eq!(claims(&body["access_token"])["upn"], seed::USER_NAME);
    opens(&mut azure, &body).await;

    let environment = on(&azure, "machineLearning", Value::Null).await;
    let secret = environment["MSI_SECRET"].as_str().unwrap().to_owned();
    let path = format!(
        "{}?api-version=2017-09-01&{ARM}&clientid={}",
        environment["MSI_ENDPOINT"].as_str().unwrap(),
        one["clientId"].as_str().unwrap()
    );
    get(&azure, &path, &[]).await.is(401);
    let body = get(&azure, &path, &[("secret", &secret)])
        .await
        .is(200)
        .json();
    assert_eq!(body["client_id"], one["clientId"]);
    opens(&mut azure, &body).await;
}
