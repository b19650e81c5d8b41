//! What the client makes of an Azure that throttles, fails, lies or is not there.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use managed_identity::arm::Scope;
use managed_identity::base::{
    Category, HostAnswer, Observer, Progress, ProxyCredential, Question, QuestionKind, Silent,
};
use managed_identity::connect::{Request, SignIn, connect};
use managed_identity::identity::{self, Create};
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::support::{self, Local, code, on, other_server, quick, sign_in, target};

#[tokio::test]
async fn throttling_and_faults_of_azures_are_waited_out() {
    let local = Local::start().await;
    for status in [408, 429, 500, 502, 503, 504] {
        let action = json!({"status": status, "code": "Busy", "message": "m",
            "headers": {"Retry-After": "0"}});
        let mut fault = on("GET", "userAssignedIdentities", action);
        fault["times"] = json!(3);
        local.fault(fault).await;
        local.forget().await;
        let mut pages = identity::list(&local.client, &Scope::default()).unwrap();
        pages.next().await.unwrap();
        assert_eq!(local.methods().await.len(), 4, "{status}");
    }
}

#[tokio::test]
async fn many_requests_keep_below_the_limits_that_answers_tell() {
    let local = Local::start().await;
    let wanted = Create {
        target: target("id1"),
        ..Create::default()
    };
    identity::create(&local.client, &wanted).await.unwrap();
    local
        .admin("PATCH", "settings", json!({"throttling": true}))
        .await;
    local.forget().await;
    // More than a bucket of reads holds (250), by 16 at a time.
    let readers = (0..16).map(|_| async {
        for _ in 0..17 {
            identity::get(&local.client, &target("id1")).await.unwrap();
        }
    });
    futures_util::future::join_all(readers).await;
    let log = local
        .admin("GET", "requests", serde_json::Value::Null)
        .await;
    let refused = log.as_array().unwrap().iter();
    let refused = refused.filter(|entry| entry["status"] == 429);
    assert_eq!(refused.count(), 0);
}

#[tokio::test]
async fn a_provider_that_was_never_used_is_registered() {
    let local = Local::start().await;
    let unregistered = json!({"unregistered": ["Microsoft.ManagedIdentity"]});
    local.admin("PATCH", "settings", unregistered).await;
    let wanted = Create {
        target: target("id1"),
        ..Create::default()
    };
    identity::create(&local.client, &wanted).await.unwrap();
    let warnings = local.heard.warnings.lock().unwrap().join("\n");
    assert!(warnings.contains("Microsoft.ManagedIdentity"), "{warnings}");
}

