//! Claims challenges: what a service wants to see in a token before it takes it. Source: Microsoft
//! identity platform, "Claims challenges, claims requests and client capabilities".

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use secrecy::ExposeSecret;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::token::Secret;
use crate::base::{Error, Result};

/// The claims that a `WWW-Authenticate` header asks for, in base64 as they stand there.
pub(crate) fn challenge(header: &str) -> Option<&str> {
    if !header.contains("insufficient_claims") {
        return None;
    }
    let (_, rest) = header.split_once("claims=\"")?;
    let (claims, _) = rest.split_once('"')?;
    // It ends up in a command line that the user is to run.
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(&byte);
    (!claims.is_empty() && claims.bytes().all(is_plain)).then_some(claims)
}

/// The JSON of a challenge.
///
/// # Errors
/// `InvalidClaimsChallenge`.
pub(super) fn decode(challenge: &str) -> Result<String> {
    let bare = challenge.trim().trim_end_matches('=');
    let bytes = STANDARD_NO_PAD
        .decode(bare)
        .or_else(|_| URL_SAFE_NO_PAD.decode(bare));
    bytes
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .filter(|text| serde_json::from_str::<IgnoredAny>(text).is_ok())
        .ok_or_else(|| {
            Error::invalid(
                "InvalidClaimsChallenge",
                "ClaimsChallenge",
                challenge,
                "it must be base64-encoded JSON, as in the error that requires it.",
            )
        })
}

/// A challenge in the form in which services send it.
pub(super) fn encode(claims: &str) -> String {
    STANDARD.encode(claims)
}

/// What a token says of itself.
pub(super) fn of_token<T: DeserializeOwned>(token: &Secret) -> Option<T> {
    let payload = token.expose_secret().split('.').nth(1)?;
    let json = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&json).ok()
}

/// "Sign in again: …", with what follows a command when there is a challenge to meet.
pub(super) fn sign_in_again(command: &str, more: Option<String>) -> String {
    match more {
        Some(more) => format!("Sign in again: {command} {more}"),
        None => format!("Sign in again: {command}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_is_found() {
        let header = "Bearer realm=\"\", authorization_uri=\"https://login/\", \
                      error=\"insufficient_claims\", claims=\"eyJhIjoxfQ==\"";
        assert_eq!(challenge(header), Some("eyJhIjoxfQ=="));
        assert_eq!(decode("eyJhIjoxfQ==").unwrap(), "{\"a\":1}");
        assert_eq!(encode("{\"a\":1}"), "eyJhIjoxfQ==");
        assert_eq!(
            challenge("Bearer error=\"invalid_token\", claims=\"eyJ9\""),
            None
        );
        let evil = "Bearer error=\"insufficient_claims\", claims=\"$(rm -rf)\"";
        assert_eq!(challenge(evil), None);
        for bad in ["", "%", "YQ=="] {
            assert_eq!(decode(bad).unwrap_err().code(), "InvalidClaimsChallenge");
        }
    }
}
