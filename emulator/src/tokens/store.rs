//! The tokens that were given out: access tokens, refresh tokens, and how many of which kind.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::audience::tenant_id;
use super::claims::Claims;
use crate::base::clock::Millis;
use crate::base::{random, seed};
use crate::state::{Part, World, directory};

/// How many access tokens and how many refresh tokens are remembered; older ones are forgotten
/// first.
const REMEMBERED: usize = 10_000;

/// Tokens that live longer than this come with a time to refresh them at, half their life.
const REFRESH_IN_SINCE: u64 = 7_200;

/// How long tokens of a workflow were valid before they were made, and are afterwards, in seconds.
const WORKFLOW_BEFORE: u64 = 600;
const WORKFLOW_LIFETIME: u64 = 300;

/// How a token was got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Grant {
    Secret,
    Certificate,
    Federated,
    AuthorizationCode,
    DeviceCode,
    RefreshToken,
    Imds,
    AppService,
    Automation,
    Arc,
    CloudShell,
    MachineLearning,
    GitHubActions,
}

/// Whom a token speaks for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SubjectKind {
    Application,
    /// With the id of the resource that it is, or is of.
    Identity(String),
    User {
        /// The user principal name.
        name: String,
        display_name: String,
    },
}

/// Who signed in.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Subject {
    pub(crate) client_id: String,
    pub(crate) object_id: String,
    pub(crate) kind: SubjectKind,
}

impl Subject {
    /// The user who signs in where nobody is named.
    pub(crate) fn seeded_user(client_id: &str) -> Subject {
        Subject {
            client_id: client_id.to_owned(),
            object_id: seed::USER_ID.to_owned(),
            kind: SubjectKind::User {
                name: seed::USER_NAME.to_owned(),
                display_name: seed::USER_DISPLAY_NAME.to_owned(),
            },
        }
    }

    /// The principal name of a user.
    pub(crate) fn user_name(&self) -> Option<&str> {
        match &self.kind {
            SubjectKind::User { name, .. } => Some(name),
            _ => None,
        }
    }

    pub(crate) fn is_user(&self) -> bool {
        matches!(self.kind, SubjectKind::User { .. })
    }
}

/// What a token is to be like.
#[derive(Debug)]
pub(crate) struct TokenRequest<'a> {
    pub(crate) subject: &'a Subject,
    pub(crate) grant: Grant,
    pub(crate) audience: &'a str,
    /// The version of the endpoint: 1 or 2.
    pub(crate) version: u8,
    pub(crate) claims: Claims,
}

/// A token that was issued. Times are those that the server shows.
pub(crate) struct IssuedToken {
    pub(crate) token: String,
    /// Seconds.
    pub(crate) lifetime: u64,
    /// Seconds since 1970.
    pub(crate) not_before: u64,
    pub(crate) expires_on: u64,
    pub(crate) refresh_in: Option<u64>,
}

/// An access token that is remembered.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken {
    pub(crate) audience: String,
    pub(crate) issued: Millis,
    pub(crate) expires: Millis,
    pub(crate) subject: Subject,
    pub(crate) claims: Claims,
    pub(crate) revoked: bool,
}

impl AccessToken {
    /// Whether it is still good.
    pub(crate) fn is_good(&self, now: Millis) -> bool {
        self.expires > now && !self.revoked
    }
}

/// What a refresh token stands for.
#[derive(Debug, Clone)]
pub(crate) struct SignIn {
    pub(crate) subject: Subject,
    /// The scope that was asked for at first, for those who name none later.
    pub(crate) scope: String,
    /// What the user has proven.
    pub(crate) claims: Claims,
    pub(crate) issued: Millis,
    pub(crate) revoked: Option<Millis>,
}

/// All of them. Not in any output: whoever has one can use it.
#[derive(Default)]
pub(crate) struct Tokens {
    issued: Remembered<AccessToken>,
    refresh: Remembered<SignIn>,
    counts: BTreeMap<(Grant, String, String), u64>,
}

