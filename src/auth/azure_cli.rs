//! The sign-in of the Azure CLI, which is asked for tokens on the command line.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Deserialize;

use super::caller::Caller;
use super::program::Program;
use super::token::{AccessToken, Secret};
use super::tool_error::{Commands, ToolError};
use super::variables::Variables;
use crate::base::{Audience, Category, Error, Result, Wait};

/// The Azure CLI, and the tenant to ask it for.
#[derive(Debug, Default)]
pub struct AzureCli {
    tenant: Option<String>,
    subscription: Option<String>,
    variables: Option<BTreeMap<String, String>>,
}

/// `az` takes up to 20 seconds to start on a cold Windows machine.
const TIMEOUT: Duration = Duration::from_secs(90);

pub(super) const COMMANDS: Commands = Commands {
    prefixes: &["az "],
    sign_in: "az login",
};

/// There is no az.
pub(crate) const MISSING: &str = "AzureCliMissing";
const NOT_SIGNED_IN: &str = "AzureCliNotSignedIn";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Answer {
    access_token: Secret,
    /// Seconds since 1970; the older `expiresOn` is local time without a zone.
    #[serde(rename = "expires_on")]
    expires_on: Option<u64>,
    /// The subscription that the CLI works in.
    subscription: Option<String>,
}

impl Answer {
    pub(super) fn into_token(self) -> AccessToken {
        let lifetime = self.expires_on.map_or(Duration::from_secs(60), |at| {
            Duration::from_secs(at).saturating_sub(now())
        });
        AccessToken::issued(self.access_token, lifetime)
    }
}

impl AzureCli {
    /// The CLI as it is signed in to a tenant, or to that of a subscription, or by itself. It is
    /// looked for, and run, with the environment that is given.
    pub fn new(
        tenant: Option<String>,
        subscription: Option<String>,
        variables: Option<BTreeMap<String, String>>,
    ) -> Self {
        Self {
            tenant,
            subscription,
            variables,
        }
    }

    /// Asks the CLI for a first token for `audience`, and with it for the subscription that it
    /// works in.
    ///
    /// # Errors
    /// Those of [`token`](Self::token).
    pub(crate) async fn sign_in(
        &self,
        caller: &Caller<'_>,
        audience: &Audience,
    ) -> Result<(AccessToken, Option<String>)> {
        let mut answer = self.run(caller, audience).await?;
        let subscription = answer.subscription.take();
        Ok((answer.into_token(), subscription))
    }

    /// Asks the CLI for a token for `audience`.
    ///
    /// # Errors
    /// `AzureCliMissing`, `AzureCliNotSignedIn`, `AzureCliFailed`, `AzureCliTimeout`.
    pub(crate) async fn token(
        &self,
        caller: &Caller<'_>,
        audience: &Audience,
    ) -> Result<AccessToken> {
        Ok(self.run(caller, audience).await?.into_token())
    }

    async fn run(&self, caller: &Caller<'_>, audience: &Audience) -> Result<Answer> {
        let arguments = self.arguments(audience)?;
        let variables = self.variables.as_ref();
        let path = Variables::of(variables).get("PATH").unwrap_or_default();
        let az = Program::find("az", path.as_ref()).ok_or_else(missing)?;
        let printed = Wait::new("Signing in", "a token of the Azure CLI (az)")
            .until(
                &**caller.observer,
                Some(TIMEOUT),
                az.run(&arguments, variables, TIMEOUT),
            )
            .await;
        let printed = match printed {
            Ok(printed) => printed,
            Err(error) if error.kind() == ErrorKind::TimedOut => return Err(too_slow()),
            Err(error) => return Err(failed(&error.to_string())),
        };
        match printed.succeeded {
            true => token_in(&printed.output).ok_or_else(|| failed("its response has no token")),
            false => Err(refused(&String::from_utf8_lossy(&printed.errors))),
        }
    }

    fn arguments(&self, audience: &Audience) -> Result<Vec<String>> {
        let scope = format!("{}/.default", plain("Endpoint", &audience.resource)?);
        let mut arguments = [
            "account",
            "get-access-token",
            "--output",
            "json",
            "--scope",
            &scope,
        ]
        .to_vec();
        if let Some(tenant) = &self.tenant {
            arguments.extend(["--tenant", plain("Tenant", tenant)?]);
        } else if let Some(subscription) = &self.subscription {
            arguments.extend(["--subscription", plain("SubscriptionId", subscription)?]);
        }
        Ok(arguments.into_iter().map(str::to_owned).collect())
    }
}

