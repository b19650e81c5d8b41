//! Codes that a browser brings from the sign-in page to the program that opened it.

use std::collections::BTreeMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};

use super::codes::make_room;
use crate::base::clock::Millis;
use crate::base::random;
use crate::state::Part;
use crate::tokens::claims::Claims;
use crate::tokens::refusal::{Refusal, refuse};
use crate::tokens::store::Subject;

/// How long a code is good.
const LIFETIME: Millis = 600_000;

/// What a user allowed at the sign-in page.
pub(super) struct Allowed {
    pub(super) subject: Subject,
    /// Where the code was sent.
    pub(super) redirect: String,
    /// What the program has to prove.
    pub(super) challenge: Option<Challenge>,
    /// `scope`, or in version 1 `resource`.
    pub(super) wanted: String,
    pub(super) claims: Claims,
    /// What the id token is to contain.
    pub(super) nonce: Option<String>,
}

/// What a program has to know to redeem a code (RFC 7636).
pub(super) enum Challenge {
    Plain(String),
    /// The SHA-256 hash of it, in base64url.
    Sha256(String),
}

struct Code {
    allowed: Allowed,
    expires: Millis,
    redeemed: bool,
}

/// The codes that were given out.
#[derive(Default)]
pub(crate) struct AuthorizationCodes(BTreeMap<String, Code>);

impl Part for AuthorizationCodes {
    fn reset(&mut self) {
        self.0.clear();
    }
}

impl fmt::Debug for AuthorizationCodes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} authorization codes", self.0.len())
    }
}

impl Challenge {
    fn is_met_by(&self, verifier: &str) -> bool {
        match self {
            Self::Plain(expected) => expected == verifier,
            Self::Sha256(expected) => {
                *expected == URL_SAFE_NO_PAD.encode(digest(&SHA256, verifier.as_bytes()))
            }
        }
    }
}

impl AuthorizationCodes {
    pub(super) fn give(&mut self, allowed: Allowed, now: Millis) -> String {
        self.0.retain(|_, code| code.expires > now);
        make_room(&mut self.0, |code| code.expires);
        let code = random::opaque(300);
        let known = Code {
            allowed,
            expires: now.saturating_add(LIFETIME),
            redeemed: false,
        };
        self.0.insert(code.clone(), known);
        code
    }

    /// What a code stands for, once.
    pub(super) fn redeem(
        &mut self,
        code: &str,
        client_id: &str,
        redirect: Option<&str>,
        verifier: Option<&str>,
        now: Millis,
    ) -> Result<&Allowed, Refusal> {
        let invalid = |code, message: &str| refuse(400, "invalid_grant", code, message);
        let code = self.0.get_mut(code).ok_or_else(|| {
            invalid(
                9_002_313,
                "Invalid request. Request is malformed or invalid.",
            )
        })?;
        let allowed = &code.allowed;
        if !allowed.subject.client_id.eq_ignore_ascii_case(client_id) {
            return Err(invalid(
                70_000,
                "Provided grant is invalid or malformed. The authorization code was issued to another client.",
            ));
        }
        if code.expires <= now {
            return Err(invalid(
                70_008,
                "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
            ));
        }
        if code.redeemed {
            return Err(invalid(
                54_005,
                "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
            ));
        }
        if redirect != Some(allowed.redirect.as_str()) {
            return Err(invalid(
                500_112,
                "The reply address does not match the reply address provided when requesting Authorization code.",
            ));
        }
        match (&allowed.challenge, verifier) {
            (None, _) => {}
            (Some(challenge), Some(verifier)) if challenge.is_met_by(verifier) => {}
            (Some(_), Some(_)) => {
                return Err(invalid(
                    501_481,
                    "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
                ));
            }
            (Some(_), None) => {
                return Err(invalid(
                    50_148,
                    "The code_verifier does not match the code_challenge supplied in the authorization request for PKCE.",
                ));
            }
        }
        code.redeemed = true;
        Ok(&code.allowed)
    }
}