impl Part for Tokens {
    /// Tokens stay good: a client that has signed in need not notice a reset.
    fn reset(&mut self) {
        self.clear_counts();
    }
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens")
            .field("issued", &self.issued.values.len())
            .field("refresh", &self.refresh.values.len())
            .finish_non_exhaustive()
    }
}

/// The last so many values, by secret.
struct Remembered<T> {
    values: HashMap<String, T>,
    order: VecDeque<String>,
}

impl<T> Default for Remembered<T> {
    fn default() -> Self {
        Remembered {
            values: HashMap::new(),
            order: VecDeque::new(),
        }
    }
}

impl<T> Remembered<T> {
    fn insert(&mut self, secret: String, value: T) {
        if self.order.len() >= REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.values.remove(&oldest);
        }
        self.order.push_back(secret.clone());
        self.values.insert(secret, value);
    }
}

impl Tokens {
    pub(crate) fn find(&self, token: &str) -> Option<&AccessToken> {
        self.issued.values.get(token)
    }

    /// Whether it is a good token that a managed identity got.
    pub(crate) fn is_of_identity(&self, token: &str, now: Millis) -> bool {
        self.find(token).is_some_and(|issued| {
            issued.is_good(now) && matches!(issued.subject.kind, SubjectKind::Identity(_))
        })
    }

    pub(crate) fn add_refresh_token(&mut self, sign_in: SignIn) -> String {
        let token = format!("1.{}", random::opaque(240));
        self.refresh.insert(token.clone(), sign_in);
        token
    }

    pub(crate) fn sign_in(&self, refresh_token: &str) -> Option<&SignIn> {
        self.refresh.values.get(refresh_token)
    }

    /// Revokes the access tokens of a principal.
    pub(crate) fn revoke_of(&mut self, object_id: &str) {
        for issued in self.issued.values.values_mut() {
            issued.revoked |= issued.subject.object_id == object_id;
        }
    }

    /// Revokes all refresh tokens; how many were good before.
    pub(crate) fn revoke(&mut self, now: Millis) -> usize {
        let mut count = 0;
        for sign_in in self.refresh.values.values_mut() {
            if sign_in.revoked.is_none() {
                sign_in.revoked = Some(now);
                count += 1;
            }
        }
        count
    }

    /// How many tokens were given out: `[{grant, audience, clientId, count}]`.
    pub(crate) fn counts(&self) -> Value {
        self.counts
            .iter()
            .map(|((grant, audience, client), count)| {
                json!({ "grant": grant, "audience": audience, "clientId": client, "count": count })
            })
            .collect()
    }

    fn count(&mut self, grant: Grant, audience: &str, client: &str) {
        let counted = (grant, audience.to_owned(), client.to_owned());
        *self.counts.entry(counted).or_default() += 1;
    }

    pub(crate) fn clear_counts(&mut self) {
        self.counts.clear();
    }
}

