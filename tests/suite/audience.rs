//! What a token is asked for and where a secret goes are not the endpoint's to choose, whatever its
//! metadata says.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use managed_identity::auth::FederatedToken;
use managed_identity::base::{Error, Silent};
use managed_identity::connect::{Connection, Network, Request, SignIn, connect};
use serde_json::{Value, json};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpListener, TcpStream};

use crate::support::{Local, code, install_program, next_request, quick, tags};

const TENANT: &str = "aaaabbbb-0000-cccc-1111-dddd2222eeee";
const APPLICATION: &str = "00001111-aaaa-2222-bbbb-3333cccc4444";
const SUBSCRIPTION: &str = "aaaa0a0a-bb1b-cc2c-dd3d-eeeeee4e4e4e";

/// Audiences that an endpoint on this machine must get no token for.
const FOREIGN: [&str; 6] = [
    "https://management.azure.com/",
    "https://management.core.windows.net/",
    "https://vault.azure.net",
    "https://graph.microsoft.com",
    "https://management.contoso.onmicrosoft.com/11112222",
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
];

/// A server on this machine that keeps what it is asked. It is a Resource Manager with any metadata,
/// a token endpoint and a metadata service of a machine, all at once.
struct Server {
    endpoint: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `metadata` is made from the server's own URL.
    async fn start(metadata: impl Fn(&str) -> Value) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (kept, metadata) = (asked.clone(), metadata(&endpoint));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, kept.clone(), metadata.clone()));
            }
        });
        Self { endpoint, asked }
    }

    /// One whose metadata names an audience, and itself for everything else.
    async fn with_audience(audience: &str) -> Self {
        Self::start(|own| {
            json!({
                "name": "Foreign",
                "authentication": { "loginEndpoint": own, "audiences": [audience] },
                "microsoftGraphResourceId": own,
            })
        })
        .await
    }

    /// One whose metadata names another sign-in address.
    async fn signing_in_at(authority: &str) -> Self {
        Self::start(
            |own| json!({ "authentication": { "loginEndpoint": authority, "audiences": [own] } }),
        )
        .await
    }

    /// Everything that was asked, but for the metadata, which tells nobody anything.
    fn asked(&self) -> Vec<String> {
        let all = self.asked.lock().unwrap().clone();
        let tells = |line: &String| !line.starts_with("GET /metadata/endpoints");
        all.into_iter().filter(tells).collect()
    }
}

async fn serve(mut stream: TcpStream, asked: Arc<Mutex<Vec<String>>>, metadata: Value) {
    let mut buffer = Vec::new();
    while let Some((head, body)) = next_request(&mut stream, &mut buffer).await {
        let line = head.lines().next().unwrap_or_default();
        asked.lock().unwrap().push(format!("{line} {body}"));
        let (status, answer) = match line {
            _ if line.contains("/metadata/endpoints") => (200, metadata.clone()),
            // The probe for a metadata service comes without this.
            _ if line.contains("/metadata/identity") && !line.contains("resource=") => {
                (400, json!({}))
            }
            _ if line.contains("token") => {
                (200, json!({ "access_token": "t", "expires_in": 3600 }))
            }
            _ => (
                200,
                json!({ "subscriptionId": SUBSCRIPTION, "displayName": "S" }),
            ),
        };
        let answer = answer.to_string();
        let reply = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{answer}",
            answer.len()
        );
        let _ = stream.write_all(reply.as_bytes()).await;
    }
}

/// An Azure CLI that keeps what it is asked.
struct FakeCli {
    folder: tempfile::TempDir,
}

