//! Every way to sign in, against counterparts that behave like the real ones, and fail like them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use emulator::{Emulator, Options, seed};
use managed_identity::auth::FederatedToken;
use managed_identity::base::{Category, Error, RetryPolicy, Silent};
use managed_identity::connect::{Connection, Network, Request, SignIn, connect};
use managed_identity::identity;
use serde_json::{Value, json};

use crate::support::{self, Heard, Local, code, merge, on, quick, target};

/// The host of a managed identity's program, as the emulator has it.
struct Host {
    local: Local,
    variables: BTreeMap<String, String>,
}

impl Host {
    async fn start(name: &str, body: Value) -> Self {
        let local = Local::start().await;
        let host = local.admin("PUT", &format!("hosts/{name}"), body).await;
        let variables = host["environment"].as_object().unwrap().iter();
        let variables = variables
            .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
            .collect();
        Self { local, variables }
    }

    /// A host on a machine with a system-assigned identity.
    async fn on_machine(name: &str) -> Self {
        let host = Self::start(name, json!({})).await;
        let machine = assign_system(&host.local).await;
        host.local
            .admin(
                "PUT",
                &format!("hosts/{name}"),
                json!({ "machine": machine, "header": host.header() }),
            )
            .await;
        host
    }

    fn header(&self) -> Value {
        json!(self.variables.get("IDENTITY_HEADER"))
    }

    async fn connect(&self, account_id: Option<&str>) -> Result<Connection, Error> {
        let sign_in = SignIn::ManagedIdentity {
            account_id: account_id.map(str::to_owned),
        };
        let mut request = request(&self.local, sign_in);
        request.variables = Some(self.variables.clone());
        connect(request, self.local.heard.clone()).await
    }

    /// How often this host was asked for a token.
    async fn asked(&self, path: &str) -> usize {
        let requests = self.local.requests().await;
        requests.iter().filter(|line| line.contains(path)).count()
    }
}

fn request(local: &Local, sign_in: SignIn) -> Request {
    Request {
        sign_in,
        environment: None,
        endpoint: Some(local.emulator.endpoint().to_owned()),
        audience: None,
        tenant: Some(seed::TENANT_ID.to_owned()),
        subscription_id: None,
        variables: Some(BTreeMap::new()),
        network: Network::default(),
        retry: quick(),
    }
}

/// Gives the machine of the start a system-assigned identity, and returns its id.
async fn assign_system(local: &Local) -> String {
    let id = format!(
        "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Compute/virtualMachines/{}",
        seed::SUBSCRIPTION_ID,
        seed::RESOURCE_GROUP,
        seed::VM
    );
    let body = json!({"identity": {"type": "SystemAssigned"}});
    let (status, _) = local
        .raw("PATCH", &format!("{id}?api-version=2024-11-01"), body)
        .await;
    assert_eq!(status, 200);
    id
}

async fn works(connection: &Connection) {
    let error = identity::get(&connection.client, &target("nobody")).await;
    assert_eq!(code(error), "ResourceNotFound");
}

fn message(result: Result<Connection, Error>) -> String {
    result.unwrap_err().to_string()
}

mod service_principals {
    use std::sync::Mutex;
    use std::sync::atomic::AtomicBool;

