//! Registered applications, with their secrets, certificates and federated credentials.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ring::digest;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::certificate::{Certificate, hex};
use super::federated::Trust;
use crate::base::clock::{Millis, iso_time};
use crate::base::random;
use crate::base::seed;

/// Microsoft's own command lines, which anybody's directory has: applications without a
/// credential, in whose name users sign in.
pub(crate) const PUBLIC_CLIENTS: [(&str, &str); 3] = [
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
    pub(crate) secrets: Vec<Secret>,
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) federated: Vec<Trust>,
}

/// A secret: its hash is all that is stored of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Secret {
    pub(crate) sha256: String,
    pub(crate) expires: Option<Millis>,
}

/// What became of a secret.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum SecretCheck {
    Valid,
    Expired,
    Invalid,
}

pub(crate) fn hash(secret: &str) -> String {
    STANDARD.encode(digest::digest(&digest::SHA256, secret.as_bytes()))
}

impl Application {
    pub(crate) fn new(client_id: &str, principal_id: String, display_name: &str) -> Self {
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

    pub(crate) fn check(&self, secret: &str, now: Millis) -> SecretCheck {
        let hash = hash(secret);
        let expires = |one: &Secret| one.expires.unwrap_or(Millis::MAX);
        match self
            .secrets
            .iter()
            .filter(|one| one.sha256 == hash)
            .map(expires)
            .max()
        {
            None => SecretCheck::Invalid,
            Some(expires) if expires <= now => SecretCheck::Expired,
            Some(_) => SecretCheck::Valid,
        }
    }

    /// Everything but the secrets.
    pub(crate) fn shown(&self) -> Value {
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