impl FakeCli {
    fn install() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let answer = json!({ "accessToken": "t", "expires_on": 4102444800_u64 });
        let script = format!(
            "#!/bin/sh\necho \"$*\" >> '{}/asked'\necho '{answer}'\n",
            folder.path().display()
        );
        install_program(&folder.path().join("az"), &script);
        Self { folder }
    }

    /// The clouds that `az cloud register` has written.
    fn register(&self, endpoint: &str, audience: &str) {
        let text = format!(
            "[Registered]\nendpoint_resource_manager = {endpoint}\n\
             endpoint_active_directory_resource_id = {audience}\n"
        );
        std::fs::write(self.path("clouds.config"), text).unwrap();
    }

    /// The cloud that `az cloud set` has made the active one.
    fn activate(&self, cloud: &str) {
        let text = format!("[core]\nname = other\n[cloud]\nname = {cloud}\n");
        std::fs::write(self.path("config"), text).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn variables(&self) -> BTreeMap<String, String> {
        let folder = self.folder.path().to_str().unwrap();
        tags(&[("PATH", folder), ("AZURE_CONFIG_DIR", folder)])
    }

    fn asked(&self) -> String {
        std::fs::read_to_string(self.path("asked")).unwrap_or_default()
    }
}

fn request(sign_in: SignIn, endpoint: &str) -> Request {
    Request {
        sign_in,
        environment: None,
        endpoint: Some(endpoint.to_owned()),
        audience: None,
        tenant: Some(TENANT.to_owned()),
        subscription_id: Some(SUBSCRIPTION.to_owned()),
        variables: Some(tags(&[("PATH", "/nowhere")])),
        network: Network::default(),
        retry: quick(),
    }
}

async fn try_connect(request: Request) -> Result<Connection, Error> {
    connect(request, Arc::new(Silent)).await
}

fn by_secret() -> SignIn {
    SignIn::ClientSecret {
        client_id: APPLICATION.to_owned(),
        secret: "marked-secret".to_owned().into(),
        authority: None,
    }
}

/// Every sign-in that sends a secret, or what is worth one, to a sign-in address.
fn with_secrets() -> Vec<SignIn> {
    let token = FederatedToken::Text("marked.token".to_owned().into());
    vec![
        by_secret(),
        SignIn::FederatedToken {
            client_id: APPLICATION.to_owned(),
            token,
        },
        SignIn::Browser {
            client_id: None,
            account: None,
            claims: None,
        },
        SignIn::DeviceCode {
            client_id: None,
            claims: None,
        },
    ]
}

fn by_identity() -> SignIn {
    SignIn::ManagedIdentity { account_id: None }
}

#[tokio::test]
async fn no_sign_in_asks_for_an_audience_that_the_endpoint_names_on_another_host() {
    for audience in FOREIGN {
        let server = Server::with_audience(audience).await;
        let machine = Server::start(|_| json!({})).await;
        let cli = FakeCli::install();
        let mut variables = cli.variables();
        let imds = "AZURE_POD_IDENTITY_AUTHORITY_HOST".to_owned();
        variables.insert(imds, machine.endpoint.clone());
        let machines = vec![by_identity(), SignIn::AzureCli];
        for sign_in in with_secrets().into_iter().chain(machines) {
            let mut request = request(sign_in, &server.endpoint);
            request.variables = Some(variables.clone());
            let error = try_connect(request).await.unwrap_err();
            assert_eq!(error.code(), "UntrustedAudience", "{audience}: {error}");
            assert!(error.recommendation().contains("-Audience"), "{error}");
        }
        assert_eq!(server.asked(), [""; 0], "{audience}");
        assert_eq!(machine.asked(), [""; 0], "{audience}");
        assert_eq!(cli.asked(), "", "{audience}");
    }
}

#[tokio::test]
async fn nor_does_the_first_sign_in_that_works() {
    let server = Server::with_audience("https://management.azure.com/").await;
    let machine = Server::start(|_| json!({})).await;
    let cli = FakeCli::install();
    let mut variables = cli.variables();
    variables.extend(tags(&[
        ("AZURE_RESOURCE_MANAGER_URL", &server.endpoint),
        ("AZURE_POD_IDENTITY_AUTHORITY_HOST", &machine.endpoint),
        ("AZURE_TENANT_ID", TENANT),
        ("AZURE_CLIENT_ID", APPLICATION),
        ("AZURE_CLIENT_SECRET", "marked-secret"),
    ]));
    let mut request = request(SignIn::Automatic, "");
    request.endpoint = None;
    request.variables = Some(variables);
    let error = try_connect(request).await.unwrap_err();
    assert_eq!(error.code(), "NotConnected");
    assert_eq!(server.asked(), [""; 0]);
    assert_eq!(cli.asked(), "");
    let tokens = |line: &String| line.contains("resource=");
    assert!(!machine.asked().iter().any(tokens), "{:?}", machine.asked());
}