    use managed_identity::base::{
        CertificateSource, HostAnswer, Observer, Progress, Question, QuestionKind,
        SignatureAlgorithm,
    };
    use ring::rand::SystemRandom;
    use ring::signature::{RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair};
    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};

    use super::*;

    /// What `openssl` would make: a certificate and its key.
    struct Files {
        folder: tempfile::TempDir,
    }

    impl Files {
        fn make() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let files = Self { folder };
            let config = "[req]\ndistinguished_name = name\n[name]\n[ca]\ndefault_ca = own\n[own]\n\
                          database = index\nserial = serial\nnew_certs_dir = .\n\
                          default_md = sha256\npolicy = any\n[any]\ncommonName = supplied\n";
            for (name, content) in [("config", config), ("index", ""), ("serial", "01\n")] {
                std::fs::write(files.path(name), content).unwrap();
            }
            // Good for all times, so that clocks may differ.
            for arguments in [
                "genrsa -out key.pem 2048",
                "req -new -config config -key key.pem -subj /CN=test -out request",
                "ca -batch -notext -selfsign -config config -keyfile key.pem -in request \
                 -startdate 20200101000000Z -enddate 20991231000000Z -out cert.pem",
            ] {
                let arguments: Vec<_> = arguments.split_whitespace().collect();
                files.openssl(&arguments);
            }
            let both = [files.read("key.pem"), files.read("cert.pem")].concat();
            std::fs::write(files.path("both.pem"), both).unwrap();
            files
        }

        fn openssl(&self, arguments: &[&str]) {
            let run = std::process::Command::new("openssl")
                .args(arguments)
                .current_dir(self.folder.path())
                .output()
                .expect("openssl is installed");
            assert!(run.status.success(), "{run:?}");
        }

        /// A certificate of a key that is not RSA.
        fn make_ec(&self) {
            for arguments in [
                "ecparam -name prime256v1 -genkey -noout -out ec.key",
                "req -x509 -key ec.key -subj /CN=ec -out ec.pem",
            ] {
                let arguments: Vec<_> = arguments.split_whitespace().collect();
                self.openssl(&arguments);
            }
        }

        /// A certificate of the same key that has expired.
        fn make_expired(&self) {
            let arguments = "ca -batch -notext -selfsign -config config -keyfile key.pem \
                             -in request -startdate 20200101000000Z -enddate 20210101000000Z \
                             -out expired.pem";
            std::fs::write(self.path("index"), "").unwrap();
            let arguments: Vec<_> = arguments.split_whitespace().collect();
            self.openssl(&arguments);
        }

        fn der(&self, name: &str) -> Vec<u8> {
            CertificateDer::from_pem_file(self.path(name))
                .unwrap()
                .to_vec()
        }

        fn path(&self, name: &str) -> std::path::PathBuf {
            self.folder.path().join(name)
        }

        fn read(&self, name: &str) -> String {
            std::fs::read_to_string(self.path(name)).unwrap()
        }

        async fn register(&self, local: &Local) {
            let application = json!({
                "clientId": seed::CLIENT_ID,
                "certificates": [self.read("cert.pem")],
            });
            local.admin("POST", "applications", application).await;
        }
    }

    fn with_certificate(certificate: CertificateSource) -> SignIn {
        SignIn::ClientCertificate {
            client_id: seed::CLIENT_ID.to_owned(),
            certificate,
            password: None,
        }
    }

    fn with_file(path: &Path) -> SignIn {
        with_certificate(CertificateSource::File(path.to_owned()))
    }

    /// How often somebody signed in by a certificate.
    async fn signed_in(local: &Local) -> u64 {
        let tokens = local.admin("GET", "tokens", Value::Null).await;
        let by_certificate = tokens.as_array().unwrap().iter();
        by_certificate
            .filter(|entry| entry["grant"] == "certificate")
            .map(|entry| entry["count"].as_u64().unwrap())
            .sum()
    }

    /// A host that opens a certificate, or says something else, and signs with its key.
    struct KeyHolder {
        key: RsaKeyPair,
        algorithm: SignatureAlgorithm,
        opens: Box<dyn Fn(&CertificateSource) -> HostAnswer + Send + Sync>,
        signs: AtomicBool,
        asked: Mutex<Vec<QuestionKind>>,
    }

    impl KeyHolder {
        fn new(
            files: &Files,
            algorithm: SignatureAlgorithm,
            opens: impl Fn(&CertificateSource) -> HostAnswer + Send + Sync + 'static,
        ) -> Arc<Self> {
            let key = PrivatePkcs8KeyDer::from_pem_file(files.path("key.pem")).unwrap();
            Arc::new(Self {
                key: RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()).unwrap(),
                algorithm,
                opens: Box::new(opens),
                signs: AtomicBool::new(true),
                asked: Mutex::default(),
            })
        }

        /// One with the certificate of the files.
        fn of(files: &Files, algorithm: SignatureAlgorithm) -> Arc<Self> {
            let der = files.der("cert.pem");
            Self::new(files, algorithm, move |_| HostAnswer::Certificate {
                der: der.clone(),
                algorithm: Some(algorithm),
            })
        }

        fn sign(&self, text: &str, algorithm: SignatureAlgorithm) -> HostAnswer {
            assert_eq!(algorithm, self.algorithm);
            if !self.signs.load(Ordering::SeqCst) {
                return HostAnswer::Failed("the card was taken out".to_owned());
            }
            let padding: &dyn RsaEncoding = match algorithm {
                SignatureAlgorithm::Ps256 => &RSA_PSS_SHA256,
                SignatureAlgorithm::Rs256 => &RSA_PKCS1_SHA256,
            };
            let mut signature = vec![0; self.key.public().modulus_len()];
            let random = SystemRandom::new();
            self.key
                .sign(padding, &random, text.as_bytes(), &mut signature)
                .unwrap();
            HostAnswer::Signature(signature)
        }

        fn signatures(&self) -> usize {
            let asked = self.asked.lock().unwrap();
            asked
                .iter()
                .filter(|kind| matches!(kind, QuestionKind::Signature { .. }))
                .count()
        }
    }

    impl Observer for KeyHolder {
        fn wants_verbose(&self) -> bool {
            false
        }
        fn verbose(&self, _: String) {}
        fn warning(&self, _: String) {}
        fn progress(&self, _: Progress) {}
        fn ask_host(&self, question: &Arc<Question>) -> bool {
            if question.claim() {
                self.asked.lock().unwrap().push(question.kind.clone());
                question.answer(match &question.kind {
                    QuestionKind::Certificate(source) => (self.opens)(source),
                    QuestionKind::Signature { text, algorithm } => self.sign(text, *algorithm),
                    _ => HostAnswer::Missing,
                });
            }
            true
        }
    }

    #[tokio::test]
    async fn a_certificate_signs_in_from_a_pem_file() {
        let local = Local::start().await;
        let files = Files::make();
        files.register(&local).await;
        files.openssl(&["rsa", "-in", "key.pem", "-traditional", "-out", "pkcs1.pem"]);
        let pkcs1 = [files.read("cert.pem"), files.read("pkcs1.pem")].concat();
        std::fs::write(files.path("pkcs1.pem"), pkcs1).unwrap();
        for name in ["both.pem", "pkcs1.pem"] {
            let sign_in = with_file(&files.path(name));
            let connection = connect(request(&local, sign_in), Arc::new(Silent)).await;
            let connection = connection.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(connection.account_type, "ServicePrincipal");
            works(&connection).await;
        }
        assert_eq!(signed_in(&local).await, 2);
    }

    const THUMBPRINT: &str = "00112233445566778899AABBCCDDEEFF00112233";

    /// The files' certificate with its key, encrypted by `openssl pkcs8` with the password "marked".
    fn encrypted(files: &Files, how: &[&str]) -> std::path::PathBuf {
        let fixed = ["pkcs8", "-topk8", "-in", "key.pem", "-out", "locked.key"];
        let password = ["-passout", "pass:marked"];
        files.openssl(&[&fixed[..], &password[..], how].concat());
        let both = [files.read("locked.key"), files.read("cert.pem")].concat();
        std::fs::write(files.path("locked.pem"), both).unwrap();
        files.path("locked.pem")
    }

    fn with_password(path: &Path, password: &str) -> SignIn {
        SignIn::ClientCertificate {
            client_id: seed::CLIENT_ID.to_owned(),
            certificate: CertificateSource::File(path.to_owned()),
            password: Some(password.to_owned().into()),
        }
    }

    #[tokio::test]
    async fn an_encrypted_key_signs_in_with_its_password() {
        let local = Local::start().await;
        let files = Files::make();
        files.register(&local).await;
        for how in [
            &["-v2", "aes-256-cbc"][..],
            &["-v2", "aes-192-cbc", "-v2prf", "hmacWithSHA1"],
            &[
                "-v2",
                "aes-128-cbc",
                "-v2prf",
                "hmacWithSHA512",
                "-iter",
                "5000",
            ],
            &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA384"],
        ] {
            let path = encrypted(&files, how);
            let before = signed_in(&local).await;
            let request = request(&local, with_password(&path, "marked"));
            let connection = connect(request, Arc::new(Silent)).await.unwrap();
            works(&connection).await;
            assert_eq!(signed_in(&local).await, before + 1, "{how:?}");
        }
        let mut request = request(&local, SignIn::Automatic);
        request.tenant = None;
        let path = files.path("locked.pem");
        request.variables = Some(support::tags(&[
            ("AZURE_TENANT_ID", seed::TENANT_ID),
            ("AZURE_CLIENT_ID", seed::CLIENT_ID),
            ("AZURE_CLIENT_CERTIFICATE_PATH", path.to_str().unwrap()),
            ("AZURE_CLIENT_CERTIFICATE_PASSWORD", "marked"),
        ]));
        let connection = connect(request, Arc::new(Silent)).await.unwrap();
        assert_eq!(connection.account, seed::CLIENT_ID);
    }

    #[tokio::test]
    async fn a_key_that_can_not_be_decrypted_is_told_before_any_request() {
        let local = Local::start().await;
        let files = Files::make();
        local.forget().await;
        for (how, password, code, says) in [
            (
                &["-v2", "aes-256-cbc"][..],
                "another",
                "WrongPassword",
                "is not correct",
            ),
            (
                &["-v2", "aes-256-cbc"],
                "",
                "WrongPassword",
                "is not correct",
            ),
            (
                &["-v2", "des3"],
                "marked",
                "InvalidCertificate",
                "not supported",
            ),
            (
                &["-scrypt"],
                "marked",
                "InvalidCertificate",
                "not supported",
            ),
        ] {
            let path = encrypted(&files, how);
            let request = request(&local, with_password(&path, password));
            let error = connect(request, Arc::new(Silent)).await.unwrap_err();
            assert_eq!(error.code(), code, "{how:?}: {error}");
            assert_eq!(error.category(), Category::InvalidArgument);
            assert!(error.message().contains(says), "{how:?}: {error}");
            assert!(!error.to_string().contains("marked"), "{error}");
        }
        let damaged = files.read("locked.pem").replacen("MI", "MA", 1);
        std::fs::write(files.path("damaged.pem"), damaged).unwrap();
        let request = request(&local, with_password(&files.path("damaged.pem"), "marked"));
        let error = connect(request, Arc::new(Silent)).await.unwrap_err();
        assert_eq!(error.code(), "InvalidCertificate");
        assert!(error.message().contains("damaged"), "{error}");
        assert_eq!(local.requests().await, [""; 0]);
    }

    #[tokio::test]
    async fn a_key_that_the_host_holds_signs_whenever_a_token_is_needed() {
        let local = Local::start().await;
        let files = Files::make();
        files.register(&local).await;
        std::fs::write(files.path("file.pfx"), [7; 100]).unwrap();
        for (source, algorithm) in [
            (
                CertificateSource::File(files.path("file.pfx")),
                SignatureAlgorithm::Ps256,
            ),
            (
                CertificateSource::Store(THUMBPRINT.to_owned()),
                SignatureAlgorithm::Rs256,
            ),
        ] {
            let before = signed_in(&local).await;
            let host = KeyHolder::of(&files, algorithm);
            let sign_in = with_certificate(source.clone());
            let connection = connect(request(&local, sign_in), host.clone()).await;
            let connection = connection.unwrap_or_else(|error| panic!("{source:?}: {error}"));
            assert_eq!(
                host.asked.lock().unwrap()[0],
                QuestionKind::Certificate(source)
            );
            assert_eq!(host.signatures(), 1);
            // Another operation waits for the next token: its host is asked.
            let other = KeyHolder::of(&files, algorithm);
            let client = connection.client.observed_by(other.clone());
            let gone =
                json!({"status": 401, "code": "ExpiredAuthenticationToken", "message": "old"});
            local.fault(on("GET", "nobody", gone.clone())).await;
            let error = identity::get(&client, &target("nobody")).await;
            assert_eq!(code(error), "ResourceNotFound");
            assert_eq!((host.signatures(), other.signatures()), (1, 1));
            assert_eq!(signed_in(&local).await, before + 2);
            // A key that is gone by then is told.
            other.signs.store(false, Ordering::SeqCst);
            local.fault(on("GET", "nobody", gone)).await;
            let error = identity::get(&client, &target("nobody")).await.unwrap_err();
            assert_eq!(error.code(), "SigningFailed");
            assert!(
                error.message().ends_with("the card was taken out"),
                "{error}"
            );
        }
    }

    #[tokio::test]
    async fn the_environments_certificate_is_the_hosts_to_open() {
        let local = Local::start().await;
        let files = Files::make();
        files.register(&local).await;
        std::fs::write(files.path("file.pfx"), [7; 100]).unwrap();
        let path = files.path("file.pfx").display().to_string();
        let mut by_environment = request(&local, SignIn::Automatic);
        by_environment.variables = Some(BTreeMap::from(
            [
                ("AZURE_TENANT_ID", seed::TENANT_ID),
                ("AZURE_CLIENT_ID", seed::CLIENT_ID),
                ("AZURE_CLIENT_CERTIFICATE_PATH", &path),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        ));
        let host = KeyHolder::of(&files, SignatureAlgorithm::Ps256);
        works(&connect(by_environment, host.clone()).await.unwrap()).await;
        assert_eq!(host.signatures(), 1);
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_pem_file_is_told_before_any_request() {
        let local = Local::start().await;
        let files = Files::make();
        files.openssl(&[
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=b", "-keyout", "b.key",
            "-out", "b.pem",
        ]);
        files.make_ec();
        files.openssl(&[
            "rsa",
            "-in",
            "key.pem",
            "-aes128",
            "-passout",
            "pass:x",
            "-out",
            "locked.key",
        ]);
        files.openssl(&[
            "rsa",
            "-in",
            "key.pem",
            "-traditional",
            "-aes128",
            "-passout",
            "pass:x",
            "-out",
            "old.key",
        ]);
        let join = |name: &str, parts: &[&str]| {
            let text: String = parts.iter().map(|part| files.read(part)).collect();
            std::fs::write(files.path(name), text).unwrap();
        };
        files.make_expired();
        join("mismatch.pem", &["key.pem", "b.pem"]);
        join("ec-both.pem", &["ec.key", "ec.pem"]);
        join("locked.pem", &["locked.key", "cert.pem"]);
        join("old.pem", &["old.key", "cert.pem"]);
        join("expired-both.pem", &["key.pem", "expired.pem"]);
        std::fs::write(files.path("noise"), [7; 100]).unwrap();
        local.forget().await;
        for (name, code, says) in [
            ("mismatch.pem", "InvalidCertificate", "do not match"),
            ("ec-both.pem", "InvalidCertificate", "not RSA"),
            ("locked.pem", "WrongPassword", "no password is specified"),
            ("old.pem", "InvalidCertificate", "openssl pkcs8 -topk8"),
            ("key.pem", "InvalidCertificate", "no certificate"),
            ("cert.pem", "InvalidCertificate", "no private key"),
            (
                "expired-both.pem",
                "InvalidCertificate",
                "expired on Fri, 01 Jan 2021",
            ),
            ("noise", "CertificateUnsupported", "can't open PFX files"),
            ("nowhere.pem", "FileUnreadable", "nowhere.pem"),
        ] {
            let sign_in = with_file(&files.path(name));
            let error = connect(request(&local, sign_in), Arc::new(Silent)).await;
            let error = error.unwrap_err();
            assert_eq!(error.code(), code, "{name}: {error}");
            assert_eq!(error.category(), Category::InvalidArgument);
            assert!(error.to_string().contains(says), "{name}: {error}");
        }
        assert_eq!(local.requests().await, [""; 0]);
    }

    #[tokio::test]
    async fn why_the_host_opens_no_certificate_is_told_before_any_request() {
        let local = Local::start().await;
        let files = Files::make();
        files.make_ec();
        files.make_expired();
        let certificate = |name: &str, algorithm| {
            let der = files.der(name);
            move || HostAnswer::Certificate {
                der: der.clone(),
                algorithm,
            }
        };
        let ps256 = Some(SignatureAlgorithm::Ps256);
        let (no_key, ec, expired) = (
            certificate("cert.pem", None),
            certificate("ec.pem", None),
            certificate("expired.pem", ps256),
        );
        local.forget().await;
        type Opens = Box<dyn Fn() -> HostAnswer + Send + Sync>;
        let cases: [(Opens, &str, &str); 8] = [
            (
                Box::new(|| HostAnswer::Missing),
                "CertificateUnsupported",
                "a PEM file",
            ),
            (
                Box::new(|| HostAnswer::NotFound),
                "CertificateNotFound",
                "CurrentUser",
            ),
            (
                Box::new(|| HostAnswer::WrongPassword),
                "WrongPassword",
                "-CertificatePassword",
            ),
            (
                Box::new(|| HostAnswer::Failed("access is denied".to_owned())),
                "InvalidCertificate",
                "can't be used: access is denied",
            ),
            (
                Box::new(|| HostAnswer::Certificate {
                    der: vec![1],
                    algorithm: None,
                }),
                "InvalidCertificate",
                "damaged",
            ),
            (Box::new(no_key), "InvalidCertificate", "no private RSA key"),
            (Box::new(ec), "InvalidCertificate", "not RSA"),
            (
                Box::new(expired),
                "InvalidCertificate",
                "expired on Fri, 01 Jan 2021",
            ),
        ];
        for (opens, code, says) in cases {
            let host = KeyHolder::new(&files, SignatureAlgorithm::Ps256, move |_| opens());
            let sign_in = with_certificate(CertificateSource::Store(THUMBPRINT.to_owned()));
            let error = connect(request(&local, sign_in), host).await.unwrap_err();
            assert_eq!(error.code(), code, "{error}");
            assert!(error.to_string().contains(says), "{error}");
            assert!(code == "CertificateNotFound" || error.to_string().contains(THUMBPRINT));
        }
        let host = KeyHolder::of(&files, SignatureAlgorithm::Ps256);
        let sign_in = with_certificate(CertificateSource::Store("0123".to_owned()));
        let error = connect(request(&local, sign_in), host.clone())
            .await
            .unwrap_err();
        assert_eq!(error.code(), "InvalidThumbprint");
        assert!(
            error.message().starts_with("-CertificateThumbprint '0123'"),
            "{error}"
        );
        assert!(host.asked.lock().unwrap().is_empty());
        assert_eq!(local.requests().await, [""; 0]);
    }

    #[tokio::test]
    async fn a_clock_that_is_wrong_keeps_nobody_out() {
        for seconds in [-3600, 3600] {
            let local = Local::start().await;
            let files = Files::make();
            files.register(&local).await;
            let skew = json!({"clockSkewSeconds": seconds});
            local.admin("PATCH", "settings", skew).await;
            let sign_in = with_file(&files.path("both.pem"));
            let connection = connect(request(&local, sign_in), Arc::new(Silent)).await;
            let connection = connection.unwrap_or_else(|error| panic!("{seconds}: {error}"));
            local.forget().await;
            works(&connection).await;
            // The token is good although its times are not ours.
            assert_eq!(local.requests().await.len(), 1);
        }
    }

    #[tokio::test]
    async fn a_certificate_that_nobody_knows_is_refused() {
        let local = Local::start().await;
        let files = Files::make();
        let sign_in = with_file(&files.path("both.pem"));
        let error = connect(request(&local, sign_in), Arc::new(Silent)).await;
        let error = error.unwrap_err();
        assert_eq!(error.code(), "invalid_client");
        assert!(error.message().starts_with("AADSTS700027"), "{error}");
        assert!(error.to_string().contains("-ApplicationId"), "{error}");
    }

    /// A token of another issuer, as far as anybody looks at it here.
    pub(super) fn token(subject: &str) -> String {
        token_until(subject, 4_102_444_800)
    }

    fn token_until(subject: &str, seconds: u64) -> String {
        use base64::Engine as _;
        let part = |value: Value| {
            base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string())
        };
        format!(
            "{}.{}.c2ln",
            part(json!({"alg": "RS256", "typ": "JWT", "kid": "k"})),
            part(json!({
                "iss": "https://issuer.example", "sub": subject,
                "aud": "api://AzureADTokenExchange", "exp": seconds,
            }))
        )
    }

    pub(super) async fn trust(local: &Local, subject: &str) {
        let application = json!({
            "clientId": seed::CLIENT_ID,
            "federatedCredentials": [{"issuer": "https://issuer.example", "subject": subject}],
        });
        local.admin("POST", "applications", application).await;
    }

    fn with_token(token: FederatedToken) -> SignIn {
        SignIn::FederatedToken {
            client_id: seed::CLIENT_ID.to_owned(),
            token,
        }
    }

    #[tokio::test]
    async fn a_token_of_another_issuer_signs_in_and_its_file_is_read_anew() {
        let local = Local::start().await;
        trust(&local, "one").await;
        let text = with_token(FederatedToken::Text(token("one").into()));
        works(
            &connect(request(&local, text), Arc::new(Silent))
                .await
                .unwrap(),
        )
        .await;

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, format!("{}\n", token("one"))).unwrap();
        let sign_in = with_token(FederatedToken::File(file.clone()));
        let connection = connect(request(&local, sign_in), Arc::new(Silent))
            .await
            .unwrap();
        // The next token is another subject's, which nobody trusts.
        std::fs::write(&file, token("two")).unwrap();
        let gone = json!({"status": 401, "code": "ExpiredAuthenticationToken", "message": "old"});
        local.fault(on("GET", "nobody", gone.clone())).await;
        let error = identity::get(&connection.client, &target("nobody")).await;
        let error = error.unwrap_err();
        assert!(error.message().starts_with("AADSTS700213"), "{error}");
        trust(&local, "two").await;
        works(&connection).await;
        std::fs::remove_file(&file).unwrap();
        local.fault(on("GET", "nobody", gone)).await;
        let error = identity::get(&connection.client, &target("nobody")).await;
        assert_eq!(code(error), "FileUnreadable");
    }

    #[tokio::test]
    async fn a_federated_token_that_has_expired_is_told_with_its_place() {
        let local = Local::start().await;
        trust(&local, "one").await;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("token");
        std::fs::write(&file, token_until("one", 1_600_000_000)).unwrap();
        let text = with_token(FederatedToken::Text(
            token_until("one", 1_600_000_000).into(),
        ));
        for (sign_in, place, advice) in [
            (
                with_token(FederatedToken::File(file.clone())),
                format!("in the file '{}'", file.display()),
                "renew the file",
            ),
            (text, "in -FederatedToken".to_owned(), "Get a new one"),
        ] {
            let error = connect(request(&local, sign_in), Arc::new(Silent)).await;
            let error = error.unwrap_err();
            assert_eq!(error.code(), "invalid_client");
            let begins = format!("The federated token {place} has expired: AADSTS700024: ");
            assert!(error.message().starts_with(&begins), "{error}");
            assert!(error.recommendation().contains(advice), "{error}");
        }
    }

    #[tokio::test]
    async fn an_answer_that_is_not_entras_blames_no_secret() {
        let local = Local::start().await;
        for (status, body, kind) in [
            (502, "<html>Bad gateway</html>", "text/html"),
            (403, "<html>Blocked</html>", "text/html"),
            (503, "", "text/plain"),
            (200, "<html>Sign in</html>", "text/html"),
        ] {
            let action = json!({"status": status, "body": body, "contentType": kind,
                "headers": {"Retry-After": "0"}});
            let mut fault = on("POST", "/oauth2/", action);
            fault["times"] = json!(quick().connect_attempts);
            local.fault(fault).await;
            let error = connect(
                support::sign_in(local.emulator.endpoint()),
                Arc::new(Silent),
            )
            .await
            .unwrap_err();
            assert_eq!(error.category(), Category::InvalidResult, "{error}");
            let says = format!(
                "127.0.0.1, or a proxy in between, responded to the sign-in with HTTP {status}"
            );
            assert!(error.message().starts_with(&says), "{error}");
            assert!(!error.recommendation().contains("secret"), "{error}");
            local.admin("DELETE", "faults", Value::Null).await;
        }
    }

    #[tokio::test]
    async fn entras_ids_are_no_part_of_its_sentence() {
        let local = Local::start().await;
        let said = json!({"error": "invalid_client", "claims": null, "error_description":
            "AADSTS7000222: The client secret keys are expired. Trace ID: 1 Correlation ID: 2"});
        let action = json!({"status": 401, "body": said.to_string(),
            "contentType": "application/json"});
        local.fault(on("POST", "/oauth2/", action)).await;
        let request = support::sign_in(local.emulator.endpoint());
        let error = connect(request, Arc::new(Silent)).await.unwrap_err();
        assert_eq!(
            error.message(),
            "AADSTS7000222: The client secret keys are expired."
        );
    }

    #[tokio::test]
    async fn a_busy_token_endpoint_is_asked_again() {
        let local = Local::start().await;
        for status in [429, 500, 503] {
            let action = json!({"status": status, "headers": {"Retry-After": "0"}});
            local.fault(on("POST", "/oauth2/", action)).await;
            let request = support::sign_in(local.emulator.endpoint());
            works(&connect(request, Arc::new(Silent)).await.unwrap()).await;
        }
        local
            .fault(on("POST", "/oauth2/", json!({"close": "before"})))
            .await;
        let request = support::sign_in(local.emulator.endpoint());
        works(&connect(request, Arc::new(Silent)).await.unwrap()).await;
    }
}