#[tokio::test]
async fn patience_has_an_end() {
    let local = Local::start().await;
    let mut fault = on(
        "GET",
        "id1",
        json!({"status": 503, "code": "ServerBusy", "message": "m"}),
    );
    fault["times"] = json!(1000);
    local.fault(fault).await;
    local.forget().await;
    let error = identity::get(&local.client, &target("id1"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "ServerBusy");
    assert_eq!(local.methods().await.len(), quick().attempts as usize);
}

#[tokio::test]
async fn a_very_long_retry_after_is_told_and_not_waited_for() {
    let local = Local::start().await;
    let action = json!({"status": 429, "code": "TooManyRequests", "message": "m",
        "headers": {"Retry-After": "3600"}});
    local.fault(on("GET", "id1", action)).await;
    let error = identity::get(&local.client, &target("id1"))
        .await
        .unwrap_err();
    assert_eq!(error.category(), Category::LimitsExceeded);
    assert!(error.to_string().contains("60 minutes"), "{error}");
}

#[tokio::test]
async fn a_lost_connection_is_made_again() {
    let local = Local::start().await;
    for when in ["before", "after"] {
        local.fault(on("PUT", "id1", json!({"close": when}))).await;
        let wanted = Create {
            target: target("id1"),
            ..Create::default()
        };
        identity::create(&local.client, &wanted).await.unwrap();
        identity::delete(&local.client, &target("id1"))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn an_unreachable_endpoint_is_an_error_at_once() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let mut request = sign_in(&endpoint);
    request.sign_in = SignIn::AccessToken {
        token: "t".to_owned().into(),
        graph: None,
        account: None,
    };
    let error = connect(request, Arc::new(Silent)).await.unwrap_err();
    assert_eq!(error.code(), "EndpointUnreachable");
    assert_eq!(error.category(), Category::ConnectionError);
    assert!(error.message().starts_with("127.0.0.1:"), "{error}");
    // Neither the network nor a proxy is on the way there.
    let advice = "Check that the emulator or the service on this machine runs";
    assert!(error.recommendation().starts_with(advice), "{error}");
}

#[tokio::test]
async fn a_page_in_azures_place_is_told_from_azure() {
    let local = Local::start().await;
    let action = json!({"status": 200, "body": "<html>Sign in</html>", "contentType": "text/html"});
    local.fault(on("GET", "id1", action)).await;
    let error = identity::get(&local.client, &target("id1"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "UnexpectedContent");
    assert_eq!(error.category(), Category::InvalidResult);
    assert!(error.to_string().contains("text/html"), "{error}");
}

#[tokio::test]
async fn a_token_that_ran_out_is_renewed_or_told() {
    let local = Local::start().await;
    let expired = json!({"status": 401, "code": "ExpiredAuthenticationToken", "message": "old"});
    local.fault(on("GET", "id1", expired.clone())).await;
    // The sign-in can get another token: the 401 is not seen.
    assert_eq!(
        code(identity::get(&local.client, &target("id1")).await),
        "ResourceNotFound"
    );
    let mut fault = on("GET", "id1", expired);
    fault["times"] = json!(2);
    local.fault(fault).await;
    let error = identity::get(&local.client, &target("id1"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "ExpiredAuthenticationToken");
    assert_eq!(error.category(), Category::AuthenticationError);
    assert!(error.to_string().contains("Connect-ManagedIdentityService"));
}

#[tokio::test]
async fn a_wrong_secret_is_told() {
    let local = Local::start().await;
    let mut request = sign_in(local.emulator.endpoint());
    if let SignIn::ClientSecret { secret, .. } = &mut request.sign_in {
        *secret = "marked-wrong-secret".to_owned().into();
    }
    let error = connect(request, Arc::new(Silent)).await.unwrap_err();
    assert_eq!(error.code(), "invalid_client");
    assert_eq!(error.category(), Category::AuthenticationError);
    assert!(!error.to_string().contains("marked"), "{error}");
}

#[tokio::test]
async fn verbose_lines_tell_each_request_and_no_secret() {
    let local = Local::start().await;
    let _ = identity::get(&local.client, &target("id1")).await;
    let lines = local.heard.verbose.lock().unwrap().join("\n");
    assert!(lines.contains("GET /subscriptions"), "{lines}");
    assert!(lines.contains(" 404 in ") && lines.contains("request id "));
    assert!(!lines.contains("Bearer") && !lines.contains("eyJ"));
}

#[tokio::test]
async fn a_proxy_of_the_given_environment_is_used_but_for_this_machine() {
    let (proxy, count) = other_server("HTTP/1.1 503 Busy\r\n\r\n".to_owned()).await;
    let local = Local::start().await;
    let through = |endpoint: &str, no_proxy: &str| {
        with_token(endpoint, &[("HTTPS_PROXY", &proxy), ("NO_PROXY", no_proxy)])
    };
    let refused = connect(through("https://arm.invalid", ""), Arc::new(Silent)).await;
    assert_eq!(code(refused), "ProxyRefused");
    // Each time the proxy is asked once more for its status, which the HTTP client does not say.
    let tries = count.load(Ordering::SeqCst);
    assert_eq!(tries, 2 * quick().connect_attempts);

    let direct = connect(
        through("https://arm.invalid", "arm.invalid"),
        Arc::new(Silent),
    )
    .await;
    assert_eq!(code(direct), "EndpointUnreachable");
    let loopback = connect(through(local.emulator.endpoint(), ""), Arc::new(Silent)).await;
    assert_eq!(code(loopback), "InvalidAuthenticationToken");
    assert_eq!(count.load(Ordering::SeqCst), tries);
}

/// A sign-in with a token, at an endpoint, with an environment.
fn with_token(endpoint: &str, variables: &[(&str, &str)]) -> Request {
    let mut request = sign_in(endpoint);
    request.variables = Some(support::tags(variables));
    request.sign_in = SignIn::AccessToken {
        token: "marked-token".to_owned().into(),
        graph: None,
        account: None,
    };
    request
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_with_its_status_and_without_its_password() {
    for (answer, status, advice, tries) in [
        (
            "HTTP/1.1 407 Proxy Authentication Required\r\nproxy-authenticate: Basic realm=\"p\"\r\n\r\n",
            "HTTP 407 Proxy Authentication Required",
            "Check the user name and the password: Connect-ManagedIdentityService -ProxyCredential",
            2,
        ),
        (
            "HTTP/1.1 407 No\r\nproxy-authenticate: Negotiate\r\nproxy-authenticate: NTLM\r\n\r\n",
            "HTTP 407 No",
            "The proxy offers Negotiate, NTLM only",
            2,
        ),
        (
            "HTTP/1.1 403 Forbidden by policy\r\ncontent-type: text/html\r\n\r\n<html>No</html>",
            "HTTP 403 Forbidden by policy",
            "NO_PROXY",
            2,
        ),
    ] {
        let (proxy, count) = other_server(answer.to_owned()).await;
        let host = proxy.trim_start_matches("http://");
        let url = format!("http://marked-user:marked-password@{host}");
        let request = with_token("https://arm.invalid", &[("HTTPS_PROXY", &url)]);
        let error = connect(request, Arc::new(Silent)).await.unwrap_err();
        assert_eq!(error.code(), "ProxyRefused");
        assert_eq!(error.category(), Category::ConnectionError);
        assert_eq!(
            error.message(),
            format!("The proxy {host} refused the connection to arm.invalid:443: {status}")
        );
        assert!(error.recommendation().contains(advice), "{error}");
        assert!(!error.to_string().contains("marked"), "{error}");
        // Asked again it would refuse again.
        assert_eq!(count.load(Ordering::SeqCst), tries, "{status}");
    }
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named() {
    let free = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = free.local_addr().unwrap().to_string();
    drop(free);
    let url = format!("http://u:marked@{proxy}");
    let request = with_token("https://arm.invalid", &[("ALL_PROXY", &url)]);
    let error = connect(request, Arc::new(Silent)).await.unwrap_err();
    assert_eq!(error.code(), "EndpointUnreachable");
    // This machine is never reached through it.
    let near = with_token(&format!("http://{proxy}"), &[("ALL_PROXY", &url)]);
    let nearby = connect(near, Arc::new(Silent)).await.unwrap_err();
    assert!(!nearby.message().contains("proxy"), "{nearby}");
    let names = format!("arm.invalid:443 can't be reached through the proxy {proxy}: ");
    assert!(error.message().starts_with(&names), "{error}");
    assert!(!error.to_string().contains("marked"), "{error}");
}

#[tokio::test]
async fn the_sign_in_says_what_is_in_its_way_as_well() {
    let (proxy, _) = other_server("HTTP/1.1 407 No\r\n\r\n".to_owned()).await;
    let mut request = sign_in("https://management.azure.com");
    if let SignIn::ClientSecret { authority, .. } = &mut request.sign_in {
        *authority = None;
    }
    request.variables = Some(support::tags(&[("HTTPS_PROXY", &proxy)]));
    let error = connect(request, Arc::new(Silent)).await.unwrap_err();
    assert_eq!(error.code(), "ProxyRefused");
    assert!(
        error
            .message()
            .contains("login.microsoftonline.com:443: HTTP 407 No"),
        "{error}"
    );
}

/// A proxy that asks for a name and a password, and lets nobody through: what it was told.
async fn proxy_with_password() -> (String, Arc<std::sync::Mutex<Vec<String>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let heard = Arc::<std::sync::Mutex<Vec<String>>>::default();
    let kept = heard.clone();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut buffer = Vec::new();
            while let Some((head, _)) = support::next_request(&mut stream, &mut buffer).await {
                kept.lock().unwrap().push(head.clone());
                let answer = match head.to_lowercase().contains("proxy-authorization: ") {
                    true => "HTTP/1.1 403 Known\r\n\r\n",
                    false => "HTTP/1.1 407 Who\r\nproxy-authenticate: Basic\r\n\r\n",
                };
                let _ = stream.write_all(answer.as_bytes()).await;
                let _ = stream.shutdown().await;
            }
        }
    });
    (url, heard)
}

#[tokio::test]
async fn a_proxy_that_the_caller_names_gets_the_callers_credential() {
    let credential = ProxyCredential {
        user: "ann".to_owned(),
        password: "marked".to_owned().into(),
    };
    // ann:marked in base64.
    let proof = "proxy-authorization: basic yw5uom1hcmtlza==";
    let (other, count) = other_server("HTTP/1.1 503 Busy\r\n\r\n".to_owned()).await;
    for named_by_parameter in [true, false] {
        let (proxy, heard) = proxy_with_password().await;
        let mut request = match named_by_parameter {
            true => with_token(
                "https://arm.invalid",
                &[("HTTPS_PROXY", &other), ("NO_PROXY", "*")],
            ),
            false => with_token("https://arm.invalid", &[("HTTPS_PROXY", &proxy)]),
        };
        request.network.proxy = named_by_parameter.then(|| proxy.clone().into());
        let anonymous = connect(request, Arc::new(Silent)).await.unwrap_err();
        let specify =
            "Specify a user name and a password: Connect-ManagedIdentityService -ProxyCredential";
        assert!(
            anonymous.recommendation().starts_with(specify),
            "{anonymous}"
        );
        let mut request = match named_by_parameter {
            true => with_token("https://arm.invalid", &[]),
            false => with_token("https://arm.invalid", &[("HTTPS_PROXY", &proxy)]),
        };
        request.network.proxy = named_by_parameter.then(|| proxy.clone().into());
        request.network.proxy_credential = Some(credential.clone());
        let known = connect(request, Arc::new(Silent)).await.unwrap_err();
        assert!(known.message().ends_with("HTTP 403 Known"), "{known}");
        assert!(!known.to_string().contains("marked"), "{known}");
        let last = heard.lock().unwrap().last().unwrap().to_lowercase();
        assert!(last.starts_with("connect arm.invalid:443 "), "{last}");
        assert!(last.contains(proof), "{last}");
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_proxy_that_is_none_is_told_before_any_request() {
    let local = Local::start().await;
    local.forget().await;
    for bad in ["socks5://marked@p:1", "http://u:marked@p/path", "http://"] {
        let mut request = with_token(local.emulator.endpoint(), &[]);
        request.network.proxy = Some(bad.to_owned().into());
        let error = connect(request, Arc::new(Silent)).await.unwrap_err();
        assert_eq!(error.code(), "InvalidProxy");
        assert!(error.message().starts_with("-Proxy '"), "{error}");
        assert!(!error.to_string().contains("marked"), "{error}");
    }
    assert_eq!(local.requests().await, [""; 0]);
}

/// A host whose system has a proxy for one service, and none for others.
struct ProxyHost {
    proxy: String,
    asked: std::sync::Mutex<Vec<String>>,
    verbose: std::sync::Mutex<Vec<String>>,
}

impl Observer for ProxyHost {
    fn wants_verbose(&self) -> bool {
        true
    }
    fn verbose(&self, line: String) {
        self.verbose.lock().unwrap().push(line);
    }
    fn warning(&self, _: String) {}
    fn progress(&self, _: Progress) {}
    fn ask_host(&self, question: &Arc<Question>) -> bool {
        let QuestionKind::Proxy { url } = &question.kind else {
            return false;
        };
        if question.claim() {
            self.asked.lock().unwrap().push(url.clone());
            let proxied = url == "https://login.microsoftonline.com/";
            question.answer(HostAnswer::Proxy {
                url: proxied.then(|| self.proxy.clone()),
                credential: proxied.then(|| ProxyCredential {
                    user: "ann".to_owned(),
                    password: "marked".to_owned().into(),
                }),
            });
        }
        true
    }
}

#[tokio::test]
async fn the_systems_proxy_is_the_hosts_to_find_for_each_service() {
    let (proxy, heard) = proxy_with_password().await;
    let host = Arc::new(ProxyHost {
        proxy,
        asked: Default::default(),
        verbose: Default::default(),
    });
    let mut request = sign_in("https://management.azure.com");
    if let SignIn::ClientSecret { authority, .. } = &mut request.sign_in {
        *authority = None;
    }
    request.variables = Some(support::tags(&[]));
    let error = connect(request, host.clone()).await.unwrap_err();
    assert!(error.message().ends_with("HTTP 403 Known"), "{error}");
    // What the environment names and what is specified is no answer to this one.
    assert!(!error.recommendation().contains("NO_PROXY"), "{error}");
    assert!(heard.lock().unwrap()[0].starts_with("CONNECT login.microsoftonline.com:443 "));
    let services = [
        "https://management.azure.com/",
        "https://login.microsoftonline.com/",
    ];
    let mut asked = host.asked.lock().unwrap().clone();
    asked.retain(|url| services.contains(&url.as_str()));
    assert_eq!(asked, services);
    let verbose = host.verbose.lock().unwrap().join("\n");
    assert!(
        verbose.contains("login.microsoftonline.com go through the proxy 127.0.0.1:"),
        "{verbose}"
    );
    assert!(!verbose.contains("marked"), "{verbose}");

    // Its way is direct, and this machine is no question.
    let direct = with_token("https://arm.invalid", &[]);
    let error = connect(direct, host.clone()).await.unwrap_err();
    assert!(!error.message().contains("proxy"), "{error}");
    let local = Local::start().await;
    let near = with_token(local.emulator.endpoint(), &[]);
    assert_eq!(
        code(connect(near, host.clone()).await),
        "InvalidAuthenticationToken"
    );
    let asked = host.asked.lock().unwrap();
    assert!(
        !asked.iter().any(|url| url.contains("127.0.0.1")),
        "{asked:?}"
    );
}

/// An authority that no system trusts, and a server with a certificate of it.
mod tls {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::process::Command;

    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivateKeyDer};
    use rustls::{ServerConfig, ServerConnection, Stream};

    use super::*;

    const FOR_ALL_TIME: (&str, &str) = ("20200101000000Z", "20991231000000Z");
    const LONG_AGO: (&str, &str) = ("20200101000000Z", "20210101000000Z");

    struct Server {
        folder: tempfile::TempDir,
        endpoint: String,
    }

    impl Server {
        /// Answers every request with an error of its own.
        fn start(name: &str, (from, until): (&str, &str)) -> Self {
            let folder = tempfile::tempdir().unwrap();
            let mut server = Self {
                folder,
                endpoint: String::new(),
            };
            let config = "[req]\ndistinguished_name = name\n[name]\n[ca]\ndefault_ca = own\n[own]\n\
                          database = index\nserial = serial\nnew_certs_dir = .\ndefault_md = sha256\n\
                          policy = any\ncopy_extensions = copy\n[any]\ncommonName = supplied\n";
            for (file, content) in [("config", config), ("index", ""), ("serial", "01\n")] {
                std::fs::write(server.path(file), content).unwrap();
            }
            server.openssl(
                "req -x509 -config config -newkey rsa:2048 -nodes -days 3650 -keyout ca.key -out \
                 ca.pem -subj /O=Contoso/CN=Proxy-CA -addext basicConstraints=critical,CA:TRUE",
            );
            server.openssl(&format!(
                "req -new -config config -newkey rsa:2048 -nodes -keyout own.key -out request \
                 -subj /CN=own -addext subjectAltName={name}"
            ));
            server.openssl(&format!(
                "ca -batch -notext -config config -cert ca.pem -keyfile ca.key -in request \
                 -startdate {from} -enddate {until} -out own.pem"
            ));
            server.listen();
            server
        }

        fn path(&self, file: &str) -> std::path::PathBuf {
            self.folder.path().join(file)
        }

        fn openssl(&self, arguments: &str) {
            let run = Command::new("openssl")
                .args(arguments.split_whitespace())
                .current_dir(self.folder.path())
                .output()
                .expect("openssl is installed");
            assert!(run.status.success(), "{run:?}");
        }

        fn listen(&mut self) {
            let chain = vec![CertificateDer::from_pem_file(self.path("own.pem")).unwrap()];
            let key = PrivateKeyDer::from_pem_file(self.path("own.key")).unwrap();
            let provider = Arc::new(rustls::crypto::ring::default_provider());
            let config = ServerConfig::builder_with_provider(provider)
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_no_client_auth()
                .with_single_cert(chain, key)
                .unwrap();
            let config = Arc::new(config);
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            self.endpoint = format!("https://{}", listener.local_addr().unwrap());
            std::thread::spawn(move || {
                let body = r#"{"error":{"code":"Reached","message":"m"}}"#;
                let answer = format!(
                    "HTTP/1.1 400 No\r\ncontent-type: application/json\r\nconnection: close\r\n\
                     content-length: {}\r\n\r\n{body}",
                    body.len()
                );
                for stream in listener.incoming() {
                    let mut stream = stream.unwrap();
                    let mut connection = ServerConnection::new(config.clone()).unwrap();
                    let mut tls = Stream::new(&mut connection, &mut stream);
                    if tls.read(&mut [0; 4096]).is_ok() {
                        let _ = tls.write_all(answer.as_bytes());
                        connection.send_close_notify();
                        let _ = connection.write_tls(&mut stream);
                    }
                }
            });
        }

        async fn error(&self, variables: &[(&str, &str)]) -> managed_identity::base::Error {
            self.error_trusting(None, variables).await
        }

        async fn error_trusting(
            &self,
            authority: Option<std::path::PathBuf>,
            variables: &[(&str, &str)],
        ) -> managed_identity::base::Error {
            let mut request = with_token(&self.endpoint, variables);
            request.network.certificate_authority = authority;
            connect(request, Arc::new(Silent)).await.unwrap_err()
        }
    }

    #[tokio::test]
    async fn an_issuer_that_is_not_trusted_is_named_and_how_to_trust_it() {
        let server = Server::start("IP:127.0.0.1", FOR_ALL_TIME);
        let error = server.error(&[]).await;
        assert_eq!(error.code(), "CertificateNotTrusted");
        assert_eq!(error.category(), Category::ConnectionError);
        for part in [
            "certificate of 127.0.0.1",
            "'CN=own' is issued by",
            "CN=Proxy-CA",
        ] {
            assert!(error.message().contains(part), "{part}: {error}");
        }
        assert!(error.recommendation().contains("SSL_CERT_FILE"), "{error}");
        assert!(!error.to_string().contains("marked"), "{error}");
    }

    #[tokio::test]
    async fn certificates_of_the_sessions_environment_are_trusted() {
        let server = Server::start("IP:127.0.0.1", FOR_ALL_TIME);
        let file = server.path("ca.pem");
        let file = file.to_str().unwrap();
        assert_eq!(
            server.error(&[("SSL_CERT_FILE", file)]).await.code(),
            "Reached"
        );
        let folder = server.folder.path().to_str().unwrap();
        assert_eq!(
            server.error(&[("SSL_CERT_DIR", folder)]).await.code(),
            "Reached"
        );
        for bad in ["/nowhere/ca.pem", server.path("serial").to_str().unwrap()] {
            let error = server.error(&[("SSL_CERT_FILE", bad)]).await;
            assert_eq!(error.code(), "CertificateFileUnreadable");
            assert_eq!(error.category(), Category::InvalidArgument);
            assert!(error.message().contains(bad), "{error}");
        }
    }

    #[tokio::test]
    async fn certificates_of_a_file_that_is_named_are_trusted() {
        let server = Server::start("IP:127.0.0.1", FOR_ALL_TIME);
        server.openssl("x509 -in ca.pem -outform DER -out ca.der");
        let two =
            ["own.pem", "ca.pem"].map(|name| std::fs::read_to_string(server.path(name)).unwrap());
        std::fs::write(server.path("two.pem"), two.concat()).unwrap();
        for name in ["ca.pem", "ca.der", "two.pem"] {
            let error = server.error_trusting(Some(server.path(name)), &[]).await;
            assert_eq!(error.code(), "Reached", "{name}: {error}");
        }
        std::fs::write(
            server.path("damaged.pem"),
            "-----BEGIN CERTIFICATE-----\n!\n",
        )
        .unwrap();
        for (name, says) in [
            ("nowhere.pem", "os error 2"),
            ("serial", "no certificate in PEM or DER format"),
            ("ca.key", "no certificate in PEM or DER format"),
            ("damaged.pem", "its PEM is damaged"),
            ("", "directory"),
        ] {
            let path = server.path(name);
            let shown = path.to_str().unwrap().to_owned();
            let error = server.error_trusting(Some(path), &[]).await;
            assert_eq!(error.code(), "CertificateFileUnreadable", "{name}");
            assert_eq!(error.category(), Category::InvalidArgument);
            let begin = format!("-CertificateAuthorityPath '{shown}' is not valid: ");
            assert!(error.message().starts_with(&begin), "{error}");
            assert!(error.message().contains(says), "{name}: {error}");
        }
        // Other connections do not trust it.
        assert_eq!(server.error(&[]).await.code(), "CertificateNotTrusted");
    }

    #[tokio::test]
    async fn a_certificate_for_another_name_or_time_is_told() {
        for (name, times, says) in [
            (
                "DNS:other.contoso.test",
                FOR_ALL_TIME,
                "The certificate of 127.0.0.1 is not for that name but for \
                 'other.contoso.test'",
            ),
            (
                "IP:127.0.0.1",
                LONG_AGO,
                "The certificate of 127.0.0.1 expired on Fri, 01 Jan 2021 00:00:00 GMT",
            ),
        ] {
            let server = Server::start(name, times);
            let file = server.path("ca.pem");
            let error = server
                .error(&[("SSL_CERT_FILE", file.to_str().unwrap())])
                .await;
            assert_eq!(error.code(), "CertificateNotTrusted");
            assert_eq!(error.message(), says);
        }
    }
}

#[tokio::test]
async fn an_endpoint_that_says_nothing_sensible_is_an_error() {
    for answer in [
        "",
        "nonsense",
        "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n{",
        "HTTP/1.1 999 ?\r\n\r\n",
    ] {
        let (endpoint, _) = other_server(answer.to_owned()).await;
        let mut request = sign_in(&endpoint);
        request.sign_in = SignIn::AccessToken {
            token: "t".to_owned().into(),
            graph: None,
            account: None,
        };
        let error = connect(request, Arc::new(Silent)).await.unwrap_err();
        assert!(!error.code().is_empty(), "{answer}: {error}");
    }
}