#[tokio::test]
async fn the_audience_on_the_endpoints_own_host_is_asked_for() {
    let server = Server::start(|own| {
        json!({ "authentication": {
            "loginEndpoint": own,
            "audiences": ["https://vault.azure.net", format!("{own}/arm/")],
        }})
    })
    .await;
    let machine = Server::start(|_| json!({})).await;
    let own = format!("{}/arm", server.endpoint);
    let cli = FakeCli::install();
    let mut by_cli = request(SignIn::AzureCli, &server.endpoint);
    by_cli.variables = Some(cli.variables());
    try_connect(by_cli).await.unwrap();
    assert!(cli.asked().contains(&format!("--scope {own}/.default")));

    let mut by_machine = request(by_identity(), &server.endpoint);
    let imds = (
        "AZURE_POD_IDENTITY_AUTHORITY_HOST",
        machine.endpoint.as_str(),
    );
    by_machine.variables = Some(tags(&[imds]));
    try_connect(by_machine).await.unwrap();
    let port = server.endpoint.rsplit(':').next().unwrap();
    let encoded = format!("resource=http%3A%2F%2F127.0.0.1%3A{port}%2Farm");
    let asked = machine.asked();
    assert!(
        asked.iter().any(|line| line.contains(&encoded)),
        "{asked:?}"
    );
}

#[tokio::test]
async fn the_user_may_name_any_audience() {
    for audience in FOREIGN {
        let server = Server::with_audience(audience).await;
        let cli = FakeCli::install();
        let mut named = request(SignIn::AzureCli, &server.endpoint);
        named.variables = Some(cli.variables());
        named.audience = Some(audience.to_owned());
        let connection = try_connect(named).await.unwrap();
        assert_eq!(connection.environment, "Foreign");
        let scope = format!("{}/.default", audience.trim_end_matches('/'));
        assert!(cli.asked().contains(&scope), "{}", cli.asked());
    }
}

#[tokio::test]
async fn the_audience_that_the_azure_cli_has_registered_counts_for_it() {
    let stack = "https://management.contoso.onmicrosoft.com/11112222";
    let server = Server::with_audience(stack).await;
    let cli = FakeCli::install();
    let by_cli = || {
        let mut request = request(SignIn::AzureCli, &server.endpoint);
        request.variables = Some(cli.variables());
        request
    };
    cli.register("https://other.example", stack);
    assert_eq!(code(try_connect(by_cli()).await), "UntrustedAudience");
    cli.register(&server.endpoint, "https://vault.azure.net");
    assert_eq!(code(try_connect(by_cli()).await), "UntrustedAudience");
    assert_eq!(cli.asked(), "");
    cli.register(&server.endpoint, stack);
    try_connect(by_cli()).await.unwrap();
    assert!(cli.asked().contains(stack), "{}", cli.asked());
}