fn encode(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

/// A JWT with a signature of random bytes.
fn unsigned(claims: &Value) -> String {
    let header = json!({ "typ": "JWT", "alg": "RS256", "kid": "emulator" });
    format!(
        "{}.{}.{}",
        encode(&header),
        encode(claims),
        random::opaque(256)
    )
}

fn issuer(world: &World, version: u8) -> String {
    let base = format!("{}/{}", world.site.endpoint, tenant_id());
    if version == 1 {
        format!("{base}/")
    } else {
        format!("{base}/v2.0")
    }
}

/// Makes an access token and remembers it.
pub(crate) fn make(world: &mut World, request: TokenRequest<'_>, now: Millis) -> IssuedToken {
    let settings = &world.session.settings;
    let subject = request.subject;
    let lifetime = match subject.kind {
        SubjectKind::Identity(_) => settings.managed_identity_token_lifetime_seconds,
        SubjectKind::Application | SubjectKind::User { .. } => settings.token_lifetime_seconds,
    };
    let not_before = world.server_time() / 1_000;
    let expires_on = not_before.saturating_add(lifetime);
    let mut claims = Map::new();
    let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    set("aud", json!(request.audience));
    set("iss", json!(issuer(world, request.version)));
    set("iat", json!(not_before));
    set("nbf", json!(not_before));
    set("exp", json!(expires_on));
    set("appid", json!(subject.client_id));
    set("oid", json!(subject.object_id));
    set("sub", json!(subject.object_id));
    set("tid", json!(tenant_id()));
    set("uti", json!(random::opaque(16)));
    set("ver", json!(format!("{}.0", request.version)));
    match &subject.kind {
        SubjectKind::Application => {
            set("idtyp", json!("app"));
        }
        SubjectKind::Identity(id) => {
            set("idtyp", json!("app"));
            set("xms_mirid", json!(id));
        }
        SubjectKind::User { name, display_name } => {
            set("idtyp", json!("user"));
            set("name", json!(display_name));
            set("unique_name", json!(name));
            set("upn", json!(name));
            set("scp", json!("user_impersonation"));
            set("amr", json!(request.claims.methods()));
        }
    }
    // The application permissions on the API that the token is for.
    let roles = directory::roles_on(&world.state, &subject.object_id, request.audience);
    if !subject.is_user() && !roles.is_empty() {
        claims.insert("roles".to_owned(), json!(roles));
    }
    request.claims.write(&mut claims);
    let token = unsigned(&Value::Object(claims));

    let tokens = world.session.part_mut::<Tokens>();
    tokens.issued.insert(
        token.clone(),
        AccessToken {
            audience: request.audience.to_owned(),
            issued: now,
            expires: now.saturating_add(lifetime.saturating_mul(1_000)),
            subject: subject.clone(),
            claims: request.claims,
            revoked: false,
        },
    );
    tokens.count(request.grant, request.audience, &subject.client_id);
    IssuedToken {
        token,
        lifetime,
        not_before,
        expires_on,
        refresh_in: (lifetime >= REFRESH_IN_SINCE).then_some(lifetime / 2),
    }
}

/// A token of a workflow's service. It opens nothing: whoever trusts that issuer exchanges it.
pub(crate) fn make_workflow_token(
    world: &mut World,
    grant: Grant,
    issuer: &str,
    subject: &str,
    audience: &str,
) -> String {
    let now = world.server_time() / 1_000;
    let tokens = world.session.part_mut::<Tokens>();
    tokens.count(grant, audience, subject);
    unsigned(&json!({
        "aud": audience,
        "iss": issuer,
        "sub": subject,
        "iat": now,
        "nbf": now.saturating_sub(WORKFLOW_BEFORE),
        "exp": now.saturating_add(WORKFLOW_LIFETIME),
        "jti": random::guid(),
    }))
}

/// The token that tells a client who its user is. `nonce` is what the client wants to see again.
pub(crate) fn id_token(world: &World, subject: &Subject, nonce: Option<&str>) -> Option<String> {
    let SubjectKind::User { name, display_name } = &subject.kind else {
        return None;
    };
    let now = world.server_time() / 1_000;
    let mut claims = json!({
        "aud": subject.client_id,
        "iss": issuer(world, 2),
        "iat": now,
        "nbf": now,
        "exp": now + world.session.settings.token_lifetime_seconds,
        "name": display_name,
        "oid": subject.object_id,
        "preferred_username": name,
        "sub": subject.object_id,
        "tid": tenant_id(),
        "ver": "2.0",
    });
    if let Some(nonce) = nonce {
        claims["nonce"] = json!(nonce);
    }
    Some(unsigned(&claims))
}

/// `client_info`, by which MSAL keeps accounts apart.
pub(crate) fn client_info(subject: &Subject) -> String {
    encode(&json!({ "uid": subject.object_id, "utid": tenant_id() }))
}