mod managed_identities {
    use super::*;

    #[tokio::test]
    async fn every_host_gives_the_machines_identity() {
        for (name, account) in [
            ("imds", "MSI"),
            ("appService", "MSI"),
            ("automation", "MSI"),
        ] {
            let host = Host::on_machine(name).await;
            let connection = host.connect(None).await;
            let connection = connection.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(connection.account, account);
            assert_eq!(connection.account_type, "ManagedService");
            works(&connection).await;
        }
    }

    #[tokio::test]
    async fn an_identity_is_found_by_each_of_its_ids() {
        for name in ["imds", "appService", "automation"] {
            let host = Host::start(name, json!({})).await;
            let wanted = identity::Create {
                target: target("id1"),
                ..identity::Create::default()
            };
            identity::create(&host.local.client, &wanted).await.unwrap();
            let other = identity::Create {
                target: target("id2"),
                ..identity::Create::default()
            };
            identity::create(&host.local.client, &other).await.unwrap();
            let made = identity::get(&host.local.client, &target("id1"))
                .await
                .unwrap();
            let ids = [
                &made.properties.client_id,
                &made.properties.principal_id,
                &made.id,
            ];
            for id in ids {
                let connection = host.connect(Some(id)).await;
                let connection = connection.unwrap_or_else(|error| panic!("{name} {id}: {error}"));
                assert_eq!(&connection.account, id);
                works(&connection).await;
            }
            let nobody = "99999999-9999-4999-8999-999999999999";
            let error = host.connect(Some(nobody)).await.unwrap_err();
            assert_eq!(error.category(), Category::AuthenticationError, "{error}");
            assert_eq!(error.status(), Some(400), "{name}: {error}");
            assert!(error.to_string().contains("-AccountId"), "{error}");
            let bad = host.connect(Some("bob")).await;
            assert_eq!(code(bad), "InvalidAccountId");
        }
    }