#[tokio::test]
async fn the_active_cloud_of_the_azure_cli_is_taken_over() {
    let stack = "https://management.contoso.onmicrosoft.com/11112222";
    let server = Server::with_audience(stack).await;
    let cli = FakeCli::install();
    cli.register(&server.endpoint, stack);
    let by_cli = |more: &[(&str, &str)]| {
        let mut request = request(SignIn::AzureCli, "");
        request.endpoint = None;
        let mut variables = cli.variables();
        variables.extend(tags(more));
        request.variables = Some(variables);
        request
    };
    cli.activate("Registered");
    let connection = try_connect(by_cli(&[])).await.unwrap();
    assert_eq!(connection.endpoint, server.endpoint);
    assert!(
        cli.asked().contains(&format!("{stack}/.default")),
        "{}",
        cli.asked()
    );
    // The CLI reads the variable first, too.
    cli.activate("AzureChinaCloud");
    let named = [("AZURE_CLOUD_NAME", "Registered")];
    let connection = try_connect(by_cli(&named)).await.unwrap();
    assert_eq!(connection.endpoint, server.endpoint);

    // A registered audience of Azure's does not count here either.
    cli.activate("Registered");
    cli.register(&server.endpoint, "https://vault.azure.net");
    let refused = try_connect(by_cli(&[])).await;
    assert_eq!(code(refused), "UntrustedAudience");
}

#[tokio::test]
async fn another_cloud_than_the_azure_clis_own_is_told() {
    let cli = FakeCli::install();
    cli.activate("AzureChinaCloud");
    for (environment, endpoint) in [
        (Some("AzureUSGovernment"), None),
        (None, Some("https://management.azure.com")),
    ] {
        let mut request = request(SignIn::AzureCli, "");
        request.environment = environment.map(str::to_owned);
        request.endpoint = endpoint.map(str::to_owned);
        request.variables = Some(cli.variables());
        let error = try_connect(request).await.unwrap_err();
        assert_eq!(error.code(), "AzureCliOtherCloud");
        assert!(error.message().contains("'AzureChinaCloud'"), "{error}");
        assert!(
            error.recommendation().contains("az cloud set --name Azure"),
            "{error}"
        );
    }
    assert_eq!(cli.asked(), "");
}

#[tokio::test]
async fn a_secret_goes_to_no_sign_in_address_that_the_endpoint_alone_names() {
    let other = Server::start(|_| json!({})).await;
    let server = Server::signing_in_at(&other.endpoint).await;
    for sign_in in with_secrets() {
        let error = try_connect(request(sign_in, &server.endpoint)).await;
        let error = error.unwrap_err();
        assert_eq!(error.code(), "UntrustedAuthority", "{error}");
        assert!(
            error.recommendation().contains("AZURE_AUTHORITY_HOST"),
            "{error}"
        );
    }
    let far = Server::signing_in_at("https://login.evil.example").await;
    let error = try_connect(request(by_secret(), &far.endpoint)).await;
    assert_eq!(code(error), "UntrustedAuthority");
    assert_eq!(other.asked(), [""; 0]);

    // The user may say so.
    let mut named = request(by_secret(), &server.endpoint);
    let host = ("AZURE_AUTHORITY_HOST", other.endpoint.as_str());
    named.variables = Some(tags(&[host]));
    try_connect(named).await.unwrap();
    let asked = other.asked();
    assert!(
        asked[0].contains(&format!("/{TENANT}/oauth2/v2.0/token")),
        "{asked:?}"
    );
    let leaked = server.asked().iter().any(|line| line.contains("marked"));
    assert!(!leaked);
}

#[tokio::test]
async fn graph_is_on_the_endpoints_own_host_or_nowhere() {
    for (graph, known) in [
        ("https://graph.microsoft.com/", false),
        ("https://graph.evil.example/", false),
        ("", true),
    ] {
        let server = Server::start(|own| {
            let graph = if graph.is_empty() { own } else { graph };
            json!({
                "authentication": { "loginEndpoint": own, "audiences": [own] },
                "microsoftGraphResourceId": graph,
            })
        })
        .await;
        let connection = try_connect(request(by_secret(), &server.endpoint)).await;
        let found = connection.unwrap().client.graph_url("/v1.0/groups").await;
        match known {
            true => assert!(found.unwrap().as_str().starts_with(&server.endpoint)),
            false => assert_eq!(code(found), "NoGraph", "{graph}"),
        }
    }
}

