//! Who may sign in by itself: registered applications, with their secrets, certificates and
//! federated credentials, and user-assigned identities, with theirs.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::certificate::{Certificate, base64url, hex};
use crate::base::clock::{Millis, iso_time};
use crate::base::random;
use crate::base::seed;
use crate::identity::federated::{self, Trust};
use crate::state::State;

/// Microsoft's own command lines, which anybody's directory has: applications without a
/// credential, in whose name users sign in.
const PUBLIC_CLIENTS: [(&str, &str); 3] = [
    (
        "04b07795-8ddb-461a-bbee-02f9e1bf7b46",
        "Microsoft Azure CLI",
    ),
    (
        "1950a258-227b-4e31-a9cf-717495945fc2",
        "Microsoft Azure PowerShell",
    ),
    ("aebc6443-996d-45c2-90f0-388ff96faa56", "Visual Studio Code"),
];

/// An application of the directory.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Application {
    pub(crate) client_id: String,
    /// The object id of its service principal.
    pub(crate) principal_id: String,
    pub(crate) display_name: String,
    /// Users may sign in through it without a credential of its own.
    pub(crate) public_client: bool,
    secrets: Vec<Secret>,
    pub(crate) certificates: Vec<Certificate>,
    federated: Vec<Trust>,
}

/// A secret: its hash is all that is kept of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Secret {
    sha256: String,
    expires: Option<Millis>,
}

/// What became of a secret.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum SecretIs {
    Good,
    Expired,
    Wrong,
}

fn hash(secret: &str) -> String {
    STANDARD.encode(digest::digest(&digest::SHA256, secret.as_bytes()))
}

impl Application {
    fn new(client_id: &str, principal_id: String, display_name: &str) -> Self {
        Application {
            client_id: client_id.to_owned(),
            principal_id,
            display_name: display_name.to_owned(),
            public_client: false,
            secrets: Vec::new(),
            certificates: Vec::new(),
            federated: Vec::new(),
        }
    }

    pub(crate) fn check(&self, secret: &str, now: Millis) -> SecretIs {
        let hash = hash(secret);
        let expires = |one: &Secret| one.expires.unwrap_or(Millis::MAX);
        match self
            .secrets
            .iter()
            .filter(|one| one.sha256 == hash)
            .map(expires)
            .max()
        {
            None => SecretIs::Wrong,
            Some(expires) if expires <= now => SecretIs::Expired,
            Some(_) => SecretIs::Good,
        }
    }

    /// Everything but the secrets.
    fn shown(&self) -> Value {
        let secrets: Vec<Value> = self
            .secrets
            .iter()
            .map(|secret| json!({ "expiresOn": secret.expires.map(iso_time) }))
            .collect();
        let certificates: Vec<Value> = self
            .certificates
            .iter()
            .map(|one| {
                json!({
                    "thumbprint": hex(&one.sha1()),
                    "sha256": hex(&one.sha256()),
                    "notBefore": iso_time(one.not_before),
                    "notAfter": iso_time(one.not_after),
                })
            })
            .collect();
        let federated: Vec<Value> = self
            .federated
            .iter()
            .map(|one| {
                json!({
                    "issuer": one.issuer,
                    "subject": one.subject,
                    "audiences": [one.audience],
                })
            })
            .collect();
        json!({
            "clientId": self.client_id,
            "principalId": self.principal_id,
            "displayName": self.display_name,
            "publicClient": self.public_client,
            "secrets": secrets,
            "certificates": certificates,
            "federatedCredentials": federated,
        })
    }
}

/// The applications that there are at the start, by client id.
pub(crate) fn seeded() -> BTreeMap<String, Application> {
    let mut application = Application::new(
        seed::CLIENT_ID,
        seed::PRINCIPAL_ID.to_owned(),
        seed::APPLICATION,
    );
    application.secrets.push(Secret {
        sha256: hash(seed::CLIENT_SECRET),
        expires: None,
    });
    let mut all = BTreeMap::from([(application.client_id.clone(), application)]);
    for (id, name) in PUBLIC_CLIENTS {
        // Nobody gives these a role: users sign in through them.
        let mut public = Application::new(id, random::guid(), name);
        public.public_client = true;
        all.insert(id.to_owned(), public);
    }
    all
}