    const IMDS: &str = "/metadata/identity";

    #[tokio::test]
    async fn a_metadata_service_that_is_not_ready_is_asked_again() {
        for status in [404, 410, 429, 500, 503] {
            let host = Host::on_machine("imds").await;
            let mut fault = on("GET", IMDS, json!({"status": status}));
            fault["times"] = json!(3);
            host.local.fault(fault).await;
            host.local.forget().await;
            works(&host.connect(None).await.unwrap()).await;
            assert_eq!(host.asked(IMDS).await, 4, "{status}");
        }
    }

    #[tokio::test]
    async fn a_restart_of_the_metadata_service_takes_longer_than_other_troubles() {
        let host = Host::on_machine("imds").await;
        // Longer than all usual attempts take together.
        let mut fault = on("GET", IMDS, json!({"status": 410}));
        fault["times"] = json!(quick().attempts + 2);
        host.local.fault(fault.clone()).await;
        works(&host.connect(None).await.unwrap()).await;
        fault["times"] = json!(10_000);
        host.local.fault(fault).await;
        let error = host.connect(None).await.unwrap_err();
        assert_eq!(error.status(), Some(410));
    }

    #[tokio::test]
    async fn a_slow_metadata_service_is_waited_for() {
        let host = Host::on_machine("imds").await;
        host.local
            .fault(on("GET", IMDS, json!({"delayMs": 2500})))
            .await;
        works(&host.connect(None).await.unwrap()).await;
    }

    #[tokio::test]
    async fn a_machine_without_an_identity_is_told() {
        let host = Host::start("imds", json!({})).await;
        let error = host.connect(None).await.unwrap_err();
        assert_eq!(error.code(), "invalid_request");
        assert!(error.message().contains("Identity not found"), "{error}");
    }

    #[tokio::test]
    async fn no_proxy_sees_the_metadata_service() {
        let mut host = Host::on_machine("imds").await;
        let proxy = "http://127.0.0.1:9".to_owned();
        for name in ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"] {
            host.variables.insert(name.to_owned(), proxy.clone());
        }
        works(&host.connect(None).await.unwrap()).await;
    }

    #[tokio::test]
    async fn a_wrong_header_of_app_service_is_refused_and_not_shown() {
        let mut host = Host::on_machine("appService").await;
        let wrong = "marked-header".to_owned();
        host.variables.insert("IDENTITY_HEADER".to_owned(), wrong);
        let message = message(host.connect(None).await);
        assert!(
            message.contains("App Service") && !message.contains("marked"),
            "{message}"
        );
        let far = "http://example.com/msi/token".to_owned();
        host.variables.insert("IDENTITY_ENDPOINT".to_owned(), far);
        assert_eq!(code(host.connect(None).await), "InvalidEndpoint");
    }
}

mod automatic {
    use super::*;