#[tokio::test]
async fn the_endpoint_of_the_environment_counts_for_every_sign_in() {
    let local = Local::start().await;
    let endpoint = local.emulator.endpoint();
    let cli = FakeCli::install();
    let mut variables = cli.variables();
    variables.insert("AZURE_RESOURCE_MANAGER_URL".to_owned(), endpoint.to_owned());
    let by_token = || SignIn::AccessToken {
        token: "t".to_owned().into(),
        graph: None,
        account: None,
    };
    // None of their tokens is the emulator's: what counts is who refused them.
    for sign_in in [by_token(), by_secret(), SignIn::AzureCli] {
        local.forget().await;
        let mut request = request(sign_in, "");
        request.endpoint = None;
        request.variables = Some(variables.clone());
        try_connect(request).await.unwrap_err();
        assert_ne!(local.requests().await, [""; 0]);
    }
    // A name of a cloud or an endpoint goes before it.
    local.forget().await;
    let nowhere = Server::start(|_| json!({})).await;
    let mut named = request(by_token(), &nowhere.endpoint);
    named.variables = Some(variables.clone());
    try_connect(named).await.unwrap();
    assert_eq!(local.requests().await, [""; 0]);

    variables.insert(
        "AZURE_RESOURCE_MANAGER_URL".to_owned(),
        "nonsense".to_owned(),
    );
    let mut wrong = request(by_token(), "");
    wrong.endpoint = None;
    wrong.variables = Some(variables);
    let error = try_connect(wrong).await.unwrap_err();
    assert_eq!(error.code(), "InvalidEndpoint");
    assert_eq!(error.target(), "AZURE_RESOURCE_MANAGER_URL");
}

#[tokio::test]
async fn the_sign_in_address_of_the_environment_says_which_cloud() {
    let mut wrong = request(by_secret(), "");
    wrong.endpoint = None;
    wrong.tenant = Some(TENANT.to_owned());
    wrong.variables = Some(tags(&[
        ("AZURE_AUTHORITY_HOST", "https://login.microsoftonline.us"),
        // Nobody listens there: nothing leaves this machine.
        ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ]));
    let error = try_connect(wrong).await.unwrap_err();
    assert!(
        error.message().contains("login.microsoftonline.us"),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_given_is_not_empty() {
    let server = Server::with_audience("").await;
    let by_token = || SignIn::AccessToken {
        token: "t".to_owned().into(),
        graph: None,
        account: None,
    };
    let blank = |change: fn(&mut Request)| {
        let mut wrong = request(by_token(), &server.endpoint);
        change(&mut wrong);
        wrong
    };
    let mut no_secret = blank(|_| {});
    no_secret.sign_in = SignIn::ClientSecret {
        client_id: APPLICATION.to_owned(),
        secret: String::new().into(),
        authority: None,
    };
    for (wrong, expected, parameter) in [
        (
            blank(|r| r.endpoint = Some(" ".to_owned())),
            "InvalidEndpoint",
            "Endpoint",
        ),
        (
            blank(|r| r.tenant = Some(String::new())),
            "InvalidTenant",
            "Tenant",
        ),
        (
            blank(|r| r.audience = Some(String::new())),
            "InvalidAudience",
            "Audience",
        ),
        (
            blank(|r| r.subscription_id = Some(String::new())),
            "InvalidSubscriptionId",
            "SubscriptionId",
        ),
        (
            blank(|r| (r.endpoint, r.environment) = (None, Some(String::new()))),
            "InvalidEnvironment",
            "Environment",
        ),
        (
            blank(|r| (r.endpoint, r.audience) = (None, Some("api://a".to_owned()))),
            "MissingParameter",
            "Endpoint",
        ),
        (
            blank(|r| r.environment = Some("AzureCloud".to_owned())),
            "ConflictingParameters",
            "Endpoint",
        ),
        (no_secret, "InvalidCredential", "Credential"),
    ] {
        let error = try_connect(wrong).await.unwrap_err();
        assert_eq!(error.code(), expected, "{error}");
        assert_eq!(error.target(), parameter, "{error}");
    }
    assert_eq!(server.asked(), [""; 0]);
}
