use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

use crate::arm::{EARLIER_IDENTITY_VERSION, Versions};
use crate::base::{Error, Result, Url};
use crate::identity::model::API_VERSION;

/// The versions of Microsoft.ManagedIdentity that have `claimsMatchingExpression`, the newest first;
/// no stable version has it, up to 2026-05-31. Source: the service's specification.
const FLEXIBLE_API_VERSIONS: &[&str] = &["2025-05-31-preview", "2025-01-31-preview"];

/// The one of them that is asked for first.
pub(super) const FLEXIBLE_API_VERSION: &str = FLEXIBLE_API_VERSIONS[0];

/// Those that can serve a request about an expression: others have none, or would lose it.
pub(super) const FLEXIBLE: Versions = Versions::OneOf(FLEXIBLE_API_VERSIONS);

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

/// Whose tokens are trusted: those of an issuer for one subject, or those whose claims match an
/// expression.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct FederatedProperties {
    /// The URL of the issuer.
    pub issuer: String,
    /// Whom the issuer must name; none where there is an expression.
    #[serde(
        deserialize_with = "empty_is_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub subject: Option<String>,
    /// What the claims must match; none where there is a subject.
    #[serde(
        deserialize_with = "empty_is_none",
        skip_serializing_if = "Option::is_none"
    )]
    pub claims_matching_expression: Option<ClaimsMatchingExpression>,
    /// Whom the token must be for: one.
    pub audiences: Vec<String>,
    /// Members that are not known here. A write sends them back as they were read.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

/// What the claims of a token must match.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ClaimsMatchingExpression {
    /// The expression, such as `claims['sub'] matches 'repo:contoso/*'`.
    pub value: String,
    /// The version of its language.
    pub language_version: i32,
    /// Members that are not known here.
    #[serde(flatten)]
    pub unknown: Map<String, Value>,
}

impl FederatedCredential {
    /// Whether it says whose tokens are trusted. Where there is neither subject nor expression,
    /// the version that it was read with does not show the expression.
    pub(crate) fn is_whole(&self) -> bool {
        let trust = &self.properties;
        trust.subject.is_some() || trust.claims_matching_expression.is_some()
    }
}

impl FederatedProperties {
    /// The version of Microsoft.ManagedIdentity that can write this, as a template can name it.
    pub(crate) fn template_version(&self) -> &'static str {
        match self.claims_matching_expression {
            None => EARLIER_IDENTITY_VERSION,
            Some(_) => FLEXIBLE_API_VERSION,
        }
    }

    /// The version of Microsoft.ManagedIdentity that can write this.
    pub(super) fn api_version(&self) -> &'static str {
        match self.claims_matching_expression {
            None => API_VERSION,
            Some(_) => FLEXIBLE_API_VERSION,
        }
    }

    /// The versions that can serve a write of this.
    pub(super) fn versions(&self) -> Versions {
        match self.claims_matching_expression {
            None => Versions::Any,
            Some(_) => FLEXIBLE,
        }
    }

    /// Whether both trust the same tokens, which Azure allows only once in an identity.
    pub(super) fn trusts_the_same(&self, other: &Self) -> bool {
        self.issuer == other.issuer
            && self.subject == other.subject
            && self.expression() == other.expression()
    }

    /// Whose tokens of the issuer are trusted, as messages say it.
    pub(super) fn subject_or_expression(&self) -> String {
        match (&self.subject, self.expression()) {
            (Some(subject), _) => format!("subject '{subject}'"),
            (None, Some(expression)) => format!("claims that match \"{expression}\""),
            (None, None) => "an unknown subject".to_owned(),
        }
    }

    /// The expression, without the version of its language.
    pub(super) fn expression(&self) -> Option<&str> {
        let expression = self.claims_matching_expression.as_ref()?;
        Some(&expression.value)
    }
}

/// Empty is the same as absent.
fn empty_is_none<'de, D, T>(deserializer: D) -> std::result::Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Default + PartialEq + Deserialize<'de>,
{
    let given: Option<T> = Option::deserialize(deserializer)?;
    Ok(given.filter(|given| *given != T::default()))
}

/// As many as an identity can have.
pub(super) const MAX_CREDENTIALS: usize = 20;

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
            "it must have 3 to 120 letters, digits, '-' or '_', and begin with a letter or a digit.",
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
            "it must be the issuer's URL, which begins with https://.",
        ));
    }
    check_length("InvalidIssuer", parameter, issuer)
}

pub(super) fn check_subject(subject: &str) -> Result<()> {
    check_length("InvalidSubject", "Subject", subject)
}

pub(super) fn check_expression(expression: &str) -> Result<()> {
    let code = "InvalidClaimsMatchingExpression";
    check_length(code, "ClaimsMatchingExpression", expression)
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
            "there must be exactly one audience.",
        )),
    }
}

fn check_length(code: &str, parameter: &str, value: &str) -> Result<()> {
    let rule = match value.chars().count() {
        0 => "it must have at least one character.".to_owned(),
        length if length > LONGEST => {
            format!("it has {length} characters, and must have at most {LONGEST}.")
        }
        _ => return Ok(()),
    };
    Err(Error::invalid(code, parameter, value, &rule))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(properties: serde_json::Value) -> FederatedProperties {
        serde_json::from_value(properties).unwrap()
    }

    #[test]
    fn a_credential_has_a_subject_or_an_expression() {
        let plain = read(json!({"issuer": "https://i", "subject": "s", "audiences": ["a"]}));
        assert_eq!(
            (plain.subject.as_deref(), plain.expression()),
            (Some("s"), None)
        );
        assert_eq!(plain.api_version(), API_VERSION);
        let expression = json!({"value": "claims['sub'] eq 's'", "languageVersion": 1});
        for subject in [json!(null), json!("")] {
            let flexible = read(json!({
                "issuer": "https://i", "subject": subject, "audiences": ["a"],
                "claimsMatchingExpression": expression,
            }));
            assert_eq!(flexible.subject, None);
            assert_eq!(flexible.expression(), Some("claims['sub'] eq 's'"));
            assert_eq!(flexible.api_version(), FLEXIBLE_API_VERSION);
            assert!(!flexible.trusts_the_same(&plain));
            let sent = serde_json::to_value(&flexible).unwrap();
            assert_eq!(sent["claimsMatchingExpression"], expression);
            assert_eq!(sent.get("subject"), None);
        }
    }

    #[test]
    fn what_is_not_known_is_sent_back() {
        let trust = json!({
            "issuer": "https://i", "subject": "s", "audiences": ["a"],
            "trustLevel": {"minimum": 3},
        });
        assert_eq!(serde_json::to_value(read(trust.clone())).unwrap(), trust);
    }

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