/// Whether a refresh token of one of Microsoft's own clients is good for the others of them.
pub(crate) fn is_family(client_id: &str) -> bool {
    PUBLIC_CLIENTS
        .iter()
        .any(|(id, _)| id.eq_ignore_ascii_case(client_id))
}

/// Who signs in by itself.
#[derive(Debug, Clone)]
pub(crate) enum Client<'a> {
    Application(&'a Application),
    Identity(&'a crate::identity::UserAssignedIdentity),
}

/// The application or user-assigned identity with that client id.
pub(crate) fn find<'a>(state: &'a State, client_id: &str) -> Option<Client<'a>> {
    if let Some(application) = state.applications.get(&client_id.to_lowercase()) {
        return Some(Client::Application(application));
    }
    state
        .identities
        .values()
        .find(|identity| identity.client_id.eq_ignore_ascii_case(client_id))
        .map(Client::Identity)
}

impl Client<'_> {
    pub(crate) fn id(&self) -> &str {
        match self {
            Client::Application(application) => &application.client_id,
            Client::Identity(identity) => &identity.client_id,
        }
    }

    /// Whose tokens are taken in place of a secret.
    pub(crate) fn trusted<'a>(&'a self, state: &'a State) -> Vec<&'a Trust> {
        match self {
            Client::Application(application) => application.federated.iter().collect(),
            Client::Identity(identity) => federated::trusted(state, &identity.id()),
        }
    }
}

/// Registers an application, or adds to what is registered of it: members that are not named stay,
/// credentials come on top.
pub(crate) fn register(state: &mut State, text: &[u8], now: Millis) -> Result<Value, String> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct New {
        client_id: String,
        principal_id: Option<String>,
        display_name: Option<String>,
        public_client: Option<bool>,
        #[serde(default)]
        secrets: Vec<NewSecret>,
        /// PEM.
        #[serde(default)]
        certificates: Vec<String>,
        #[serde(default)]
        federated_credentials: Vec<NewTrust>,
    }
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct NewTrust {
        issuer: String,
        subject: String,
        audiences: Option<Vec<String>>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct NewSecret {
        value: String,
        expires_in_seconds: Option<u64>,
    }

    let new: New = serde_json::from_slice(text).map_err(|e| e.to_string())?;
    for (name, id) in [
        ("clientId", Some(&new.client_id)),
        ("principalId", new.principal_id.as_ref()),
    ] {
        if let Some(id) = id.filter(|id| !random::is_guid(id)) {
            return Err(format!("{name}: '{id}' is not a GUID"));
        }
    }
    if new.secrets.iter().any(|secret| secret.value.is_empty()) {
        return Err("secrets: a secret has at least one character".to_owned());
    }
    let trusted = new
        .federated_credentials
        .into_iter()
        .map(|one| {
            let audiences = one
                .audiences
                .unwrap_or_else(|| vec![crate::oauth::EXCHANGE_AUDIENCE.to_owned()]);
            match <[String; 1]>::try_from(audiences) {
                Ok([audience]) => Ok(Trust {
                    issuer: one.issuer,
                    subject: Some(one.subject),
                    claims_matching_expression: None,
                    audience,
                }),
                Err(audiences) => Err(format!(
                    "federatedCredentials: one has {} audiences; each has exactly one",
                    audiences.len()
                )),
            }
        })
        .collect::<Result<Vec<_>, String>>()?;
    let certificates = new
        .certificates
        .iter()
        .enumerate()
        .map(|(index, pem)| {
            Certificate::from_pem(pem).map_err(|why| format!("certificates[{index}]: {why}"))
        })
        .collect::<Result<Vec<_>, String>>()?;

    let id = new.client_id.to_lowercase();
    let application = state.applications.entry(id.clone()).or_insert_with(|| {
        Application::new(&id, random::guid(), "Application registered by a test")
    });
    if let Some(principal) = new.principal_id {
        application.principal_id = principal.to_lowercase();
    }
    if let Some(name) = new.display_name {
        application.display_name = name;
    }
    if let Some(public) = new.public_client {
        application.public_client = public;
    }
    application.secrets.extend(new.secrets.iter().map(|secret| {
        Secret {
            sha256: hash(&secret.value),
            expires: secret
                .expires_in_seconds
                .map(|seconds| now.saturating_add(seconds.saturating_mul(1_000))),
        }
    }));
    for certificate in certificates {
        if !application.certificates.contains(&certificate) {
            application.certificates.push(certificate);
        }
    }
    for trust in trusted {
        if !application.federated.contains(&trust) {
            application.federated.push(trust);
        }
    }
    Ok(application.shown())
}

