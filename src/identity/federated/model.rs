use serde::Deserialize;

use crate::arm::{Error, Result, Url};

/// A federated credential.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct FederatedCredential {
    /// The resource id, as Azure writes it: that of the identity and
    /// `/federatedIdentityCredentials/<name>`.
    pub id: String,
    /// The name.
    pub name: String,
    /// `Microsoft.ManagedIdentity/userAssignedIdentities/federatedIdentityCredentials`.
    #[serde(rename = "type")]
    pub resource_type: String,
    /// Whose tokens are trusted.
    pub properties: FederatedProperties,
}

/// Whose tokens are trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct FederatedProperties {
    /// The URL of the issuer.
    pub issuer: String,
    /// Whom the issuer must name.
    pub subject: String,
    /// Whom the token must be for: one.
    pub audiences: Vec<String>,
}

/// As many as an identity can have.
pub(super) const MOST: usize = 20;

/// The longest that issuer, subject and audience can be, in characters.
const LONGEST: usize = 600;

/// The audience that Azure recommends.
const USUAL_AUDIENCE: &str = "api://AzureADTokenExchange";

/// The rule of the service's specification: `^[a-zA-Z0-9]{1}[a-zA-Z0-9-_]{2,119}$`.
pub(super) fn check_name(name: &str) -> Result<()> {
    let valid = (3..=120).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    match valid {
        true => Ok(()),
        false => Err(Error::invalid(
            "InvalidName",
            "Name",
            name,
            "it has 3 to 120 letters, digits, '-' or '_', and begins with a letter or a digit.",
        )),
    }
}

pub(super) fn check_issuer(parameter: &str, issuer: &str) -> Result<()> {
    let is_url = Url::parse(issuer)
        .is_ok_and(|url| matches!(url.scheme(), "https" | "http") && url.has_host());
    if !is_url || issuer.chars().any(char::is_whitespace) {
        return Err(Error::invalid(
            "InvalidIssuer",
            parameter,
            issuer,
            "it is the issuer's URL, which begins with https://.",
        ));
    }
    check_length("InvalidIssuer", parameter, issuer)
}

pub(super) fn check_subject(subject: &str) -> Result<()> {
    check_length("InvalidSubject", "Subject", subject)
}

/// The one audience; the usual one when none is given.
pub(super) fn audience(given: &[String]) -> Result<String> {
    match given {
        [] => Ok(USUAL_AUDIENCE.to_owned()),
        [one] => {
            check_length("InvalidAudience", "Audience", one)?;
            Ok(one.clone())
        }
        several => Err(Error::invalid(
            "InvalidAudience",
            "Audience",
            &several.join(", "),
            "a federated credential has exactly one audience.",
        )),
    }
}

fn check_length(code: &str, parameter: &str, value: &str) -> Result<()> {
    let rule = match value.chars().count() {
        0 => "it has at least one character.".to_owned(),
        length if length > LONGEST => {
            format!("it has {length} characters, and can have at most {LONGEST}.")
        }
        _ => return Ok(()),
    };
    Err(Error::invalid(code, parameter, value, &rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_keep_the_pattern() {
        for good in ["abc", "0-_", &"x".repeat(120)] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "ab",
            "-ab",
            "_ab",
            "a.b",
            "äbc",
            "a/b",
            &"x".repeat(121),
        ] {
            assert_eq!(check_name(bad).unwrap_err().code(), "InvalidName", "{bad}");
        }
    }

    #[test]
    fn issuers_are_urls_of_at_most_600_characters() {
        let long = format!("https://{}", "x".repeat(592));
        for good in [
            "https://token.actions.githubusercontent.com",
            "https://a/b/",
            &long,
        ] {
            assert!(check_issuer("Issuer", good).is_ok(), "{good}");
        }
        let too_long = format!("{long}x");
        for bad in [
            "",
            "a",
            "https://",
            "ftp://a",
            " https://a",
            "https://a b",
            &too_long,
        ] {
            let error = check_issuer("Issuer", bad).unwrap_err();
            assert_eq!(error.code(), "InvalidIssuer", "{bad}");
        }
    }

    #[test]
    fn there_is_one_audience() {
        assert_eq!(audience(&[]).unwrap(), USUAL_AUDIENCE);
        assert_eq!(audience(&["a".to_owned()]).unwrap(), "a");
        for bad in [vec![String::new()], vec!["a".to_owned(), "b".to_owned()]] {
            assert_eq!(audience(&bad).unwrap_err().code(), "InvalidAudience");
        }
    }
}
