//! Who may sign in by itself: registered applications and user-assigned identities; and the keys of
//! those who issue tokens for workloads.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::jwt::Jwt;
use crate::base::clock::Millis;
use crate::base::random;
use crate::model::application::{Application, Secret, hash};
use crate::model::certificate::{Certificate, base64url};
use crate::model::federated::Trust;
use crate::model::identity::UserAssignedIdentity;
use crate::state::{Part, State};
use crate::tokens::audience::EXCHANGE_AUDIENCE;

/// Who signs in by itself.
#[derive(Debug, Clone)]
pub(crate) enum Client<'a> {
    Application(&'a Application),
    Identity(&'a UserAssignedIdentity),
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
            Client::Identity(identity) => state.trusted(&identity.id()),
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
                .unwrap_or_else(|| vec![EXCHANGE_AUDIENCE.to_owned()]);
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
pub(crate) enum SignatureCheck {
    /// By a key of the issuer, or nobody knows the issuer's keys.
    Valid,
    /// With a key that the issuer does not have.
    UnknownKey,
    /// It is of something else.
    Invalid,
}

impl Part for Issuers {
    fn reset(&mut self) {
        self.0.clear();
    }
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

    pub(crate) fn check(&self, issuer: &str, token: &Jwt<'_>) -> SignatureCheck {
        let Some(keys) = self.0.get(issuer) else {
            return SignatureCheck::Valid;
        };
        let id = token.header("kid");
        let mut known = keys
            .iter()
            .filter(|key| key.id.as_deref().is_none_or(|known| known == id))
            .peekable();
        if known.peek().is_none() {
            return SignatureCheck::UnknownKey;
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
        if right {
            SignatureCheck::Valid
        } else {
            SignatureCheck::Invalid
        }
    }
}