/// The answer in what az prints: warnings of older versions and of extensions, which may have braces
/// of their own, come before it.
pub(super) fn token_in(output: &[u8]) -> Option<Answer> {
    let text = String::from_utf8_lossy(output);
    text.match_indices('{').find_map(|(start, _)| {
        let mut values = serde_json::Deserializer::from_str(&text[start..]).into_iter();
        values.next()?.ok()
    })
}

/// Text that no shell reads as anything but itself.
fn plain<'a>(parameter: &str, text: &'a str) -> Result<&'a str> {
    let is_plain = !text.starts_with('-')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-._:/".contains(c));
    if is_plain && !text.is_empty() {
        return Ok(text);
    }
    Err(Error::invalid(
        "InvalidParameter",
        parameter,
        text,
        "the Azure CLI accepts only letters, digits, '-', '.', '_', ':' and '/'.",
    ))
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

fn missing() -> Error {
    failure(MISSING, "The Azure CLI (az) is not on the PATH")
        .advise("Install it, or sign in another way.")
}

fn too_slow() -> Error {
    Error::new(
        Category::OperationTimeout,
        "AzureCliTimeout",
        "az",
        "The Azure CLI (az) did not respond in 90 seconds",
    )
}

pub(super) fn refused(text: &str) -> Error {
    let tool_error = ToolError::read(text, &COMMANDS);
    let reason = &tool_error.reason;
    let signs_in = |command: &String| command.starts_with(COMMANDS.sign_in);
    if tool_error.is_entras {
        failure(
            NOT_SIGNED_IN,
            &format!("The Azure CLI returned no token: {reason}"),
        )
    } else if tool_error.commands.iter().any(signs_in) {
        failure(
            NOT_SIGNED_IN,
            &format!("The Azure CLI is not signed in: {reason}"),
        )
    } else {
        return failed(reason);
    }
    .advise(tool_error.advice("the Azure CLI"))
}

fn failed(why: &str) -> Error {
    failure(
        "AzureCliFailed",
        &format!("The Azure CLI returned no token: {why}"),
    )
    .advise("Run az account get-access-token for details.")
}

fn failure(code: &str, message: &str) -> Error {
    Error::new(Category::AuthenticationError, code, "az", message)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Service;

    #[test]
    fn what_the_cli_says_is_told_apart() {
        let cases = [
            (
                "ERROR: Please run 'az login' to setup account.",
                "AzureCliNotSignedIn",
            ),
            (
                "ERROR: AADSTS70043: The refresh token has expired",
                "AzureCliNotSignedIn",
            ),
            // What is missing is told by the PATH and never by a text.
            ("ERROR: The resource is not found", "AzureCliFailed"),
            ("'python' is not recognized as a command", "AzureCliFailed"),
            ("ERROR: The disk is full", "AzureCliFailed"),
            ("", "AzureCliFailed"),
        ];
        for (text, code) in cases {
            assert_eq!(refused(text).code(), code, "{text}");
        }
    }

    #[test]
    fn entras_reason_and_the_commands_that_az_names_are_told() {
        let says = "ERROR: AADSTS530003: Your device is required to be managed to access this \
                    resource. Trace ID: 0\nInteractive authentication is needed. Please run:\n\
                    az logout\naz login";
        assert_eq!(
            refused(says).to_string(),
            "The Azure CLI returned no token: AADSTS530003: Your device is required to be managed \
             to \
             access this resource. Run what the Azure CLI names, then connect again: az logout; \
             az login"
        );
        let unnamed = refused("ERROR: AADSTS530003: Your device is required to be managed.");
        assert_eq!(unnamed.recommendation(), "");
    }

    #[test]
    fn the_token_is_found_behind_texts_with_braces() {
        let answer = r#"{"accessToken": "t", "expires_on": 1, "subscription": "s"}"#;
        for before in ["", "WARNING: old {core} {\"a\": 1}\n", "{", "\u{feff}{}\n"] {
            let found = token_in(format!("{before}{answer}\nmore").as_bytes());
            assert_eq!(
                found.unwrap().subscription.as_deref(),
                Some("s"),
                "{before}"
            );
        }
        assert!(token_in(b"{\"error\": \"none\"}").is_none());
    }

    #[test]
    fn nothing_special_reaches_a_shell() {
        let audience = Audience {
            service: Service::ResourceManager,
            resource: "https://management.azure.com".to_owned(),
        };
        for bad in ["a&b", "a b", "%PATH%", "--debug", "a\"b", "", "a|b", "a^b"] {
            let cli = AzureCli::new(Some(bad.to_owned()), None, None);
            let error = cli.arguments(&audience).unwrap_err();
            assert_eq!(error.code(), "InvalidParameter", "{bad}");
        }
    }
}