/// All applications, without their secrets.
pub(crate) fn list(state: &State) -> Value {
    state
        .applications
        .values()
        .map(Application::shown)
        .collect()
}

/// The keys of those who issue tokens for workloads, by issuer, for the run. The tokens of an
/// issuer that is not registered are taken without a look at their signature: the emulator
/// fetches nothing.
#[derive(Debug, Default)]
pub(crate) struct Issuers(BTreeMap<String, Vec<Key>>);

#[derive(Debug, Clone)]
struct Key {
    id: Option<String>,
    n: Vec<u8>,
    e: Vec<u8>,
}

/// What the signature of a workload's token is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Signed {
    /// By a key of the issuer, or nobody knows the issuer's keys.
    Good,
    /// With a key that the issuer does not have.
    UnknownKey,
    /// It is of something else.
    Wrong,
}

impl Issuers {
    /// Registers `{issuer, keys}`: the issuer's JSON Web Keys, RSA ones.
    pub(crate) fn register(&mut self, text: &[u8]) -> Result<Value, String> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct New {
            issuer: String,
            keys: Vec<Map<String, Value>>,
        }
        let new: New = serde_json::from_slice(text).map_err(|e| e.to_string())?;
        let keys = new
            .keys
            .iter()
            .enumerate()
            .map(|(index, key)| {
                let text = |name: &str| key.get(name).and_then(Value::as_str);
                let number = |name: &str| text(name).and_then(base64url);
                match (text("kty"), number("n"), number("e")) {
                    (Some("RSA"), Some(n), Some(e)) => Ok(Key {
                        id: text("kid").map(str::to_owned),
                        n,
                        e,
                    }),
                    _ => Err(format!("keys[{index}]: not an RSA key with kty, n and e")),
                }
            })
            .collect::<Result<Vec<_>, String>>()?;
        if keys.is_empty() {
            return Err("keys: an issuer has at least one".to_owned());
        }
        let count = keys.len();
        self.0.insert(new.issuer.clone(), keys);
        Ok(json!({ "issuer": new.issuer, "keys": count }))
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    pub(crate) fn check(&self, issuer: &str, token: &crate::oauth::jwt::Jwt<'_>) -> Signed {
        let Some(keys) = self.0.get(issuer) else {
            return Signed::Good;
        };
        let id = token.header("kid");
        let mut known = keys
            .iter()
            .filter(|key| key.id.as_deref().is_none_or(|known| known == id))
            .peekable();
        if known.peek().is_none() {
            return Signed::UnknownKey;
        }
        let right = known.any(|key| {
            let public = ring::signature::RsaPublicKeyComponents {
                n: &key.n,
                e: &key.e,
            };
            let algorithm = match token.header("alg") {
                "RS256" => &ring::signature::RSA_PKCS1_2048_8192_SHA256,
                "PS256" => &ring::signature::RSA_PSS_2048_8192_SHA256,
                _ => return false,
            };
            public
                .verify(algorithm, token.signed.as_bytes(), &token.signature)
                .is_ok()
        });
        if right { Signed::Good } else { Signed::Wrong }
    }
}