    fn variables(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    /// The environment of a sign-in to an emulator, with nothing in the PATH.
    fn by_environment(endpoint: &str) -> BTreeMap<String, String> {
        variables(&[
            ("PATH", "/nowhere"),
            ("AZURE_AUTHORITY_HOST", endpoint),
            ("AZURE_TENANT_ID", seed::TENANT_ID),
            ("AZURE_CLIENT_ID", seed::CLIENT_ID),
            ("AZURE_CLIENT_SECRET", seed::CLIENT_SECRET),
        ])
    }

    async fn find(local: &Local, variables: BTreeMap<String, String>) -> Result<Connection, Error> {
        let mut request = request(local, SignIn::Automatic);
        request.endpoint = None;
        request.tenant = None;
        request.variables = Some(variables);
        connect(request, local.heard.clone()).await
    }

    #[tokio::test]
    async fn the_environment_comes_first() {
        let local = Local::start().await;
        let connection = find(&local, by_environment(local.emulator.endpoint()))
            .await
            .unwrap();
        assert_eq!(connection.account, seed::CLIENT_ID);
        assert_eq!(connection.endpoint, local.emulator.endpoint());
        let lines = local.heard.verbose.lock().unwrap().join("\n");
        assert!(
            lines.contains("Signed in with environment variables."),
            "{lines}"
        );
        works(&connection).await;
    }

    #[tokio::test]
    async fn a_managed_identity_is_next_and_the_reason_is_told() {
        let mut host = Host::on_machine("imds").await;
        let endpoint = host.local.emulator.endpoint().to_owned();
        host.variables.extend(variables(&[
            ("AZURE_RESOURCE_MANAGER_URL", &endpoint),
            ("AZURE_TENANT_ID", seed::TENANT_ID),
        ]));
        let connection = find(&host.local, host.variables.clone()).await.unwrap();
        assert_eq!(connection.account_type, "ManagedService");
        let lines = host.local.heard.verbose.lock().unwrap().join("\n");
        assert!(
            lines.contains(
                "Skipped sign-in with environment variables: AZURE_CLIENT_ID is not set."
            ),
            "{lines}"
        );
        assert!(host.local.heard.warnings.lock().unwrap().is_empty());
    }

    #[tokio::test]
    async fn no_other_sign_in_takes_the_place_of_what_the_environment_names() {
        let mut host = Host::on_machine("imds").await;
        let endpoint = host.local.emulator.endpoint().to_owned();
        host.variables.extend(by_environment(&endpoint));
        let wrong = "marked-secret".to_owned();
        host.variables
            .insert("AZURE_CLIENT_SECRET".to_owned(), wrong);
        let error = find(&host.local, host.variables.clone()).await.unwrap_err();
        assert_eq!(error.code(), "NotConnected");
        assert!(error.message().contains("AADSTS7000215"), "{error}");
        assert!(!error.to_string().contains("marked"));
        assert_eq!(host.asked("/metadata/identity").await, 0);
    }

    /// An Azure CLI that says on its error stream why it gives no token.
    #[cfg(unix)]
    fn install_cli(folder: &Path, says: &str) -> String {
        std::fs::write(folder.join("says"), says).unwrap();
        let says = folder.join("says");
        let script = format!("#!/bin/sh\n/bin/cat '{}' >&2\nexit 1\n", says.display());
        support::install_program(&folder.join("az"), &script);
        folder.to_str().unwrap().to_owned()
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn the_reason_of_the_azure_cli_and_its_commands_are_told() {
        let local = Local::start().await;
        let sentence = "AADSTS50076: You must use multi-factor authentication to access 'x'.";
        let login = "az login --tenant \"t\" --scope \"https://management.core.windows.net//.default\" \
                     --claims-challenge \"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"";
        let says = format!(
            "ERROR: {sentence}\nTrace ID: 0\nCorrelation ID: 1\nRun the command below:\naz logout\n{login}"
        );
        let folder = tempfile::tempdir().unwrap();
        let path = install_cli(folder.path(), &says);

        let mut by_name = request(&local, SignIn::AzureCli);
        by_name.variables = Some(variables(&[("PATH", &path)]));
        let error = connect(by_name, Arc::new(Silent)).await.unwrap_err();
        assert_eq!(error.code(), "AzureCliNotSignedIn");
        let message = format!("The Azure CLI returned no token: {sentence}");
        assert_eq!(error.message(), message);
        let advice =
            format!("Run what the Azure CLI names, then connect again: az logout; {login}");
        assert_eq!(error.recommendation(), advice);

        let found = find(&local, variables(&[("PATH", &path)])).await;
        let error = found.unwrap_err();
        let begins = format!(
            "No sign-in succeeded: Azure CLI: {}",
            message.trim_end_matches('.')
        );
        assert!(error.message().starts_with(&begins), "{error}");
        assert_eq!(error.recommendation(), advice);
    }

    #[tokio::test]
    async fn one_error_says_what_was_tried_and_what_to_do() {
        let local = Local::start().await;
        let started = Instant::now();
        let nothing = variables(&[("PATH", "/nowhere")]);
        let error = find(&local, nothing).await.unwrap_err();
        // A machine that is nowhere in Azure does not wait long for it.
        assert!(started.elapsed() < Duration::from_secs(5));
        assert_eq!(error.code(), "NotConnected");
        assert_eq!(error.category(), Category::AuthenticationError);
        let text = error.to_string();
        for part in [
            "environment variables: AZURE_TENANT_ID is not set",
            "managed identity: The instance metadata service (IMDS)",
            "Azure PowerShell: ",
            "Azure CLI: The Azure CLI (az) is not on the PATH",
            "az login",
            "Connect-ManagedIdentityService -UseDeviceAuthentication",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

/// CI services that give tokens to their workflows.
mod workflows {
    use std::sync::Mutex;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::service_principals::{token, trust};
    use super::*;

    /// A service in the place of GitHub's or Azure DevOps', and what it was asked.
    struct Service {
        url: String,
        asked: Arc<Mutex<Vec<String>>>,
    }

    impl Service {
        async fn start(status: u16, body: Value) -> Self {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let url = format!("http://{}/token", listener.local_addr().unwrap());
            let asked = Arc::new(Mutex::new(Vec::new()));
            let heard = asked.clone();
            let body = body.to_string();
            tokio::spawn(async move {
                while let Ok((mut stream, _)) = listener.accept().await {
                    let mut request = Vec::new();
                    let mut part = [0; 4096];
                    while !request.ends_with(b"\r\n\r\n") {
                        let read = stream.read(&mut part).await.unwrap();
                        assert!(read > 0, "the request ends early");
                        request.extend(&part[..read]);
                    }
                    heard
                        .lock()
                        .unwrap()
                        .push(String::from_utf8(request).unwrap());
                    let answer = format!(
                        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n\
                         connection: close\r\ncontent-length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    stream.write_all(answer.as_bytes()).await.unwrap();
                }
            });
            Self { url, asked }
        }

        fn asked(&self) -> Vec<String> {
            self.asked.lock().unwrap().clone()
        }

        /// The environment of a workflow of GitHub's.
        fn github(&self) -> BTreeMap<String, String> {
            support::tags(&[
                ("GITHUB_ACTIONS", "true"),
                (
                    "ACTIONS_ID_TOKEN_REQUEST_URL",
                    &format!("{}?api-version=2.0", self.url),
                ),
                ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "marked-proof"),
            ])
        }

        fn devops(&self) -> BTreeMap<String, String> {
            support::tags(&[
                ("TF_BUILD", "True"),
                ("SYSTEM_OIDCREQUESTURI", &self.url),
                ("SYSTEM_ACCESSTOKEN", "marked-proof"),
            ])
        }
    }

    async fn sign_in(
        local: &Local,
        variables: BTreeMap<String, String>,
        connection: Option<&str>,
    ) -> Result<Connection, Error> {
        let sign_in = SignIn::WorkflowToken {
            client_id: seed::CLIENT_ID.to_owned(),
            service_connection: connection.map(str::to_owned),
        };
        let mut request = request(local, sign_in);
        request.variables = Some(variables);
        connect(request, local.heard.clone()).await
    }

    #[tokio::test]
    async fn a_workflow_of_github_signs_in_and_stays_signed_in() {
        let local = Local::start().await;
        trust(&local, "one").await;
        let service = Service::start(200, json!({"count": 1, "value": token("one")})).await;
        let connection = sign_in(&local, service.github(), None).await.unwrap();
        works(&connection).await;
        let asked = service.asked();
        assert_eq!(asked.len(), 1);
        let line = "GET /token?api-version=2.0&audience=api%3A%2F%2FAzureADTokenExchange HTTP/1.1";
        assert_eq!(asked[0].lines().next(), Some(line));
        assert!(asked[0].contains("authorization: Bearer marked-proof"));

        let gone = json!({"status": 401, "code": "ExpiredAuthenticationToken", "message": "old"});
        local.fault(on("GET", "nobody", gone)).await;
        works(&connection).await;
        assert_eq!(service.asked().len(), 2);
        let lines = local.heard.verbose.lock().unwrap().join("\n");
        assert!(!lines.contains("marked"), "{lines}");
    }

    #[tokio::test]
    async fn a_pipeline_of_azure_devops_signs_in() {
        let local = Local::start().await;
        trust(&local, "one").await;
        let service = Service::start(200, json!({"oidcToken": token("one")})).await;
        let connection = sign_in(&local, service.devops(), Some("c1")).await.unwrap();
        works(&connection).await;
        let asked = service.asked();
        let line = "POST /token?api-version=7.1&serviceConnectionId=c1 HTTP/1.1";
        assert_eq!(asked[0].lines().next(), Some(line));
        assert!(asked[0].contains("authorization: Bearer marked-proof"));
    }

    #[tokio::test]
    async fn the_automatic_sign_in_uses_it() {
        let local = Local::start().await;
        trust(&local, "one").await;
        let github = Service::start(200, json!({"value": token("one")})).await;
        let devops = Service::start(200, json!({"oidcToken": token("one")})).await;
        let named = support::tags(&[
            ("AZURE_TENANT_ID", seed::TENANT_ID),
            ("AZURE_CLIENT_ID", seed::CLIENT_ID),
        ]);
        let by_task = support::tags(&[
            ("AZURESUBSCRIPTION_TENANT_ID", seed::TENANT_ID),
            ("AZURESUBSCRIPTION_CLIENT_ID", seed::CLIENT_ID),
            ("AZURESUBSCRIPTION_SERVICE_CONNECTION_ID", "c1"),
        ]);
        for (service, variables) in [
            (&github, github.github().into_iter().chain(named)),
            (&devops, devops.devops().into_iter().chain(by_task)),
        ] {
            let mut request = request(&local, SignIn::Automatic);
            let authority = (
                "AZURE_AUTHORITY_HOST".to_owned(),
                local.emulator.endpoint().to_owned(),
            );
            request.variables = Some(variables.chain([authority]).collect());
            let connection = connect(request, Arc::new(Silent)).await.unwrap();
            assert_eq!(connection.account, seed::CLIENT_ID);
            works(&connection).await;
            assert_eq!(service.asked().len(), 1);
        }
    }

    #[tokio::test]
    async fn a_workflow_that_gets_no_token_is_told_why() {
        let local = Local::start().await;
        local.forget().await;
        let service = Service::start(403, json!({"message": "Not allowed here"})).await;
        let error = sign_in(&local, service.github(), None).await.unwrap_err();
        assert_eq!(error.code(), "WorkflowTokenRefused");
        assert!(
            error.message().contains("HTTP 403: Not allowed here"),
            "{error}"
        );
        assert!(
            error.recommendation().contains("id-token: write"),
            "{error}"
        );
        assert!(!error.to_string().contains("marked"), "{error}");

        let ungranted = support::tags(&[("GITHUB_ACTIONS", "true")]);
        let error = sign_in(&local, ungranted, None).await.unwrap_err();
        assert_eq!(error.code(), "NoWorkflowToken");
        assert!(
            error.recommendation().contains("id-token: write"),
            "{error}"
        );

        let error = sign_in(&local, BTreeMap::new(), None).await.unwrap_err();
        assert_eq!(error.code(), "NoWorkflowToken");
        // Nothing of it has come to the sign-in.
        assert!(
            !local
                .requests()
                .await
                .iter()
                .any(|line| line.contains("/oauth2/"))
        );
    }
}

mod people {
    use super::*;

    /// Does what the user does who was shown a code.
    async fn answer(local: &Local, approve: bool) {
        let code = loop {
            let codes = local.admin("GET", "devicecodes", Value::Null).await;
            let mut codes = codes.as_array().unwrap().iter();
            if let Some(code) = codes.find(|code| code["status"] == "pending") {
                break code["userCode"].as_str().unwrap().to_owned();
            }
            tokio::task::yield_now().await;
        };
        let path = format!("devicecodes/{code}");
        local
            .admin("POST", &path, json!({"approve": approve}))
            .await;
    }

    async fn sign_in(
        local: &Local,
        approve: bool,
        claims: Option<&str>,
    ) -> Result<Connection, Error> {
        // The emulator has a person poll no faster than every second.
        let settings = json!({"deviceCodeIntervalSeconds": 1});
        local.admin("PATCH", "settings", settings).await;
        let mut request = request(
            local,
            SignIn::DeviceCode {
                client_id: None,
                claims: claims.map(str::to_owned),
            },
        );
        request.retry = RetryPolicy {
            first_poll: Duration::from_secs(1),
            ..quick()
        };
        let connecting = connect(request, local.heard.clone());
        tokio::join!(connecting, answer(local, approve)).0
    }

    #[tokio::test]
    async fn a_person_signs_in_with_a_code_and_stays_signed_in() {
        let local = Local::start().await;
        let connection = sign_in(&local, true, None).await.unwrap();
        assert_eq!(connection.account, "user@emulator.invalid");
        assert_eq!(connection.account_type, "User");
        let told = local.heard.warnings.lock().unwrap().join("\n");
        assert!(told.contains("enter the code"), "{told}");
        local
            .admin("POST", "clock", json!({"advanceSeconds": 3700}))
            .await;
        works(&connection).await;

        local.admin("DELETE", "refreshtokens", Value::Null).await;
        local
            .admin("POST", "clock", json!({"advanceSeconds": 3700}))
            .await;
        let error = identity::get(&connection.client, &target("nobody")).await;
        let error = error.unwrap_err();
        assert_eq!(error.code(), "invalid_grant");
        let advice = format!(
            "Connect-ManagedIdentityService -UseDeviceAuthentication -Tenant {}",
            seed::TENANT_ID
        );
        assert!(error.recommendation().contains(&advice), "{error}");
    }

    #[tokio::test]
    async fn a_person_who_declines_is_not_signed_in() {
        let local = Local::start().await;
        let error = sign_in(&local, false, None).await.unwrap_err();
        assert_eq!(error.code(), "authorization_declined");
    }

    #[tokio::test]
    async fn a_claims_challenge_names_the_command_that_meets_it() {
        let local = Local::start().await;
        let connection = sign_in(&local, true, None).await.unwrap();
        let claims = json!({"access_token": {"acrs": {"essential": true, "value": "p1"}}});
        local
            .admin("PATCH", "settings", json!({"requireClaims": claims}))
            .await;
        let wanted = identity::Create {
            target: target("id1"),
            ..identity::Create::default()
        };
        local.forget().await;
        let error = identity::create(&connection.client, &wanted)
            .await
            .unwrap_err();
        assert_eq!(error.status(), Some(401));
        let advice = error.recommendation().to_owned();
        let (_, challenge) = advice.split_once("-ClaimsChallenge \"").unwrap();
        let challenge = challenge.trim_end_matches('"');
        let command = "Connect-ManagedIdentityService -UseDeviceAuthentication -Tenant ";
        assert!(advice.contains(command), "{advice}");
        // No token of the same sign-in would have it: none is asked for.
        assert!(
            !local
                .requests()
                .await
                .iter()
                .any(|line| line.contains("/token"))
        );

        let connection = sign_in(&local, true, Some(challenge)).await.unwrap();
        identity::create(&connection.client, &wanted).await.unwrap();
    }
}

/// A person in front of a browser.
mod browsers {
    use std::sync::Mutex;

    use managed_identity::base::{HostAnswer, Observer, Progress, Question, QuestionKind};

    use super::*;

    /// What the browser does with the page that it is started with.
    type Visit = fn(&str, &str) -> Vec<String>;

    /// A host with a browser: it opens the page, and then the addresses that `visit` makes of where
    /// the page sends it and of the page's own.
    struct Browser {
        visit: Visit,
        http: reqwest::Client,
        seen: Mutex<Vec<(u16, String)>>,
        pages: Mutex<Vec<String>>,
        heard: Heard,
        this: std::sync::Weak<Self>,
    }

    impl Browser {
        fn new(visit: Visit) -> Arc<Self> {
            let http = reqwest::Client::builder()
                .no_proxy()
                .redirect(reqwest::redirect::Policy::none());
            Arc::new_cyclic(|this| Self {
                visit,
                http: http.build().unwrap(),
                seen: Mutex::default(),
                pages: Mutex::default(),
                heard: Heard::default(),
                this: this.clone(),
            })
        }

        /// What it has shown, once there is that much.
        async fn shown(&self, number: usize) -> Vec<(u16, String)> {
            loop {
                let seen = self.seen.lock().unwrap().clone();
                if seen.len() >= number {
                    return seen;
                }
                tokio::task::yield_now().await;
            }
        }

        async fn open(&self, page: &str) {
            let answer = self.http.get(page).send().await.unwrap();
            let location = answer.headers().get("location");
            let location = location.map_or("", |address| address.to_str().unwrap());
            for address in (self.visit)(location, page) {
                let answer = self.http.get(address).send().await.unwrap();
                let status = answer.status().as_u16();
                let text = answer.text().await.unwrap();
                self.seen.lock().unwrap().push((status, text));
            }
        }
    }

    impl Observer for Browser {
        fn wants_verbose(&self) -> bool {
            true
        }
        fn verbose(&self, line: String) {
            self.heard.verbose(line);
        }
        fn warning(&self, text: String) {
            self.heard.warning(text);
        }
        fn progress(&self, progress: Progress) {
            self.heard.progress(progress);
        }
        fn ask_host(&self, question: &Arc<Question>) -> bool {
            let QuestionKind::Browser { url } = &question.kind else {
                return false;
            };
            if question.claim() {
                self.pages.lock().unwrap().push(url.clone());
                let (this, page) = (self.this.upgrade().unwrap(), url.clone());
                tokio::spawn(async move { this.open(&page).await });
                question.answer(HostAnswer::Opened);
            }
            true
        }
    }

    fn request_of(local: &Local, account: Option<&str>, claims: Option<&str>) -> Request {
        let sign_in = SignIn::Browser {
            client_id: None,
            account: account.map(str::to_owned),
            claims: claims.map(str::to_owned),
        };
        let mut request = request(local, sign_in);
        // A tenth of the real patience.
        request.retry.first_poll = Duration::from_millis(100);
        request
    }

    async fn sign_in(local: &Local, browser: &Arc<Browser>) -> Result<Connection, Error> {
        connect(request_of(local, None, None), browser.clone()).await
    }

    fn straight_back(location: &str, _: &str) -> Vec<String> {
        vec![location.to_owned()]
    }

    #[tokio::test]
    async fn a_person_signs_in_with_a_browser_and_stays_signed_in() {
        let local = Local::start().await;
        let browser = Browser::new(straight_back);
        let connection = sign_in(&local, &browser).await.unwrap();
        assert_eq!(connection.account, "user@emulator.invalid");
        assert_eq!(connection.account_type, "User");
        let pages = browser.pages.lock().unwrap().clone();
        for part in [
            "/oauth2/v2.0/authorize?",
            "response_type=code",
            "redirect_uri=http%3A%2F%2Flocalhost%3A",
            "code_challenge_method=S256",
            "prompt=select_account",
        ] {
            assert!(pages[0].contains(part), "{part}: {pages:?}");
        }
        let seen = browser.shown(1).await;
        assert_eq!(seen[0].0, 200);
        assert!(seen[0].1.contains("The sign-in is complete."), "{seen:?}");
        assert_eq!(*browser.heard.warnings.lock().unwrap(), [""; 0]);

        local
            .admin("POST", "clock", json!({"advanceSeconds": 3700}))
            .await;
        works(&connection).await;
        local.admin("DELETE", "refreshtokens", Value::Null).await;
        local
            .admin("POST", "clock", json!({"advanceSeconds": 3700}))
            .await;
        let error = identity::get(&connection.client, &target("nobody")).await;
        let advice = "Connect-ManagedIdentityService -Interactive -Tenant ";
        let error = error.unwrap_err();
        assert!(error.recommendation().contains(advice), "{error}");
    }

    #[tokio::test]
    async fn another_page_does_not_end_the_sign_in() {
        let local = Local::start().await;
        let browser = Browser::new(|location, _| {
            let (address, query) = location.split_once('?').unwrap();
            vec![
                format!("{address}/favicon.ico"),
                format!("{address}?code=planted&state=guessed"),
                format!("{address}?error=access_denied&state=guessed"),
                format!("{address}?{query}"),
            ]
        });
        let connection = sign_in(&local, &browser).await.unwrap();
        assert_eq!(connection.account, "user@emulator.invalid");
        let seen = browser.shown(4).await;
        let statuses: Vec<u16> = seen.iter().map(|(status, _)| *status).collect();
        assert_eq!(statuses, [404, 400, 400, 200]);
        let tokens = local.requests().await;
        let redeemed = tokens.iter().filter(|line| line.contains("/token"));
        // Two are the test's own sign-in and this one.
        assert_eq!(redeemed.count(), 2, "{tokens:?}");
    }

    #[tokio::test]
    async fn connections_that_bring_nothing_block_nothing() {
        let local = Local::start().await;
        let browser = Browser::new(|location, _| {
            let url: managed_identity::base::Url = location.parse().unwrap();
            let address = ("127.0.0.1", url.port().unwrap());
            // Open until the process ends.
            for _ in 0..5 {
                std::mem::forget(std::net::TcpStream::connect(address).unwrap());
            }
            vec![location.to_owned()]
        });
        sign_in(&local, &browser).await.unwrap();
    }

    #[tokio::test]
    async fn a_person_who_declines_is_not_signed_in() {
        let local = Local::start().await;
        local
            .admin("PATCH", "settings", json!({"declineSignIns": true}))
            .await;
        let browser = Browser::new(straight_back);
        let error = sign_in(&local, &browser).await.unwrap_err();
        assert_eq!(error.code(), "access_denied");
        assert_eq!(error.category(), Category::AuthenticationError);
        assert!(error.message().starts_with("AADSTS65004: "), "{error}");
        let seen = browser.shown(1).await;
        assert!(
            seen[0].1.contains("The sign-in failed: AADSTS65004"),
            "{seen:?}"
        );
    }

    #[tokio::test]
    async fn a_code_of_another_sign_in_is_worth_nothing() {
        let local = Local::start().await;
        // The code of a page with another challenge, brought with the right state.
        let browser = Browser::new(|location, page| {
            let (address, _) = location.split_once('?').unwrap();
            let state = page.split('&').find(|pair| pair.starts_with("state="));
            vec![format!("{address}?code=stolen&{}", state.unwrap())]
        });
        let error = sign_in(&local, &browser).await.unwrap_err();
        assert_eq!(error.code(), "invalid_grant");
    }

    #[tokio::test]
    async fn the_account_and_the_claims_are_asked_for() {
        let local = Local::start().await;
        let user = json!({
            "id": "11112222-3333-4444-8555-666677778888",
            "type": "User",
            "displayName": "ann@contoso.com",
        });
        local.admin("POST", "principals", user).await;
        let browser = Browser::new(straight_back);
        let claims = "eyJhY2Nlc3NfdG9rZW4iOnt9fQ==";
        let request = request_of(&local, Some("ann@contoso.com"), Some(claims));
        let connection = connect(request, browser.clone()).await.unwrap();
        assert_eq!(connection.account, "ann@contoso.com");
        let pages = browser.pages.lock().unwrap().clone();
        assert!(
            pages[0].contains("login_hint=ann%40contoso.com"),
            "{pages:?}"
        );
        assert!(
            pages[0].contains("claims=%7B%22access_token%22"),
            "{pages:?}"
        );
        assert!(!pages[0].contains("prompt="), "{pages:?}");
    }

    #[tokio::test]
    async fn without_a_browser_the_page_is_told() {
        let local = Local::start().await;
        // It answers no question: the person opens the page elsewhere on this machine.
        let told = local.heard.clone();
        let person = async {
            let page = loop {
                let warnings = told.warnings.lock().unwrap().join("\n");
                if let Some((_, page)) = warnings.split_once("on this machine: ") {
                    break page.to_owned();
                }
                tokio::task::yield_now().await;
            };
            Browser::new(straight_back).open(&page).await;
        };
        let connecting = connect(request_of(&local, None, None), told.clone());
        let (connection, ()) = tokio::join!(connecting, person);
        assert_eq!(connection.unwrap().account_type, "User");
    }

    #[tokio::test]
    async fn a_person_who_does_not_come_is_waited_for_no_longer() {
        let local = Local::start().await;
        let browser = Browser::new(|_, _| Vec::new());
        let mut request = request_of(&local, None, None);
        request.retry.first_poll = Duration::from_micros(10);
        let error = connect(request, browser.clone()).await.unwrap_err();
        assert_eq!(error.code(), "BrowserSignInTimeout");
        assert_eq!(error.category(), Category::OperationTimeout);
        assert!(
            error.recommendation().contains("-UseDeviceAuthentication"),
            "{error}"
        );
        // The port is closed with the end of the sign-in.
        let pages = browser.pages.lock().unwrap().clone();
        let (_, port) = pages[0].split_once("localhost%3A").unwrap();
        let port: u16 = port.split('&').next().unwrap().parse().unwrap();
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    }
}

mod tokens {
    use super::*;

    /// Lets time pass, for the client and the emulator alike, while nothing is on the wire: waits
    /// for an answer would end early.
    async fn pass(seconds: u64) {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
    }

    #[tokio::test]
    async fn one_request_for_a_token_serves_all_that_wait() {
        let local = Local::start().await;
        let action = json!({"status": 401, "code": "ExpiredAuthenticationToken", "message": "old"});
        let mut fault = on("GET", "id", action);
        fault["times"] = json!(16);
        local.fault(fault).await;
        local.forget().await;
        let all = (0..16).map(|number| {
            let client = local.client.clone();
            async move { identity::get(&client, &target(&format!("id{number:02}"))).await }
        });
        for error in futures_util::future::join_all(all).await {
            assert_eq!(code(error), "ResourceNotFound");
        }
        let requests = local.requests().await;
        let asked = requests.iter().filter(|line| line.contains("/token"));
        assert_eq!(asked.count(), 1);
    }

    #[tokio::test]
    async fn those_that_wait_for_a_token_that_is_refused_hear_of_it_at_once() {
        let local = Local::start().await;
        let mut fault = on(
            "POST",
            "/oauth2/",
            json!({"status": 401, "body": "{\"error\":\"invalid_client\",\"error_description\":\"AADSTS7000222: expired.\"}", "contentType": "application/json"}),
        );
        fault["times"] = json!(1000);
        local.fault(fault).await;
        local.forget().await;
        pass(3700).await;
        let all = (0..16).map(|number| {
            let client = local.client.clone();
            async move { identity::get(&client, &target(&format!("id{number:02}"))).await }
        });
        for error in futures_util::future::join_all(all).await {
            assert_eq!(code(error), "invalid_client");
        }
        let requests = local.requests().await;
        let asked = requests.iter().filter(|line| line.contains("/token"));
        assert_eq!(asked.count(), 1);
    }

    /// A pipeline of three hours with tokens of five minutes, a request each ten seconds.
    #[tokio::test]
    async fn a_long_pipeline_never_fails_and_fetches_each_token_once() {
        const HOURS: u64 = 3;
        const LIFETIME: u64 = 300;
        const STEP: u64 = 10;
        let local = Local::with(Options {
            operation_time: Duration::ZERO,
            token_lifetime: Duration::from_secs(LIFETIME),
            ..Options::default()
        })
        .await;
        local.admin("DELETE", "tokens", Value::Null).await;
        local.forget().await;
        for _ in 0..HOURS * 3600 / STEP {
            pass(STEP).await;
            let pair = [local.client.clone(), local.client.clone()];
            let pair = pair
                .iter()
                .map(|client| async move { identity::get(client, &target("nobody")).await });
            for answer in futures_util::future::join_all(pair).await {
                assert_eq!(code(answer), "ResourceNotFound");
            }
        }
        let log = local.admin("GET", "requests", Value::Null).await;
        let refused = log.as_array().unwrap().iter();
        let refused: Vec<_> = refused.filter(|entry| entry["status"] == 401).collect();
        assert!(refused.is_empty(), "{refused:?}");
        // Each is used for four fifths of its life.
        let most = HOURS * 3600 / (LIFETIME * 4 / 5);
        let tokens = local.admin("GET", "tokens", Value::Null).await;
        let count = tokens[0]["count"].as_u64().unwrap();
        assert!((most - 1..=most).contains(&count), "{count}");
    }

    #[tokio::test]
    async fn a_token_that_is_still_good_outlasts_a_sign_in_that_is_down() {
        let local = Local::with(Options {
            token_lifetime: Duration::from_secs(300),
            ..Options::default()
        })
        .await;
        let mut fault = on("POST", "/oauth2/", json!({"status": 503}));
        fault["forSeconds"] = json!(280);
        local.fault(fault).await;
        for _ in 0..2 {
            pass(125).await;
            let answer = identity::get(&local.client, &target("nobody")).await;
            assert_eq!(code(answer), "ResourceNotFound");
        }
        pass(60).await;
        let answer = identity::get(&local.client, &target("nobody")).await;
        assert_eq!(code(answer), "ResourceNotFound");
    }

    #[tokio::test]
    async fn a_token_given_for_resource_manager_is_not_sent_to_graph() {
        let local = Local::start().await;
        let sign_in = SignIn::AccessToken {
            token: local.token().await.into(),
            graph: None,
            account: None,
        };
        let connection = connect(request(&local, sign_in), Arc::new(Silent))
            .await
            .unwrap();
        let url = connection.client.graph_url("/v1.0/groups").await.unwrap();
        let origin = local.emulator.endpoint();
        assert_eq!(url.as_str(), format!("{origin}/v1.0/groups"));
    }
}

/// Emulators of two tenants, whose connections are used side by side.
#[tokio::test]
async fn connections_used_at_once_never_mix() {
    let locals = [Local::start().await, Local::start().await];
    for (local, name) in locals.iter().zip(["a", "b"]) {
        for number in 0..20 {
            let wanted = identity::Create {
                target: target(&format!("{name}-identity-{number}")),
                ..identity::Create::default()
            };
            identity::create(&local.client, &wanted).await.unwrap();
        }
        local.forget().await;
    }
    let reading = locals.iter().zip(["a", "b"]).flat_map(|(local, name)| {
        (0..20).map(move |number| async move {
            let wanted = format!("{name}-identity-{number}");
            let found = identity::get(&local.client, &target(&wanted))
                .await
                .unwrap();
            assert_eq!(found.name, wanted);
        })
    });
    futures_util::future::join_all(reading).await;
    for (local, name) in locals.iter().zip(["a", "b"]) {
        let requests = local.requests().await;
        let own = format!("/{name}-identity-");
        assert_eq!(requests.len(), 20);
        assert!(
            requests.iter().all(|line| line.contains(&own)),
            "{requests:?}"
        );
    }
}

/// A server that counts its requests, to see that there are none.
async fn silent_server() -> (String, Arc<AtomicU32>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let count = Arc::new(AtomicU32::new(0));
    let counted = count.clone();
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    (endpoint, count)
}

#[tokio::test]
async fn nothing_that_leads_away_gets_a_token() {
    let (other, count) = silent_server().await;
    let local = Local::start().await;
    let moved = format!("{other}/moved");
    for name in ["Location", "Azure-AsyncOperation"] {
        let action = json!({"status": 202, "headers": {name: moved}, "body": "{}"});
        local.fault(on("PATCH", "virtualMachines", action)).await;
        let change = merge(&[], &[], Some(true));
        let error = managed_identity::compute::update(&local.client, &change).await;
        assert_eq!(code(error), "ForeignHost", "{name}");
    }
    for status in [301, 302, 303, 307, 308] {
        let action = json!({"status": status, "headers": {"Location": moved}});
        local.fault(on("GET", "id1", action)).await;
        let error = identity::get(&local.client, &target("id1")).await;
        assert_eq!(error.unwrap_err().status(), Some(status));
        // The sign-in's own answers neither: its form holds the secret.
        let action = json!({"status": status, "headers": {"Location": moved}});
        local.fault(on("POST", "/oauth2/", action)).await;
        let request = support::sign_in(local.emulator.endpoint());
        assert!(connect(request, Arc::new(Silent)).await.is_err());
    }
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

/// Kept so that a change of what the emulator listens to shows here.
#[tokio::test]
async fn the_emulator_is_found_by_its_metadata() {
    let emulator = Emulator::start(Options::default()).await.unwrap();
    let mut request = support::sign_in(emulator.endpoint());
    if let SignIn::ClientSecret { authority, .. } = &mut request.sign_in {
        *authority = None;
    }
    let connection = connect(request, Arc::new(Heard::default())).await.unwrap();
    assert_eq!(connection.environment, "Emulator");
}

#[tokio::test]
async fn an_authority_that_is_no_service_gets_no_secret() {
    let local = Local::start().await;
    local.forget().await;
    for bad in [
        "nonsense",
        "",
        "ftp://127.0.0.1",
        "http://login.contoso.com",
    ] {
        let mut request = support::sign_in(local.emulator.endpoint());
        if let SignIn::ClientSecret { authority, .. } = &mut request.sign_in {
            *authority = Some(bad.to_owned());
        }
        let error = connect(request, Arc::new(Silent)).await.unwrap_err();
        assert_eq!(error.code(), "InvalidEndpoint", "{bad}");
        assert_eq!(error.target(), "Authority");
    }
    assert_eq!(local.requests().await, Vec::<String>::new());
}
